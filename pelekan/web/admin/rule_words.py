"""Rules, assignment and other rule sets in the reader's words, and how two versions differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pelekan.lib.text import isolate, local_digits
from pelekan.web.admin import (
    acts_form,
    conditions,
    frustration_differences,
    grid_differences,
    sla_differences,
)
from pelekan.web.admin.choices import Choices
from pelekan.web.admin.condition_words import hours_in_words, listed

Body = Mapping[str, Any]


def routed_on() -> dict[str, str]:
    """When routing rules are asked."""
    return {
        "created": _("a ticket comes in"), "registered": _("a ticket is registered"),
        "message": _("the customer writes again"), "categorised": _("its category is chosen"),
        "assessed": _("impact or urgency changes"), "reopened": _("it is reopened"),
    }  # fmt: skip


def automated_on() -> dict[str, str]:
    """What automations can follow."""
    return {
        "ticket.created": _("a ticket comes in"), "ticket.registered": _("a ticket is registered"),
        "message.received": _("the customer writes"), "message.sent": _("the customer is answered"),
        "message.noted": _("a note is written"), "ticket.routed": _("a routing rule has moved it"),
        "ticket.assigned": _("it is given to someone"), "ticket.released": _("it is put back into the queue"),
        "ticket.nobody_free": _("nobody is free for it"), "ticket.escalated": _("it is escalated"),
        "ticket.returned": _("it is returned"), "ticket.handed_over": _("it is handed over"),
        "ticket.categorised": _("its category is chosen"), "ticket.assessed": _("impact or urgency changes"),
        "ticket.tagged": _("it gets a tag"), "ticket.untagged": _("it loses a tag"),
        "ticket.waited": _("it begins to wait for the customer"), "ticket.held": _("it is put on hold"),
        "ticket.resumed": _("it is taken off hold"), "ticket.solved": _("it is solved"),
        "ticket.reopened": _("it is reopened"), "ticket.closed": _("it is closed"),
        "ticket.rated": _("the customer rates it"), "ticket.joined": _("another ticket is joined to it"),
        "chat.accepted": _("a chat is accepted"), "chat.ended": _("a chat ends"),
        "delivery.failed": _("a mail or text could not be delivered"),
        "ticket.frustrated": _("the customer is losing patience"),
        "ticket.accepted": _("a hand-over is accepted"), "call.done": _("the customer was phoned"),
        "promise.missed": _("a promise is not kept in time"),
    }  # fmt: skip


def since() -> dict[str, str]:
    """What a time is counted from."""
    return {
        "waiting_since": _("the customer began to wait"), "last_at": _("anybody wrote last"),
        "created_at": _("the ticket came in"), "solved_at": _("it was solved"),
    }  # fmt: skip


def weekdays() -> list[str]:
    """Monday first."""
    return [_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday")]


def when_in_words(on: Any, kind: str, language: str) -> str:
    """ "When a ticket comes in or the customer writes"."""
    if isinstance(on, Mapping) and "after_hours" in on:
        pattern = (
            _("Each time %(hours)s have passed since %(since)s")
            if on.get("again")
            else _("%(hours)s after %(since)s")
        )
        hours = hours_in_words(float(on["after_hours"]), language)
        if on.get("clock") == "business":
            hours = _("%(time)s in business hours") % {"time": hours}
        return pattern % {
            "hours": hours, "since": since().get(str(on.get("since")), "—"),
        }  # fmt: skip
    if isinstance(on, Mapping):
        days = on.get("days", list(range(7)))
        at = isolate(local_digits(str(on.get("at", "")), language))
        if len(days) == 7:
            return _("Every day at %(time)s") % {"time": at}
        return _("On %(days)s at %(time)s") % {
            "days": listed([weekdays()[day] for day in days], "all"),
            "time": at,
        }
    known = routed_on() if kind == "routing" else automated_on()
    return _("When %(events)s") % {"events": _or([known.get(str(one), str(one)) for one in on or ()])}


def _or(parts: list[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return _("%(first)s or %(last)s") % {"first": pgettext("list", ", ").join(parts[:-1]), "last": parts[-1]}


def rule_in_words(rule: Body, kind: str, choices: Choices) -> dict[str, str]:
    """A rule as three clauses: when it is asked, under which conditions, what then happens."""
    return {
        "on": when_in_words(rule.get("on"), kind, choices.language),
        "when": conditions.sentence(rule.get("when") or {}, choices),
        "do": acts_form.sentence(rule.get("do") or (), choices),
    }


# How two versions differ


def differences(kind: str, before: Body | None, after: Body, choices: Choices) -> list[str]:
    """Each difference as a sentence; [] when they say the same."""
    if before == after:
        return []
    tell = _TELLS.get(kind, _anything)
    return tell(before or {}, after, kind, choices) or [_("Small things differ.")]


def _rules(before: Body, after: Body, kind: str, choices: Choices) -> list[str]:
    was = {rule["id"]: rule for rule in before.get("rules", ())}
    now = {rule["id"]: rule for rule in after.get("rules", ())}
    found = [
        _("New: %(name)s. %(rule)s") % {"name": isolate(rule["name"]), "rule": _whole(rule, kind, choices)}
        for key, rule in now.items()
        if key not in was
    ]
    found += [
        _("Gone: %(name)s") % {"name": isolate(rule["name"])} for key, rule in was.items() if key not in now
    ]
    for key, rule in now.items():
        if key in was and was[key] != rule:
            found += _changed(was[key], rule, kind, choices)
    old, new = [key for key in was if key in now], [key for key in now if key in was]
    if old != new:
        found += _moved(old, new, now, choices)
    return found


def _whole(rule: Body, kind: str, choices: Choices) -> str:
    said = rule_in_words(rule, kind, choices)
    return _("%(on)s: %(when)s, then %(do)s.") % said


def _changed(was: Body, now: Body, kind: str, choices: Choices) -> list[str]:
    name = {"name": isolate(now["name"])}
    found = []
    if was["name"] != now["name"]:
        found.append(_("%(before)s is called %(name)s now") % {**name, "before": isolate(was["name"])})
    if bool(was.get("off")) != bool(now.get("off")):
        found.append(
            (_("%(name)s is switched off") if now.get("off") else _("%(name)s is switched on")) % name
        )
    before, after = rule_in_words(was, kind, choices), rule_in_words(now, kind, choices)
    for part, key in (("on", "on"), ("when", "when"), ("do", "do")):
        if was.get(key) != now.get(key):
            found.append(
                _("%(name)s: instead of “%(before)s” now “%(after)s”")
                % {**name, "before": before[part], "after": after[part]}
            )
    return found


def _moved(old: list[str], new: list[str], rules: Mapping[str, Body], choices: Choices) -> list[str]:
    """Only those that were moved, not all that made room: what is left in order stays unsaid."""
    steady = _longest_in_order([old.index(key) for key in new])
    found = []
    for place, key in enumerate(new):
        if old.index(key) not in steady:
            found.append(
                _("%(name)s moved from place %(before)s to %(after)s")
                % {
                    "name": isolate(rules[key]["name"]),
                    "before": local_digits(str(old.index(key) + 1), choices.language),
                    "after": local_digits(str(place + 1), choices.language),
                }
            )
    return found


def _longest_in_order(numbers: list[int]) -> set[int]:
    """The members of a longest rising run within `numbers`."""
    best: list[list[int]] = []
    for number in numbers:
        longest: list[int] = []
        for run in best:
            if run[-1] < number and len(run) > len(longest):
                longest = run
        best.append([*longest, number])
    return set(sorted(best, key=len)[-1]) if best else set()


def ways() -> dict[str, str]:
    """How a team's tickets are given out."""
    return {
        "queue": _("Nobody is chosen: people take from the queue"), "round_robin": _("In turn"),
        "least_busy": _("Who has the least to do"),
    }  # fmt: skip


