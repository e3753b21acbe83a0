"""★ Who is told of what, by which ways, and when he wants to be left alone. Values in, values out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo


class Ring(StrEnum):
    """What an agent can be told."""

    ASSIGNED = "assigned"
    ANSWERED = "answered"
    CHAT = "chat"
    MENTIONED = "mentioned"
    HANDED = "handed"
    FAILED = "failed"
    RATED = "rated"
    FAULT = "fault"
    UNSENT = "unsent"
    TOLD = "told"
    NOBODY = "nobody"
    FRUSTRATED = "frustrated"
    PROMISE = "promise"
    FORGOTTEN = "forgotten"
    REFUSED = "refused"
    DUE = "due"
    STEPS = "steps"
    ARTICLE = "article"
    REMARK = "remark"
    COMMUNITY = "community"
    ERASURE = "erasure"


class By(StrEnum):
    """How he is told."""

    BELL = "bell"
    BROWSER = "browser"
    MAIL = "mail"


FOR_ADMINS = frozenset({Ring.FAULT, Ring.REFUSED, Ring.ERASURE})
DEFAULT: dict[Ring, tuple[By, ...]] = {
    Ring.ASSIGNED: (By.BELL, By.BROWSER),
    Ring.ANSWERED: (By.BELL, By.BROWSER),
    Ring.CHAT: (By.BELL, By.BROWSER),
    Ring.MENTIONED: (By.BELL, By.BROWSER),
    Ring.HANDED: (By.BELL,),
    Ring.FAILED: (By.BELL,),
    Ring.RATED: (By.BELL,),
    Ring.FAULT: (By.BELL, By.MAIL),
    Ring.UNSENT: (By.BELL, By.BROWSER),
    Ring.TOLD: (By.BELL, By.BROWSER),
    Ring.NOBODY: (By.BELL, By.BROWSER),
    Ring.FRUSTRATED: (By.BELL, By.BROWSER),
    Ring.PROMISE: (By.BELL, By.BROWSER),
    Ring.FORGOTTEN: (By.BELL, By.MAIL),
    Ring.REFUSED: (By.BELL, By.MAIL),
    Ring.DUE: (By.BELL, By.BROWSER),
    Ring.STEPS: (By.BELL,),
    Ring.ARTICLE: (By.BELL,),
    Ring.REMARK: (By.BELL,),
    Ring.COMMUNITY: (By.BELL,),
    Ring.ERASURE: (By.BELL, By.MAIL),
}
"""Without a choice. "browser" shows only where the agent has allowed it in that browser."""

ARTICLES = frozenset(
    (
        "article.review_asked",
        "article.sent_back",
        "article.published",
        "article.not_published",
        "article.review_due",
    )
)
"""What rings for the agents that the event names."""

MOST = 100
"""Agents that one event rings for."""


@dataclass(frozen=True, slots=True)
class Ringing:
    """For whom an event rings: named agents, or all of a team, or the admins. `key`: what counts as the same. `mail`: by
    mail too, whatever they chose."""

    kind: Ring
    key: str
    agents: tuple[int, ...] = ()
    team: int | None = None
    admins: bool = False
    mail: bool = False


@dataclass(frozen=True, slots=True)
class Rung:
    """An event as the rules see it. `assignee` and `author` (of the message) are agents' ids; `mentioned` too."""

    name: str
    data: Mapping[str, Any]
    because: str = ""
    ticket: int | None = None
    assignee: int | None = None
    author: int | None = None
    in_chat: int | None = None  # the agent who is in the live chat that the message belongs to
    automatic: bool = False
    held: bool = False
    mentioned: tuple[int, ...] = field(default=())


