"""Words that mean the same when somebody searches the help centre."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from pelekan.knowledge.models import Synonyms
from pelekan.knowledge.search import synonyms as acts
from pelekan.web.admin.doors import agent, attempt, behind, get_object_or_404, told, went
from pelekan.web.admin.fields import Text
from pelekan.web.admin.frame import show


class SynonymsForm(forms.Form):
    lines = Text(
        lazy("Expressions"), longest=4000, rows=6,
        help_text=lazy("One on each line, in any of the languages: a word, or up to five. Other forms of a word are found anyway."),
    )  # fmt: skip


@behind("settings")
def synonyms(request: HttpRequest) -> HttpResponse:
    lead = _(
        "What customers call it and what your articles call it. Whoever searches for one of them finds the others too. Slips, other keyboards and Persian in Latin letters need no entry here."
    )
    rows = [{"id": one.pk, "words": one.words} for one in Synonyms.objects.order_by("-changed_at", "-pk")]
    return show(request, "synonyms", "settings_synonyms", _("Synonyms"), lead, groups=rows)


@behind("settings", "GET", "POST")
def new_group(request: HttpRequest) -> HttpResponse:
    return _group(request, None)


@behind("settings", "GET", "POST")
def group(request: HttpRequest, pk: int) -> HttpResponse:
    return _group(request, get_object_or_404(Synonyms, pk=pk))


@behind("settings", "POST")
def forget(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Synonyms, pk=pk)
    return told(request, "settings_synonyms", lambda: acts.forget(row, by=agent(request)), _("Deleted."))


def _group(request: HttpRequest, row: Synonyms | None) -> HttpResponse:
    form = SynonymsForm(request.POST or None, initial={"lines": "\n".join(row.words)} if row else {})
    if form.is_valid() and attempt(form, lambda: acts.save(row, by=agent(request), **form.cleaned_data)):
        return went(request, "settings_synonyms", _("Kept. The next search knows it."))
    topics = [{"title": _("These mean the same"), "text": "", "fields": ["lines"]}]
    buttons = (
        [
            {
                "label": _("Delete"),
                "post": reverse("settings_synonyms_delete", args=[row.pk]),
                "sign": "trash-2",
                "danger": True,
            }
        ]
        if row
        else []
    )
    heading = str(row.words[0]) if row else _("New group of synonyms")
    return show(
        request,
        "form",
        "settings_synonyms",
        heading,
        form=form,
        topics=topics,
        acts=buttons,
        back="settings_synonyms",
    )
