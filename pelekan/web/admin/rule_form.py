"""One rule as a form: its name, when it is asked, under which conditions, what happens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from pelekan.lib.text import clean_controls, latin_digits, local_digits, whole
from pelekan.web.admin import acts_form, conditions, rule_words
from pelekan.web.admin.condition_words import length_of
from pelekan.web.admin.conditions import UNITS, language, number_of

LONGEST_NAME = 120


def pressed(post: QueryDict) -> bool:
    """Whether a button inside the form was pressed: draw again, keep nothing."""
    return conditions.pressed(post, "when") or acts_form.pressed(post, "do")


def read(post: QueryDict, kind: str) -> tuple[dict[str, Any], list[str]]:
    """The rule without its id, and all that is wrong."""
    name = clean_controls(post.get("name", "")).strip()
    faults = []
    if not name:
        faults.append(_("Give the rule a name."))
    elif len(name) > LONGEST_NAME:
        faults.append(_("The name is too long."))
    on, its = _on(post, kind)
    faults += its
    daily = isinstance(on, Mapping) and "at" in on
    condition, wrong = conditions.read(post, "when", sets=daily)
    acts, missing = acts_form.read(post, kind, "do")
    rule = {"name": name, "on": on, "when": condition, "do": acts, "off": "off" in post}
    return rule, [*faults, *wrong, *missing]


def _on(post: QueryDict, kind: str) -> tuple[Any, list[str]]:
    mode = post.get("mode", "events") if kind == "automations" else "events"
    if mode == "after":
        amount = number_of(post.get("after", ""))
        hours = round((amount or 0) * UNITS.get(post.get("after-unit", ""), 1.0), 4)
        again = "again" in post
        since = post.get("since", "")
        on: dict[str, Any] = {
            "after_hours": int(hours) if hours.is_integer() else hours,
            "since": since,
            "again": again,
            **({"clock": "business"} if post.get("after-clock") == "business" else {}),
        }
        if not 0 < hours <= 24 * 366:
            return on, [_("Write how much time has to pass, at most a year.")]
        return on, [] if since in rule_words.since() else [_("Choose what the time is counted from.")]
    if mode == "daily":
        at = latin_digits(post.get("at", "")).strip()
        at = f"0{at}" if len(at) == 4 and at[1:2] == ":" else at
        days = sorted({int(day) for day in post.getlist("days") if day in "0123456" and day})
        on = {"at": at, "days": days, "zone": post.get("zone", "")}
        hour, _colon, minute = at.partition(":")
        fine = len(at) == 5 and whole(hour) in range(24) and whole(minute) in range(60)
        return on, [
            *([] if fine else [_("Write the time of day like 09:00.")]),
            *([] if days else [_("Choose at least one day.")]),
        ]
    known = rule_words.routed_on() if kind == "routing" else rule_words.automated_on()
    chosen = [one for one in post.getlist("on") if one in known]
    return chosen, [] if chosen else [_("Choose when the rule is asked.")]


def drawn(
    rule: Mapping[str, Any] | None, kind: str, post: QueryDict | None, zone: str = ""
) -> dict[str, Any]:
    """What the template shows: what was typed, else the rule."""
    if post is not None:
        on, _faults = _on(post, kind)
        shown: dict[str, Any] = {"name": post.get("name", ""), "off": "off" in post}
    else:
        on = rule["on"] if rule else ["created"] if kind == "routing" else ["message.received"]
        shown = {"name": rule["name"] if rule else "", "off": bool(rule and rule.get("off"))}
    known = rule_words.routed_on() if kind == "routing" else rule_words.automated_on()
    amount, unit = length_of(float(on.get("after_hours") or 4)) if isinstance(on, Mapping) else (4, "hours")
    daily = on if isinstance(on, Mapping) and "at" in on else {}
    shown |= {
        "mode": "events" if isinstance(on, list) else "daily" if daily else "after",
        "on": on if isinstance(on, list) else [], "events": list(known.items()),
        "after": local_digits(post.get("after", "") if post is not None else f"{amount:g}", language()),
        "unit": (post.get("after-unit") if post is not None else None) or unit,
        "since": on.get("since") if isinstance(on, Mapping) else "waiting_since",
        "again": bool(on.get("again")) if isinstance(on, Mapping) else False,
        "clock": on.get("clock", "elapsed") if isinstance(on, Mapping) else "elapsed",
        "clocks": [("elapsed", _("Every hour, day and night")), ("business", _("Business hours"))],
        "sinces": list(rule_words.since().items()),
        "units": [("minutes", _("minutes")), ("hours", _("hours")), ("days", _("days"))],
        "at": local_digits(str(daily.get("at") or "09:00"), language()),
        "days": [str(day) for day in daily.get("days", range(7))],
        "weekdays": [(str(day), name) for day, name in enumerate(rule_words.weekdays())],
        "zone": daily.get("zone") or zone, "condition": conditions.editor(rule["when"] if rule else None, "when", post=post),
        "acts": acts_form.editor(rule["do"] if rule else (), kind, "do", post=post),
    }  # fmt: skip
    return shown
