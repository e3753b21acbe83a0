"""Trying drafts on the past: what to try, how far it is, what would have been otherwise, and putting it in force."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pelekan.lib.text import isolate, latin_digits
from pelekan.lib.time import now as clock
from pelekan.lib.time import zone_named
from pelekan.people.models import Team, Tier
from pelekan.routing.models import Diverted, Replay
from pelekan.routing.replay import work
from pelekan.routing.replay.judges import KINDS
from pelekan.tickets import rulebooks
from pelekan.tickets.models import Rulebook
from pelekan.tickets.rulebooks.models import RulebookKind
from pelekan.web.admin.choices import Choices
from pelekan.web.admin.doors import agent, behind
from pelekan.web.admin.frame import show
from pelekan.web.admin.hours_form import day_typed
from pelekan.web.admin.replay_words import (
    because,
    changes_in_words,
    found_in_words,
    policies_of,
    steps_in_words,
)
from pelekan.web.reading import Reading

TRIED = (*KINDS, "staircase")
PAGE = 50
DAYS = (7, 30, 90, 365)
MOST_EARLIER = 20


@behind("rules", "GET", "POST")
def replays(request: HttpRequest) -> HttpResponse:
    """What can be tried, and what was."""
    drafts = _drafts()
    if request.method == "POST":
        try:
            made = _start(request, drafts)
        except (ValueError, rulebooks.CannotKeep) as refused:
            messages.error(request, str(refused))
        else:
            return HttpResponseRedirect(reverse("settings_replay_one", args=[made.pk]))
    asked = request.GET.get("draft", "")
    kinds = [
        {
            "kind": kind, "label": RulebookKind(kind).label,
            "drafts": [(row, str(row.pk) == asked) for row in drafts if row.kind == kind],
        }
        for kind in TRIED
    ]  # fmt: skip
    return show(
        request, "replays", "settings_replay", _("Try on the past"),
        _("See what rules would have done with the tickets that came, before they decide about those that will come."),
        kinds=[one for one in kinds if one["drafts"]],
        days=[(days, _days(request, days)) for days in DAYS],
        teams=list(Team.objects.filter(archived_at=None).select_related("tier")),
        tiers=list(Tier.objects.filter(level__gte=1)),
        earlier=[_line(request, row) for row in Replay.objects.select_related("made_by__user")[:MOST_EARLIER]],
    )  # fmt: skip


def _drafts() -> list[Rulebook]:
    rows = Rulebook.objects.filter(kind__in=TRIED, enabled_at=None, discarded_at=None)
    return list(rows.select_related("author__user").order_by("kind", "-changed_at")[:100])


def _start(request: HttpRequest, drafts: list[Rulebook]) -> Replay:
    by, now = agent(request), clock()
    chosen = {
        row.kind: row for row in drafts if request.POST.get(f"draft-{row.kind}") == str(row.pk)
    }  # one of each kind: the fields bear the kind's name
    if request.POST.get("what") == "stairs":
        chosen = {"staircase": _stairs(request)}
    elif request.POST.get("what") == "check":
        chosen = {}
    elif not chosen:
        raise ValueError(_("Choose at least one draft to try."))
    since, until = _period(request, now)
    return work.start(chosen, since, until, by=by, now=now)


def _stairs(request: HttpRequest) -> Rulebook:
    """Another staircase, as a draft: each team on the step that was chosen for it."""
    levels = {}
    for team in Team.objects.filter(archived_at=None).select_related("tier"):
        level = request.POST.get(f"team-{team.pk}", "")
        if level.isascii() and level.isdigit() and len(level) < 4 and int(level) != team.tier.level:
            levels[str(team.pk)] = int(level)
    if not levels:
        raise ValueError(_("Put at least one team on another step."))
    return rulebooks.keep("staircase", {"teams": levels}, by=agent(request))


def _period(request: HttpRequest, now: datetime) -> tuple[datetime, datetime]:
    """The last days, or from one date to another in the reader's calendar."""
    dates = request.dates  # type: ignore[attr-defined]
    typed = [request.POST.get(name, "").strip() for name in ("from", "to")]
    if not any(typed):
        number = request.POST.get("days", "30")
        days = int(number) if number.isascii() and number.isdigit() and len(number) < 4 else 30
        return now - timedelta(days=days), now
    found = []
    for text, after in zip(typed, (0, 1), strict=True):
        day = day_typed(text, dates.calendar) if text else None
        if text and day is None:
            raise ValueError(_("There is no such date in your calendar; write year/month/day."))
        found.append(
            datetime.combine(day + timedelta(days=after), time(), zone_named(dates.zone)) if day else None
        )  # fmt: skip
    return found[0] or now - timedelta(days=30), found[1] or now