def ringing(what: Rung) -> list[Ringing]:
    """What an event rings, before anybody's choice and own doings are looked at."""
    if what.name == "ticket.assigned":
        kind = Ring.CHAT if what.because == "accepted by itself" else Ring.ASSIGNED
        return _one(kind, what, what.data.get("agent"))
    if what.name == "chat.transferred":
        return _one(Ring.CHAT, what, what.data.get("agent"))
    if what.name == "message.received" and not what.automatic and not what.held:
        if what.in_chat is not None and what.in_chat == what.assignee:
            return []  # he is in the chat and sees the line
        return _one(Ring.ANSWERED, what, what.assignee)
    if what.name == "ticket.joined" and what.data.get("waits"):
        return _one(Ring.ANSWERED, what, what.assignee)
    if what.name == "message.noted":
        return [Ringing(Ring.MENTIONED, f"mentioned:{what.ticket}", what.mentioned)] if what.mentioned else []
    if what.name in ("ticket.escalated", "ticket.returned", "ticket.handed_over") and what.data.get("team"):
        if what.assignee is not None:
            return []  # the one who got it is told himself
        return [Ringing(Ring.HANDED, f"handed:{what.ticket}", team=int(what.data["team"]))]
    if what.name == "delivery.failed":
        return _one(Ring.FAILED, what, what.assignee or what.author)
    if what.name == "ticket.rated":
        return _one(Ring.RATED, what, what.assignee)
    if what.name == "answer.rated":  # whoever wrote it hears how it was received
        return [
            replace(one, key=f"answer:{what.ticket}")
            for one in _one(Ring.RATED, what, what.data.get("agent"))
        ]
    if what.name == "guide.finished":
        return _one(Ring.STEPS, what, what.assignee or what.data.get("agent"))
    if what.name == "article.remarked" and what.data.get("owner"):
        return [Ringing(Ring.REMARK, f"remark:{what.data['article']}", (int(what.data["owner"]),))]
    if what.name == "answer.refused":  # whoever wrote it: the agent is told here, never the mail's sender
        return _one(Ring.UNSENT, what, what.data.get("agent"))
    if what.name == "ticket.told":
        source = str(what.data.get("source", ""))
        kind = Ring.DUE if source.startswith("sla:") else Ring.TOLD  # a clock, or a rule
        key = f"told:{what.ticket}:{source}"[:40]
        return [Ringing(kind, key, tuple(what.data["agents"]), mail=bool(what.data.get("mail")))]
    if what.name == "ticket.frustrated":
        return [Ringing(Ring.FRUSTRATED, f"frustrated:{what.ticket}", tuple(what.data["agents"]))]
    if what.name in ("promise.near", "promise.missed"):
        return [Ringing(Ring.PROMISE, f"promise:{what.ticket}", tuple(what.data["agents"]))]
    if what.name == "desk.forgot":
        return [Ringing(Ring.FORGOTTEN, f"forgotten:{what.data['list']}", tuple(what.data["agents"]))]
    if what.name in ("post.waiting", "post.reported", "community.unanswered"):
        key = "community:unanswered" if what.name == "community.unanswered" else "community:waiting"
        return [Ringing(Ring.COMMUNITY, key, tuple(what.data["agents"]))]
    if what.name == "ticket.nobody_free":
        return [Ringing(Ring.NOBODY, f"nobody:{what.ticket}", tuple(what.data["agents"]))]
    if what.name in ARTICLES:  # who may read it was asked when it happened
        key = f"article:{what.data.get('translation') or what.data['article']}:{what.name[8:]}"
        return [Ringing(Ring.ARTICLE, key[:40], tuple(what.data.get("agents", ())))]
    if what.name == "rulebook.refused":  # its author is an admin like all who may put it right
        return [Ringing(Ring.REFUSED, f"refused:{what.data.get('kind')}", admins=True)]
    if what.name == "customer.asked_erasure":
        return [Ringing(Ring.ERASURE, "erasure", admins=True)]
    if what.name == "webhook.failed":
        return [Ringing(Ring.FAULT, f"fault:webhook:{what.data.get('webhook')}", admins=True)]
    if what.name in ("arrival.quarantined", "account.failed", "account.gap_found", "gateway.failed"):
        return [Ringing(Ring.FAULT, f"fault:{what.name}:{what.data.get('inbox')}", admins=True)]
    return []


def _one(kind: Ring, what: Rung, agent: Any) -> list[Ringing]:
    return [Ringing(kind, f"{kind}:{what.ticket}", (int(agent),))] if agent else []


def ways(kind: str, chosen: Mapping[str, Any]) -> tuple[By, ...]:
    """How an agent wants to be told of `kind`; `chosen` is `BellChoice.ways`."""
    if kind in chosen and isinstance(chosen[kind], list):
        return tuple(way for way in By if way in chosen[kind])
    return DEFAULT[Ring(kind)]


