"""Articles from files and into files; and who may publish."""

from __future__ import annotations

import tempfile
from typing import Any, BinaryIO, cast

from django import forms
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from pelekan.knowledge import around, bringing, importing, rights
from pelekan.knowledge.files import write_archive, write_csv
from pelekan.knowledge.models import Publisher, Section, Visibility
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent, Language, Role
from pelekan.tickets.shaping import CannotBe
from pelekan.web.admin.doors import agent, behind, went
from pelekan.web.knowledge.bringing import latest
from pelekan.web.knowledge.frame import show, tabs
from pelekan.web.knowledge.listing import in_order


class ImportForm(forms.Form):
    file = forms.FileField(
        label=lazy("File"),
        help_text=lazy("A zip of Markdown or HTML files with their pictures, a CSV with id, title, text and language, or one HTML file."),
    )  # fmt: skip
    section = forms.ModelChoiceField(
        Section.objects.none(), label=lazy("Section"), required=False, empty_label=lazy("As the files say"),
        help_text=lazy("For articles that name none."),
    )  # fmt: skip
    language = forms.ChoiceField(
        label=lazy("Language"), choices=[("", lazy("As the files say")), *Language.choices], required=False
    )
    visibility = forms.ChoiceField(
        label=lazy("Who reads it"), initial=Visibility.AGENTS,
        choices=[one for one in Visibility.choices if one[0] in ("public", "customers", "agents")],
    )  # fmt: skip
    publish = forms.BooleanField(label=lazy("Publish at once"), required=False)

    def __init__(self, *args: Any, here: str, publishes: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Section.objects.filter(archived_at=None)
        section: Any = self.fields["section"]
        section.queryset = rows
        section.choices = [("", _("As the files say"))] + [
            (one.pk, ("– " if one.parent_id else "") + one.named(here)) for one in in_order(rows)
        ]
        if not publishes:
            del self.fields["publish"]


@behind("work", "GET", "POST")
def carry(request: HttpRequest) -> HttpResponse:
    """Import, which goes on beside the pages; those before; and the way to the export."""
    who = agent(request)
    publishes = rights.may_publish(who)
    form = ImportForm(
        request.POST or None, request.FILES or None, here=request.LANGUAGE_CODE, publishes=publishes
    )
    if form.is_valid():
        given = form.cleaned_data
        try:
            made = bringing.start(
                cast("BinaryIO", given["file"].file), given["file"].name or "", by=who, section=given["section"],
                language=given["language"], visibility=given["visibility"], publish=bool(given.get("publish")),
            )  # fmt: skip
        except CannotBe as refused:
            form.add_error("file", refused.text)
        else:
            return HttpResponseRedirect(reverse("knowledge_import", args=[made.pk]))
    lead = _("From another help centre, or into one: nothing is locked in here.")
    return show(
        request, "carry", _("Import and export"), lead, tabs=tabs(request, "knowledge_carry"), form=form, publishes=publishes, imports=latest(request, who),
        number=rights.writable_by(who).filter(archived_at=None).count(),
    )  # fmt: skip


@behind("work")
def export(request: HttpRequest, how: str) -> HttpResponse:
    """All articles that this agent may read, as a zip of Markdown with pictures, or as one CSV."""
    articles = rights.writable_by(agent(request)).filter(archived_at=None)
    rows = importing.rows_of(articles)
    file = tempfile.TemporaryFile()  # noqa: SIM115  # closed by the response
    day = clock().date().isoformat()
    if how == "csv":
        write_csv(rows, cast("BinaryIO", file))
        name, kind = f"articles-{day}.csv", "text/csv; charset=utf-8"
    else:
        write_archive(rows, cast("BinaryIO", file), around.office_of(articles))
        name, kind = f"articles-{day}.zip", "application/zip"
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name, content_type=kind)  # type: ignore[return-value]


class PublishersForm(forms.Form):
    agents = forms.ModelMultipleChoiceField(
        Agent.objects.filter(role=Role.AGENT, disabled_at=None).select_related("user"), label=lazy("Agents who may publish too"),
        required=False, widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agents: Any = self.fields["agents"]
        agents.label_from_instance = lambda one: one.name


@behind("people", "GET", "POST")
def publishers(request: HttpRequest) -> HttpResponse:
    """Managers and admins always may; agents named here do too."""
    known = list(Publisher.objects.values_list("agent_id", flat=True))
    form = PublishersForm(request.POST if request.method == "POST" else None, initial={"agents": known})
    if request.method == "POST" and form.is_valid():
        rights.name_publishers(list(form.cleaned_data["agents"]), by=agent(request))
        return went(request, "knowledge_publishers", _("Kept."))
    lead = _("Every agent drafts. Managers and admins review and publish; you can let agents do so too.")
    return show(
        request,
        "publishers",
        _("Who may publish"),
        lead,
        tabs=tabs(request, "knowledge_publishers"),
        form=form,
    )
