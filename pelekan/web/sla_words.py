"""Service levels in words: targets, what their steps do, what lies behind a clock. For the settings and for tickets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pelekan.lib.text import isolate
from pelekan.web.reading import Reading

Names = Callable[[str, int], str]
"""The name behind an id: names("agent", 5), names("team", 2), names("hook", 1); "" when it is gone."""


def target_name(kind: str) -> str:
    return {
        "first_response": _("First answer"), "next_response": _("Next answer"), "resolution": _("Solution"),
        "acceptance": _("Acceptance"),
    }.get(kind, kind)  # fmt: skip


def target_help(kind: str) -> str:
    """When such a clock starts and what meets it."""
    return {
        "first_response": _("From the request until a person answers."),
        "next_response": _("From each further message of the customer until a person answers."),
        "resolution": _("From the request until it is solved."),
        "acceptance": _("From a hand-over until somebody takes it."),
    }[kind]


def length(minutes: int, dates: Reading) -> str:
    """«۳ ساعت», "26 hours": working time has no days, and people promise 24 hours."""
    return dates.hours(timedelta(minutes=minutes))


def moment_of(at: Mapping[str, Any], dates: Reading) -> str:
    """When a step is taken, as it is written in the document."""
    [(how, value)] = at.items()
    if how == "share":
        return _("At %(percent)s%% of the time") % {"percent": dates.digits(f"{value * 100:g}")}
    if how == "before_minutes":
        return _("%(time)s before the end") % {"time": length(int(value), dates)}
    return _("After %(time)s") % {"time": length(int(value), dates)}


def act_of(act: Mapping[str, Any], names: Names) -> str:
    """What a step does: «ایمیل به کارشناس», "Call the customer"."""
    name = act.get("act")
    if name == "tell":
        return _told(str(act.get("whom", "")), set(act.get("by") or ()), names)
    if name == "alarm":
        return alarm_of(int(act.get("level", 1)))
    if name == "escalate":
        return _("Goes to %(team)s") % {"team": isolate(names("team", int(act.get("team") or 0)) or "—")}
    if name == "webhook":
        return _("Calls %(name)s") % {"name": isolate(names("hook", int(act.get("hook") or 0)) or "—")}
    return {"call": _("Call the customer"), "reassign": _("Back into the queue")}.get(str(name), str(name))


def alarm_of(level: int) -> str:
    return {1: _("Amber: due soon"), 2: _("Red: late"), 3: _("Red: very late")}.get(level, "")


def _told(whom: str, by: set[str], names: Names) -> str:
    way = "both" if by >= {"bell", "mail"} else "mail" if "mail" in by else "bell"
    head, _colon, number = whom.partition(":")
    if number:
        name = isolate(names("agent", int(number)) or "—")
        return {
            "both": _("Notice and mail to %(name)s"), "mail": _("Mail to %(name)s"), "bell": _("Notice to %(name)s"),
        }[way] % {"name": name}  # fmt: skip
    return {
        ("agent", "both"): _("Notice and mail to the agent"), ("agent", "mail"): _("Mail to the agent"),
        ("agent", "bell"): _("Notice to the agent"), ("manager", "both"): _("Notice and mail to the manager"),
        ("manager", "mail"): _("Mail to the manager"), ("manager", "bell"): _("Notice to the manager"),
        ("team", "both"): _("Notice and mail to the team"), ("team", "mail"): _("Mail to the team"),
        ("team", "bell"): _("Notice to the team"),
    }.get((head, way), whom)  # fmt: skip


def sign_of(act: Mapping[str, Any]) -> tuple[str, str]:
    """(icon, kind of colour) of an act."""
    name = act.get("act")
    if name == "alarm":
        return ("clock", "near") if act.get("level") == 1 else ("alarm-clock", "late")
    return {
        "tell": ("mail" if "mail" in (act.get("by") or ()) else "bell", ""), "call": ("phone-outgoing", "call"),
        "escalate": ("chevrons-up", ""), "reassign": ("user-x", ""), "webhook": ("webhook", ""),
    }.get(str(name), ("circle", ""))  # fmt: skip


def segment_name(state: str) -> str:
    return {
        "running": pgettext("clock", "Running"), "waiting": _("Waiting for customer"), "on_hold": _("On hold"),
        "met": pgettext("clock", "Met"),
    }.get(state, state)  # fmt: skip


SEGMENT_SIGNS = {"running": "play", "waiting": "hourglass", "on_hold": "circle-pause", "met": "check"}


def skipped_word(why: str) -> str:
    """Why a step that was due was not taken."""
    return _("no longer needed") if why else ""