# Mentions

_AFTER = re.compile(r"\w|\u200c", re.UNICODE)


def mentioned(text: str, names: Iterable[tuple[int, str]]) -> tuple[int, ...]:
    """The agents whose whole name stands after an @ in `text` (both folded alike by the caller). The longest name wins,
    so that @Sara Movahed is not Sara; two people of one name are both meant."""
    ordered = sorted(((name, pk) for pk, name in names if name), key=lambda pair: -len(pair[0]))
    found: list[int] = []
    for at in (match.end() for match in re.finditer("@", text)):
        length = 0
        for name, pk in ordered:
            if len(name) < length:
                break
            end = at + len(name)
            if text.startswith(name, at) and not _AFTER.match(text[end : end + 1]):
                length = len(name)
                if pk not in found:
                    found.append(pk)
    return tuple(found)


# Quiet hours


@dataclass(frozen=True, slots=True)
class Quiet:
    """From when to when, by the agent's own clock, nothing but the bell; and the weekdays (0 = Monday) on which all day
    is quiet. From after until: over midnight. Equal or missing times: no quiet hours, the days count all the same."""

    start: time | None = None
    end: time | None = None
    days: tuple[int, ...] = ()


def quiet_from(stored: Mapping[str, Any]) -> Quiet:
    """From `BellChoice.quiet`: {"from": "22:00", "until": "07:00", "days": [4]}. What can't be read counts as none."""
    return Quiet(
        _time(stored.get("from")),
        _time(stored.get("until")),
        tuple(day for day in stored.get("days", []) if day in range(7)),
    )


def _time(text: Any) -> time | None:
    try:
        return time.fromisoformat(text)
    except (TypeError, ValueError):
        return None


def quiet_until(at: datetime, quiet: Quiet, zone: ZoneInfo) -> datetime | None:
    """When the quiet around `at` (aware) ends, in UTC; None when it is not quiet, or never ends (every day of it)."""
    if len(set(quiet.days)) == 7:
        return None
    local = at.astimezone(zone)
    ends: datetime | None = None
    moment = local
    for _ in range(20):  # a quiet day may follow a quiet night, and so on
        after = _end(moment, quiet, zone)
        if after is None:
            break
        ends = moment = after
    return ends.astimezone(at.tzinfo) if ends else None


def _end(local: datetime, quiet: Quiet, zone: ZoneInfo) -> datetime | None:
    if local.weekday() in quiet.days:
        return datetime.combine(local.date() + timedelta(days=1), time(), zone)
    if quiet.start is None or quiet.end is None or quiet.start == quiet.end:
        return None
    now = local.time().replace(tzinfo=None)
    if quiet.start < quiet.end:
        return datetime.combine(local.date(), quiet.end, zone) if quiet.start <= now < quiet.end else None
    if now >= quiet.start:
        return datetime.combine(local.date() + timedelta(days=1), quiet.end, zone)
    return datetime.combine(local.date(), quiet.end, zone) if now < quiet.end else None


# Digest

DIGEST_HOUR = 8


def next_digest(at: datetime, rhythm: str, zone: ZoneInfo, first_day: int) -> datetime | None:
    """The next digest after `at`: at eight in the morning by the agent's clock, every day or on the first day of his
    week (0 = Monday). None without a rhythm."""
    if rhythm not in ("daily", "weekly"):
        return None
    local = at.astimezone(zone)
    day = local.date()
    for _ in range(9):
        moment = datetime.combine(day, time(DIGEST_HOUR), zone)
        if moment > local and (rhythm == "daily" or day.weekday() == first_day):
            return moment.astimezone(at.tzinfo)
        day += timedelta(days=1)
    raise AssertionError("unreachable")


def first_day_of_week(calendar: str) -> int:
    """Saturday where weeks are Jalali or Hijri, else Monday."""
    return 5 if calendar in ("jalali", "hijri") else 0


def counted(kinds: Sequence[str]) -> dict[str, int]:
    """kind → how many, in the order of the table."""
    return {str(kind): list(kinds).count(kind) for kind in Ring if kind in kinds}
