"""The clocks of a ticket: each target with its due moment, what was spent, where, and what happens on the way."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pelekan.sla.models import Timer
from pelekan.sla.reading import clocks_of
from pelekan.web import sla_words
from pelekan.web.reading import Reading

ARE_THERE = Exists(Timer.objects.filter(ticket=OuterRef("pk")))
"""Whether a ticket has any: read with the ticket, so that asking costs nothing where there is none."""

ALARMS = ("", "soon", "late", "very-late")
MOST_SEGMENTS = 12


def due_of(ticket: dict[str, Any], dates: Reading) -> dict[str, Any] | None:
    """The clock in a ticket's head, as `ui.clock` draws it: the earliest promise of an open ticket."""
    at = ticket["next_due_at"]
    if at is None or ticket["status"] in ("solved", "closed"):
        return None
    alarm = ALARMS[ticket["alarm"]]
    return {
        "at": at, "alarm": alarm, "state": dates.due_state(at, alarm), "words": dates.due(at),
        "what": _("Due %(time)s") % {"time": dates.full(at)},
    }  # fmt: skip


def clocks(ticket_id: int, dates: Reading, language: str) -> dict[str, Any]:
    """{"live": [...], "past": [...]} of what `_clock` makes; one query."""
    rows = [_clock(row, dates) for row in clocks_of(ticket_id, dates.now, language)]
    return {
        "live": sorted((row for row in rows if row["live"]), key=_first),
        "past": [row for row in rows if not row["live"] and row["state"] != "cancelled"],
        "policy": rows[0]["policy"] if rows else "",
        "policy_id": rows[0]["policy_id"] if rows else "",
    }


def _first(row: dict[str, Any]) -> tuple[bool, float]:
    """What is due first stands first, what rests last."""
    return row["due_at"] is None, row["due_at"].timestamp() if row["due_at"] else 0.0


def _clock(row: dict[str, Any], dates: Reading) -> dict[str, Any]:
    live = row["state"] in ("running", "paused")
    due = row["due_at"] if row["state"] != "paused" else None
    late = row["breached_at"] is not None or row["left"] < timedelta()
    alarm = "late" if live and late else ALARMS[row["alarm"]] if live else ""
    if live and row["alarm"] == 3:
        alarm = "very-late"
    within = sla_words.length(row["minutes"], dates)
    return {
        "id": row["id"],
        "name": sla_words.target_name(row["target"]),
        "live": live,
        "state": row["state"],
        "late": late,
        "alarm": alarm,
        "policy": row["policy_name"],
        "policy_id": row["policy"],
        "due": {
            "at": due, "alarm": alarm, "state": dates.due_state(due, alarm), "words": dates.due(due),
            "what": _("Due %(time)s") % {"time": dates.full(due)},
        } if live and due else None,
        "due_at": due,
        "told": _told(row, late, dates),
        "of": _("%(spent)s of %(time)s") % {"spent": dates.hours(row["spent"]), "time": within},
        "clock": _("business hours") if row["clock"] == "business" else _("every hour, day and night"),
        "share": min(100, round(100 * row["share"])),
        "segments": [_segment(one, row["clock"], dates) for one in row["segments"]][-MOST_SEGMENTS:],
        "steps": [_step(one, dates) for one in row["steps"]],
        "history": [_old(one, dates) for one in row["history"]][-5:],
    }  # fmt: skip


def _told(row: dict[str, Any], late: bool, dates: Reading) -> str:
    """How it stands, in a sentence."""
    if row["state"] == "paused":
        return _("Paused: %(time)s are left") % {"time": dates.hours(max(row["left"], timedelta()))}
    if row["state"] == "met":
        return _("Met, but late") if late else pgettext("clock", "Met in time")
    return ""


def _segment(one: dict[str, Any], clock: str, dates: Reading) -> dict[str, Any]:
    length = (one["until"] or dates.now) - one["since"]
    closed = length - one["counted"] if one["state"] == "running" and clock == "business" else timedelta()
    return {
        "state": one["state"],
        "sign": sla_words.SEGMENT_SIGNS.get(one["state"], "circle"),
        "name": sla_words.segment_name(one["state"]),
        "since": one["since"],
        "length": dates.hours(one["counted"] if one["state"] == "running" else length),
        "closed": _("%(time)s closed") % {"time": dates.hours(closed)}
        if closed >= timedelta(minutes=1)
        else "",
    }


def _step(one: dict[str, Any], dates: Reading) -> dict[str, Any]:
    acts = [sla_words.act_of(act, _nameless) for act in one["do"]]
    sign, kind = sla_words.sign_of(one["do"][0]) if one["do"] else ("circle", "")
    return {
        "at": one["at"],
        "after": _("After %(time)s") % {"time": sla_words.length(one["minutes"], dates)},
        "acts": acts,
        "sign": sign,
        "kind": kind,
        "done": one["done_at"] is not None and not one["skipped"],
        "skipped": sla_words.skipped_word(one["skipped"]),
        "coming": one["coming"],
    }


def _old(one: dict[str, Any], dates: Reading) -> dict[str, Any]:
    at = datetime.fromisoformat(one["at"])
    due = datetime.fromisoformat(one["due_at"]) if one.get("due_at") else None
    return {
        "at": at,
        "within": sla_words.length(int(one["minutes"]), dates),
        "due": dates.short(due) if due else "",
        "policy": one.get("name") or one.get("policy", ""),
    }


def _nameless(kind: str, pk: int) -> str:
    return dict.fromkeys(("agent", "team", "hook"), "").get(kind, "")
