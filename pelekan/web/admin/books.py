"""Versions of rule sets: put in force, planned, put away, brought back, carried out and in. For every kind alike."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, time
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from pelekan.lib.text import isolate, latin_digits, local_digits, whole
from pelekan.lib.time import now as clock
from pelekan.lib.time import zone_named
from pelekan.tickets import rulebooks
from pelekan.tickets.rulebooks.models import Rulebook, RulebookKind
from pelekan.web.admin import carrying, drafts, rule_words
from pelekan.web.admin.choices import Choices
from pelekan.web.admin.conditions import language
from pelekan.web.admin.doors import agent, behind, get_object_or_404
from pelekan.web.admin.frame import show
from pelekan.web.admin.hours_form import day_typed, written

SHOWN = 50


def _kind(kind: str) -> str:
    if kind not in RulebookKind.values:
        raise Http404
    return kind


@behind("rules")
def books(request: HttpRequest, kind: str) -> HttpResponse:
    """All versions, newest first, each with what it changed."""
    choices = Choices(language())
    rows = list(
        Rulebook.objects.filter(kind=_kind(kind))
        .select_related("author__user", "enabled_by__user", "came_from")
        .order_by("-number")[: SHOWN + 1]
    )
    before = {row.pk: _before(row, rows) for row in rows}
    shown = [
        {
            "number": row.number, "state": row.state, "note": row.note, "by": row.author.name if row.author else "",
            "made_at": row.made_at, "enabled_at": row.enabled_at, "ended_at": row.ended_at, "due_at": row.due_at,
            "enabled_by": row.enabled_by.name if row.enabled_by else "",
            "differences": rule_words.differences(kind, its.body if (its := before[row.pk]) else drafts.EMPTY.get(kind), row.body, choices),
        }
        for row in rows[:SHOWN]
    ]  # fmt: skip
    heading = _("Versions: %(name)s") % {"name": drafts.title(kind)}
    lead = _("Nothing is lost: each version stays with its author and can be brought back.")
    return show(
        request, "books", drafts.home(kind), heading, lead, books=shown, kind=kind, back=drafts.home(kind),
        more=len(rows) > SHOWN,
    )  # fmt: skip


def _before(row: Rulebook, rows: list[Rulebook]) -> Rulebook | None:
    """What a version changed is told against the one that it was made from, else the one that was in force before."""
    if row.came_from is not None and row.came_from.number == row.number - 1:
        return row.came_from
    older = [one for one in rows if one.number < row.number and one.enabled_at]
    return older[0] if older else None


def _draft(kind: str) -> Rulebook:
    found = drafts.draft_of(_kind(kind))
    if found is None:
        raise Http404
    return found


def _went(request: HttpRequest, kind: str, do: Callable[[], Any], said: str) -> HttpResponse:
    try:
        do()
    except rulebooks.CannotKeep as refused:
        messages.error(request, " ".join(dict.fromkeys(fault.text for fault in refused.faults)))
    except ValueError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, said)
    return HttpResponseRedirect(reverse(drafts.home(kind)))


@behind("rules", "POST")
def enable(request: HttpRequest, kind: str) -> HttpResponse:
    """Put the draft in force, with a note on why."""
    draft = _draft(kind)

    def do() -> None:
        if note := request.POST.get("note", "").strip():
            rulebooks.keep(kind, draft.body, by=agent(request), note=note, draft=draft)
        rulebooks.enable(draft, by=agent(request))

    return _went(request, kind, do, _("In force from now on."))


@behind("rules", "POST")
def schedule(request: HttpRequest, kind: str) -> HttpResponse:
    """Put the draft in force at a moment; typed in the reader's calendar and zone."""
    draft = _draft(kind)
    dates = request.dates  # type: ignore[attr-defined]
    day = day_typed(request.POST.get("day", ""), dates.calendar)
    hour, _colon, minute = latin_digits(request.POST.get("time", "")).strip().partition(":")
    fine = whole(hour) in range(24) and whole(minute) in range(60)
    if day is None or not fine:
        messages.error(
            request, _("Write the day as year/month/day in your calendar and the time like 09:00.")
        )
        return HttpResponseRedirect(reverse(drafts.home(kind)))
    at = datetime.combine(day, time(int(hour), int(minute)), zone_named(dates.zone))
    said = _("Comes into force on %(moment)s.") % {"moment": isolate(dates.moment(at))}
    return _went(request, kind, lambda: rulebooks.schedule(draft, at, by=agent(request)), said)


