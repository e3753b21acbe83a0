"""Articles from files and into files; and who may publish."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from typing import Any, BinaryIO, cast

from django import forms
from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from pelekan.knowledge import importing, rights
from pelekan.knowledge.files import Fault, Row, read_archive, read_csv, write_archive, write_csv
from pelekan.knowledge.files.folders import read_page
from pelekan.knowledge.files.words import words
from pelekan.knowledge.models import Publisher, Section, Visibility
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent, Language, Role
from pelekan.web.admin.doors import agent, behind, went
from pelekan.web.knowledge.frame import show, tabs
from pelekan.web.knowledge.listing import in_order
from pelekan.web.reading import Reading

MOST_FAULTS = 100
LARGEST = 200 << 20


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
    """Import, with an account of what was taken and what was not; and the way to the export."""
    who = agent(request)
    publishes = rights.may_publish(who)
    form = ImportForm(
        request.POST or None, request.FILES or None, here=request.LANGUAGE_CODE, publishes=publishes
    )
    done = None
    if form.is_valid():
        given = form.cleaned_data
        if given["file"].size > LARGEST:
            form.add_error(
                "file",
                _("This file is larger than %(limit)s MB. Choose a smaller one.") % {"limit": LARGEST >> 20},
            )
        else:
            rows = _rows(cast("BinaryIO", given["file"].file), given["file"].name or "")
            taken = importing.take(
                rows, by=who, section=given["section"], language=given["language"], visibility=given["visibility"],
                publish=bool(given.get("publish")),
            )  # fmt: skip
            done = {
                "made": ngettext("%(count)s article came in.", "%(count)s articles came in.", taken.made) % {"count": _digits(request, taken.made)},
                "changed": ngettext("%(count)s has a new version.", "%(count)s have new versions.", taken.changed) % {"count": _digits(request, taken.changed)} if taken.changed else "",
                "same": ngettext("%(count)s was the same as here.", "%(count)s were the same as here.", taken.same) % {"count": _digits(request, taken.same)} if taken.same else "",
                "faults": [{"where": one.where, "why": words(one)} for one in taken.faults[:MOST_FAULTS]],
                "more": max(0, len(taken.faults) - MOST_FAULTS), "bad": bool(taken.faults),
            }  # fmt: skip
    lead = _("From another help centre, or into one: nothing is locked in here.")
    return show(
        request, "carry", _("Import and export"), lead, tabs=tabs(request, "knowledge_carry"), form=form, done=done, publishes=publishes,
        number=rights.writable_by(who).filter(archived_at=None).count(),
    )  # fmt: skip


def _digits(request: HttpRequest, number: int) -> str:
    return Reading(request.dates).digits(number)  # type: ignore[attr-defined]


def _rows(stream: BinaryIO, name: str) -> Iterable[Row | Fault]:
    """By what the file is, then by its name."""
    head = stream.read(4)
    stream.seek(0)
    if head.startswith(b"PK"):
        return read_archive(stream)
    if name.lower().endswith((".html", ".htm", ".md", ".markdown")):
        return [read_page(name, stream.read())]
    return read_csv(stream)


@behind("work")
def export(request: HttpRequest, how: str) -> HttpResponse:
    """All articles that this agent may read, as a zip of Markdown with pictures, or as one CSV."""
    rows = importing.rows_of(rights.writable_by(agent(request)).filter(archived_at=None))
    file = tempfile.TemporaryFile()  # noqa: SIM115  # closed by the response
    day = clock().date().isoformat()
    if how == "csv":
        write_csv(rows, cast("BinaryIO", file))
        name, kind = f"articles-{day}.csv", "text/csv; charset=utf-8"
    else:
        write_archive(rows, cast("BinaryIO", file))
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