def way_in_words(way: Body | None, language: str) -> str:
    """A team's way in one sentence."""
    way = way or {"way": "queue"}
    said = ways().get(str(way.get("way")), "—")
    if way.get("way") == "queue":
        return said
    names = {
        "skills": _("by skill"), "languages": _("by language"), "sticky": _("back to who knows the customer"),
        "presence": _("only who is online"), "shift": _("only within working hours"),
    }  # fmt: skip
    more = [text for key, text in names.items() if way.get(key) is not False]
    weights = way.get("weights") or {}
    if weights:
        kinds = {
            "ticket": _("a ticket counts %(n)s"),
            "urgent": _("an urgent one %(n)s"),
            "chat": _("a chat %(n)s"),
        }
        more += [
            kinds[key] % {"n": local_digits(f"{value:g}", language)}
            for key, value in weights.items()
            if key in kinds
        ]
    return (
        _("%(way)s: %(details)s") % {"way": said, "details": pgettext("list", ", ").join(more)}
        if more
        else said
    )


def _assignment(before: Body, after: Body, kind: str, choices: Choices) -> list[str]:
    was, now = before.get("teams", {}), after.get("teams", {})
    return [
        _("%(name)s: instead of “%(before)s” now “%(after)s”")
        % {
            "name": isolate(choices.name("team", key)),
            "before": way_in_words(was.get(key), choices.language),
            "after": way_in_words(now.get(key), choices.language),
        }
        for key in {**was, **now}
        if was.get(key) != now.get(key)
    ]


def _anything(before: Body, after: Body, kind: str, choices: Choices) -> list[str]:
    """Of rule sets with parts that bear a name: which are new, gone, or different."""
    found = []
    for part in {**before, **after}:
        was, now = _named(before.get(part)), _named(after.get(part))
        found += [_("New: %(name)s") % {"name": isolate(now[key])} for key in now if key not in was]
        found += [_("Gone: %(name)s") % {"name": isolate(was[key])} for key in was if key not in now]
        same = [key for key in now if key in was]
        for key in same:
            if _by_key(before.get(part), key) != _by_key(after.get(part), key):
                found.append(_("Changed: %(name)s") % {"name": isolate(now[key])})
        if [key for key in was if key in now] != same:
            found.append(_("The order has changed."))
    return found


def _named(parts: Any) -> dict[str, str]:
    if not isinstance(parts, list):
        return {}
    return {_key(one): _name(one) for one in parts if isinstance(one, Mapping)}


def _key(one: Body) -> str:
    return str(one.get("id") or one.get("name"))


def _name(one: Body) -> str:
    name = one.get("name")
    if isinstance(name, Mapping):
        name = name.get(conditions.language()) or next(iter(name.values()), "")
    return str(name or one.get("id") or "—")


def _by_key(parts: Any, key: str) -> Any:
    return next((one for one in parts or () if isinstance(one, Mapping) and _key(one) == key), None)


_TELLS: dict[str, Callable[[Body, Body, str, Choices], list[str]]] = {
    "routing": _rules, "automations": _rules, "assignment": _assignment, "sla": sla_differences.told,
    "priority": grid_differences.told, "frustration": frustration_differences.told,
}  # fmt: skip