@behind("rules", "POST")
def unschedule(request: HttpRequest, kind: str) -> HttpResponse:
    draft = _draft(kind)
    return _went(
        request, kind, lambda: rulebooks.unschedule(draft, by=agent(request)), _("It is a draft again.")
    )


@behind("rules", "POST")
def discard(request: HttpRequest, kind: str) -> HttpResponse:
    draft = _draft(kind)
    said = _("The draft is put away; it stays among the versions.")
    return _went(request, kind, lambda: rulebooks.discard(draft, by=agent(request)), said)


@behind("rules", "POST")
def bring_back(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """An earlier version as the new one in force. A draft in work stays a draft."""
    row = get_object_or_404(Rulebook, kind=_kind(kind), number=number)
    said = _("As in version %(number)s, from now on.") % {"number": local_digits(str(number), language())}
    return _went(request, kind, lambda: rulebooks.revert(row, by=agent(request)), said)


@behind("rules")
def export(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """One version as a file."""
    row = get_object_or_404(Rulebook, kind=_kind(kind), number=number)
    text = json.dumps(carrying.out(kind, row.body, Choices(language())), ensure_ascii=False, indent=1)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="pelekan-{kind}-{number}.json"'
    return response


@behind("rules", "GET", "POST")
def bring_in(request: HttpRequest, kind: str) -> HttpResponse:
    """A file becomes the draft, if all that it names is here."""
    faults: list[str] = []
    text = ""
    if request.method == "POST":
        file = request.FILES.get("file")
        text = (
            file.read(carrying.LARGEST).decode("utf-8", "replace") if file else request.POST.get("text", "")
        )
        faults = _brought_in(request, _kind(kind), text)
        if not faults:
            messages.success(request, _("The file is the draft now. Look at it, then put it in force."))
            return HttpResponseRedirect(reverse(drafts.home(kind)))
    heading = _("Bring in: %(name)s") % {"name": drafts.title(_kind(kind))}
    lead = _(
        "A file that was exported from Pelekan. It takes the place of the draft; what is in force stays."
    )
    return show(
        request, "book_in", drafts.home(kind), heading, lead, faults=faults, text=text[:200_000],
        back=drafts.home(kind), status=422 if faults else 200,
    )  # fmt: skip


def _brought_in(request: HttpRequest, kind: str, text: str) -> list[str]:
    """What is wrong with the file; [] when it has become the draft."""
    try:
        body = carrying.into(kind, text, Choices(language()))
    except carrying.Unreadable:
        return [
            _("This is no file of %(name)s that was exported from Pelekan.") % {"name": drafts.title(kind)}
        ]
    except carrying.Missing as missing:
        words = {
            "team": _("the team %(name)s"), "agent": _("the agent %(name)s"), "category": _("the category %(name)s"),
            "inbox": _("the inbox %(name)s"), "tier": _("the step %(name)s"), "step": _("the step %(name)s"),
            "tag": _("the tag %(name)s"), "reply": _("the saved reply %(name)s"), "hook": _("the webhook %(name)s"),
            "organization": _("the organization %(name)s"), "customer": _("the customer %(name)s"),
        }  # fmt: skip
        said = [words.get(of, "%(name)s") % {"name": isolate(name)} for of, name in missing.names]
        lead = _("Nothing was changed. Make what is missing here or rename it, then bring the file in again:")
        return [lead, *said]
    try:
        rulebooks.keep(
            kind, body, by=agent(request), note=_("Brought in from a file"), draft=drafts.draft_of(kind),
            came_from=drafts.active_of(kind), now=clock(),
        )  # fmt: skip
    except rulebooks.CannotKeep as refused:
        return [fault.text for fault in refused.faults]
    return []


__all__ = [
    "books",
    "bring_back",
    "bring_in",
    "discard",
    "enable",
    "export",
    "schedule",
    "unschedule",
    "written",
]
