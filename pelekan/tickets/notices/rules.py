"""★ Which happening is told to the customer, when, and by which ways. Values in, values out.

A happening waits for WINDOW, so that what follows close upon it is told in the same notice, and what has become untrue
meanwhile is not told at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

WINDOW = timedelta(minutes=5)
"""How long a happening waits for others; the first one's time counts, so nothing is put off for ever."""

REMIND_AFTER = timedelta(days=3)
"""How long we wait for the customer before we remind him, once."""

TOO_LATE = timedelta(hours=24)
"""A notice that comes later than this after it was due (the desk was down) would only confuse."""


class Kind(StrEnum):
    """What a customer can be told."""

    RECEIVED = "received"
    MOVED = "moved"
    WAITING = "waiting"
    REMINDER = "reminder"
    ANSWER = "answer"
    SOLVED = "solved"
    RATE = "rate"
    VERIFY = "verify"


class Way(StrEnum):
    """How a notice leaves the desk. In the chat and in the portal every notice stands anyway."""

    EMAIL = "email"
    SMS = "sms"


@dataclass(frozen=True, slots=True)
class Rule:
    """`event`: what it tells of. `essential`: the customer can't do without it, so by mail it is never off.
    `lane`: what shares a lane is told together."""

    event: tuple[str, ...]
    essential: bool
    wait: timedelta
    lane: str


RULES: dict[Kind, Rule] = {
    Kind.RECEIVED: Rule(("ticket.registered",), True, timedelta(), "now"),
    Kind.MOVED: Rule(("ticket.escalated", "ticket.returned"), False, WINDOW, "soon"),
    Kind.WAITING: Rule(("ticket.waited",), True, WINDOW, "soon"),
    Kind.REMINDER: Rule(("ticket.waited",), False, REMIND_AFTER, "later"),
    # the answer itself goes by mail (see channels.outbox); what is told is that there is one, where it can't go
    Kind.ANSWER: Rule(("message.sent",), True, timedelta(), "now"),
    Kind.SOLVED: Rule(("ticket.solved",), False, WINDOW, "soon"),
    Kind.RATE: Rule(("ticket.solved",), False, WINDOW, "soon"),
    # is it really? after as many hours as the desk wants
    Kind.VERIFY: Rule(("ticket.solved",), False, timedelta(), "verify"),
}
OPTIONAL = tuple(kind for kind, rule in RULES.items() if not rule.essential)


@dataclass(frozen=True, slots=True)
class Happening:
    """An event as the rules see it. `at_once`: part of the registering itself, whose receipt tells it.
    `verified`: the desk asks some hours later whether it is really solved."""

    name: str
    by_customer: bool = False
    registered: bool = True
    at_once: bool = False
    verified: bool = False


def wanted(what: Happening) -> tuple[Kind, ...]:
    """What an event gives to tell, in the order of the table. Nobody is told of his own doings; of a chat that was
    never registered only its end is worth a word: how was it?"""
    if what.by_customer:
        return ()
    untold = {Kind.ANSWER, Kind.MOVED} if what.at_once else {Kind.ANSWER}
    if not what.verified:
        untold = untold | {Kind.VERIFY}
    kinds = tuple(kind for kind, rule in RULES.items() if what.name in rule.event and kind not in untold)
    if not what.registered:
        return tuple(kind for kind in kinds if kind == Kind.RATE)
    return kinds


def lanes(kinds: Iterable[Kind]) -> dict[str, tuple[Kind, ...]]:
    """The kinds by lane."""
    found: dict[str, tuple[Kind, ...]] = {}
    for kind in kinds:
        lane = RULES[kind].lane
        found[lane] = (*found.get(lane, ()), kind)
    return found


def merged(waiting: Iterable[str], more: Iterable[str]) -> list[str]:
    """Both, each once, in the order of the table."""
    both = {*waiting, *more}
    return [str(kind) for kind in RULES if kind in both]


@dataclass(frozen=True, slots=True)
class Truth:
    """How it stands when the notice is due. `answered`: a person wrote to the customer about when it happened, or
    since; `returned`: the ticket is on the step where it was; `wrote`: the customer wrote since."""

    status: str
    answered: bool = False
    returned: bool = False
    wrote: bool = False
    rated: bool = False


def left(kinds: Iterable[str], truth: Truth) -> tuple[Kind, ...]:
    """What of a waiting notice is still true, and not told by an answer anyway."""
    done = truth.status in ("solved", "closed")
    found = []
    for kind in map(Kind, kinds):
        if kind == Kind.MOVED and (done or truth.answered or truth.returned):
            continue
        if kind == Kind.WAITING and (truth.status != "waiting" or truth.answered or truth.wrote):
            continue
        if kind == Kind.REMINDER and (truth.status != "waiting" or truth.wrote):
            continue
        if kind in (Kind.SOLVED, Kind.RATE) and not done:
            continue
        if kind == Kind.RATE and truth.rated:
            continue
        if kind == Kind.VERIFY and (truth.status != "solved" or truth.rated or truth.wrote):
            continue
        found.append(kind)
    return tuple(found)


def by_way(
    kinds: Sequence[Kind],
    way: Way,
    *,
    off: Collection[str] = (),
    on: Collection[str] = (),
    has_mail: bool = True,
    only_essential: bool = False,
) -> tuple[Kind, ...]:
    """The kinds that go by `way`. `off` holds what the customer switched off, `on` what he wants besides, as "kind:way";
    SMS takes the place of mail that can't reach him, or is wished for. `only_essential`: it is not proved that the
    address is his."""
    found = []
    for kind in kinds:
        essential = RULES[kind].essential
        if only_essential and not essential:
            continue
        if way == Way.SMS and has_mail and f"{kind}:{way}" not in on:
            continue
        if f"{kind}:{way}" in off and not (essential and way == Way.EMAIL):
            continue
        found.append(kind)
    return tuple(found)


OR_SMS = "or_sms"
"""The way of a notice that no mail takes to the customer."""


def goes_by(meta: Mapping[str, Any], way: str) -> bool:
    """Whether a message leaves by `way`: what is no notice does, a notice where one of its kinds is wanted so.

    A notice's `meta` holds {"notice": [kinds], "ways": {way: [kinds]}, "short": text, …}."""
    ways = meta.get("ways")
    return not isinstance(ways, dict) or bool(ways.get(way))


def may_switch_off(kinds: Iterable[str]) -> tuple[Kind, ...]:
    """What the opt-out of a mail that tells `kinds` ends: the rating question alone where it is in it, else all that is
    not essential."""
    optional = tuple(kind for kind in map(Kind, kinds) if not RULES[kind].essential)
    return (Kind.RATE,) if Kind.RATE in optional else optional