@behind("rules")
def replay(request: HttpRequest, pk: int) -> HttpResponse:
    """One try: its progress while it runs, then what it found. A request of htmx gets the middle part alone."""
    row = get_object_or_404(Replay.objects.select_related("made_by__user"), pk=pk)
    context = _found(request, row)
    if request.headers.get("HX-Request"):
        return render(request, "settings/replay_part.html", context)
    heading = _("Self-check") if row.checks_itself else _("Tried on the past")
    return show(request, "replay", "settings_replay", heading, back="settings_replay", **context)


def _found(request: HttpRequest, row: Replay) -> dict[str, Any]:
    choices = Choices(request.LANGUAGE_CODE)
    policies = policies_of(row, choices.language)
    drafts = list(Rulebook.objects.filter(pk__in=row.drafts.values()).select_related("author__user"))
    after = request.GET.get("after", "0")
    reached = int(after) if after.isascii() and after.isdigit() and len(after) < 18 else 0
    lines = list(row.diverted.filter(pk__gt=reached).select_related("ticket__customer")[: PAGE + 1])
    return {
        "row": row,
        "percent": 100 if row.finished_at or not row.total else min(99, 100 * row.done // row.total),
        "drafts": [
            {"row": draft, "label": RulebookKind(draft.kind).label, "stale": draft.changed_at > row.made_at}
            for draft in drafts
        ],
        "found": found_in_words(row, choices, request.dates),  # type: ignore[attr-defined]
        "lines": [
            {
                "id": line.pk, "ticket": line.ticket, "changes": changes_in_words(line.changes, choices, policies),
                "why": sorted({because(step["why"]) for step in line.steps if step.get("why")}),
            }
            for line in lines[:PAGE]
        ],
        "more": f"{reverse('settings_replay_one', args=[row.pk])}?after={lines[PAGE - 1].pk}" if len(lines) > PAGE else "",
        "first": reached == 0,
    }  # fmt: skip


@behind("rules")
def diverted(request: HttpRequest, pk: int, line: int) -> HttpResponse:
    """One ticket with both traces."""
    found = get_object_or_404(
        Diverted.objects.select_related("replay", "ticket__customer"), pk=line, replay=pk
    )
    choices = Choices(request.LANGUAGE_CODE)
    policies = policies_of(found.replay, choices.language)
    return show(
        request, "replay_ticket", "settings_replay", found.ticket.subject, back=None, row=found.replay, line=found,
        changes=changes_in_words(found.changes, choices, policies),
        steps=steps_in_words(found, choices, policies),
    )  # fmt: skip


@behind("rules", "POST")
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    work.stop(get_object_or_404(Replay, pk=pk), by=agent(request))
    return HttpResponseRedirect(reverse("settings_replay_one", args=[pk]))


@behind("rules", "POST")
def act(request: HttpRequest, pk: int, draft: int, what: str) -> HttpResponse:
    """Put a draft that was tried in force, now or at a moment, or away."""
    row = get_object_or_404(Replay, pk=pk)
    book = get_object_or_404(Rulebook, pk=draft, pk__in=row.drafts.values())
    by = agent(request)
    try:
        said = _act(request, book, what, by)
    except rulebooks.CannotKeep as refused:
        messages.error(request, "\n".join(fault.text for fault in refused.faults[:5]))
    except ValueError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, said)
    return HttpResponseRedirect(reverse("settings_replay_one", args=[pk]))


def _act(request: HttpRequest, book: Rulebook, what: str, by: Any) -> str:
    if what == "discard":
        rulebooks.discard(book, by=by)
        return _("The draft is put away.")
    if what == "schedule":
        rulebooks.schedule(book, _moment(request), by=by)
        return _("It comes into force at the moment that you chose.")
    rulebooks.enable(book, by=by)
    return _("It is in force from now on.")


def _moment(request: HttpRequest) -> datetime:
    dates = request.dates  # type: ignore[attr-defined]
    day = day_typed(request.POST.get("day", ""), dates.calendar)
    hour = latin_digits(request.POST.get("time", "").strip()) or "00:00"
    try:
        if day is None:
            raise ValueError
        return datetime.combine(day, time.fromisoformat(hour), zone_named(dates.zone))
    except ValueError:
        raise ValueError(
            _("Write the day in your calendar as year/month/day, and the time like 08:00.")
        ) from None


def _line(request: HttpRequest, row: Replay) -> dict[str, Any]:
    names = ", ".join(str(RulebookKind(kind).label) for kind in row.drafts) or _("Self-check")
    return {
        "row": row,
        "title": names,
        "by": row.made_by.name if row.made_by else "",
        "days": _days(request, _whole_days(row)),
    }


def _whole_days(row: Replay) -> int:
    return max(1, round((row.until - row.since) / timedelta(days=1)))


def _days(request: HttpRequest, days: int) -> str:
    number = Reading(request.dates).digits(days)  # type: ignore[attr-defined]
    return ngettext("%(num)s day", "%(num)s days", days) % {"num": isolate(number)}
