"""Sections: the shelves of the help centre, in their order, two levels deep."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from pelekan.knowledge import shelves
from pelekan.knowledge.models import Section
from pelekan.lib.text import whole
from pelekan.web.admin.doors import agent, attempt, told, went
from pelekan.web.admin.fields import Text
from pelekan.web.knowledge.frame import LANGUAGES, publishers, show, tabs
from pelekan.web.knowledge.listing import in_order
from pelekan.web.reading import Reading

SIGNS = (
    "book-open", "circle-help", "credit-card", "truck", "shopping-bag", "circle-user", "smartphone", "settings", "shield",
    "mountain", "building-2", "megaphone", "life-buoy", "graduation-cap", "lock", "ticket", "globe", "headset",
)  # fmt: skip


class SectionForm(forms.Form):
    name_fa = Text("فارسی", required=False)
    name_ar = Text("العربية", required=False)
    name_en = Text("English", required=False)
    line_fa = Text(lazy("A sentence in Persian"), longest=200, required=False)
    line_ar = Text(lazy("A sentence in Arabic"), longest=200, required=False)
    line_en = Text(lazy("A sentence in English"), longest=200, required=False)
    parent = forms.ModelChoiceField(
        Section.objects.filter(parent=None, archived_at=None), label=lazy("Stands in"), required=False,
        empty_label=lazy("The front page"),
    )  # fmt: skip
    icon = forms.ChoiceField(
        label=lazy("Sign"), required=False, widget=forms.RadioSelect, choices=[(one, one) for one in SIGNS]
    )

    def __init__(self, *args: Any, here: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parent: Any = self.fields["parent"]
        parent.label_from_instance = lambda one: one.named(here)


@publishers()
def sections(request: HttpRequest) -> HttpResponse:
    """All shelves; with `archived` those too that are put away."""
    archived = "archived" in request.GET
    lead = _("The shelves of the help centre. Drag them into their order, or use the arrow keys.")
    return show(
        request, "sections", _("Sections"), lead, tabs=tabs(request, "knowledge_sections"), groups=_groups(request, archived),
        archived=archived, some_archived=Section.objects.exclude(archived_at=None).exists(),
    )  # fmt: skip


def _groups(request: HttpRequest, archived: bool) -> list[dict[str, Any]]:
    rows = Section.objects.annotate(number=Count("articles", filter=Q(articles__archived_at=None)))
    if not archived:
        rows = rows.filter(archived_at=None)
    here = request.LANGUAGE_CODE
    return [
        {
            "id": one.pk, "name": one.named(here), "icon": one.icon or "book-open", "number": one.number,  # type: ignore[attr-defined]
            "deep": one.parent_id is not None, "parent": one.parent_id or 0, "archived": one.archived_at is not None,
            "languages": [code for code in LANGUAGES if one.names.get(code)],
        }
        for one in in_order(rows)
    ]  # fmt: skip


@publishers("GET", "POST")
def new(request: HttpRequest) -> HttpResponse:
    return _form(request, None)


@publishers("GET", "POST")
def section(request: HttpRequest, pk: int) -> HttpResponse:
    return _form(request, get_object_or_404(Section, pk=pk))


def _form(request: HttpRequest, row: Section | None) -> HttpResponse:
    initial: dict[str, Any] = {"icon": "book-open"}
    if row is not None:
        initial = {"parent": row.parent_id, "icon": row.icon}
        initial |= {f"name_{code}": row.names.get(code, "") for code in LANGUAGES}
        initial |= {f"line_{code}": row.descriptions.get(code, "") for code in LANGUAGES}
    form = SectionForm(request.POST or None, initial=initial, here=request.LANGUAGE_CODE)
    if form.is_valid():
        given = form.cleaned_data
        names = {code: given[f"name_{code}"] for code in LANGUAGES}
        lines = {code: given[f"line_{code}"] for code in LANGUAGES}
        kept = attempt(
            form,
            lambda: shelves.save(
                row,
                by=agent(request),
                names=names,
                descriptions=lines,
                icon=given["icon"],
                parent=given["parent"],
            ),
        )
        if kept:
            return went(request, "knowledge_sections", _("Kept."))
    acts = []
    if row is not None:
        what = "restore" if row.archived_at else "archive"
        acts = [
            {"label": _("Restore") if row.archived_at else _("Archive"), "danger": not row.archived_at, "sign": "undo-2" if row.archived_at else "archive",
             "post": reverse("knowledge_section_act", args=[row.pk, what])}
        ]  # fmt: skip
    heading = row.named(request.LANGUAGE_CODE) if row else _("New section")
    return show(request, "section", heading, form=form, acts=acts, signs=SIGNS, back="knowledge_sections")


@publishers("POST")
def act(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    row = get_object_or_404(Section, pk=pk)
    do = {"archive": shelves.archive, "restore": shelves.restore}.get(what)
    if do is None:
        raise Http404
    said = _("Archived.") if what == "archive" else _("Restored.")
    return told(request, "knowledge_sections", lambda: do(row, by=agent(request)), said)


@publishers("POST")
def order(request: HttpRequest) -> HttpResponse:
    """The shelves in the order of the ids in `order`; without scripts one `up` or `down`."""
    rows = in_order(Section.objects.filter(archived_at=None))
    ids = [one.pk for one in rows]
    wanted = [pk for one in request.POST.get("order", "").split(",") if (pk := whole(one)) is not None]
    parents = {one.pk: one.parent_id for one in rows}
    for way, by in (("up", -1), ("down", 1)):
        pk = whole(request.POST.get(way))
        if pk in parents:
            wanted = _stepped(ids, parents, pk, by)
    shelves.order(wanted, by=agent(request))
    if request.headers.get("X-Part"):
        dates = Reading(request.dates)  # type: ignore[attr-defined]
        return render(
            request, "knowledge/sections_part.html", {"groups": _groups(request, False), "dates": dates}
        )
    return went(request, "knowledge_sections", _("Kept."))


def _stepped(ids: list[int], parents: dict[int, int | None], one: int, by: int) -> list[int]:
    """`one` past its neighbour on the same shelf."""
    mates = [pk for pk in ids if parents[pk] == parents[one]]
    at = mates.index(one) + by
    if not 0 <= at < len(mates):
        return ids
    a, b = ids.index(one), ids.index(mates[at])
    ids[a], ids[b] = ids[b], ids[a]
    return ids
