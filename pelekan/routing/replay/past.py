"""What happened to the tickets of a period, read some at a time: their decisions, and how their clocks ran."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pelekan.routing.replay.judges import KINDS, Setup
from pelekan.routing.replay.retrace import Moment, in_order
from pelekan.sla import clock, policies
from pelekan.sla.models import Timer
from pelekan.tickets.conditions import ast
from pelekan.tickets.conditions.facts import facts_of, restored
from pelekan.tickets.models import Decision, Event, Message, MessageKind, Stay, Ticket

NOTHING_ROUTED: dict[str, Any] = {"rule": None, "do": [], "held": []}
NOTHING_PROMISED: dict[str, Any] = {"policy": None, "by_default": True}
RESTS = {"ticket.waited": clock.WAITING, "ticket.held": clock.ON_HOLD}
GOES_ON = ("ticket.resumed", "ticket.reopened", "message.received")


@dataclass(frozen=True, slots=True)
class Clocked:
    """One run of one target: its marks, and, where it was recorded, whether it was broken under the policy of then."""

    target: str
    marks: tuple[clock.Mark, ...]
    broken: bool | None = None
    book: int | None = None
    policy: str = ""


@dataclass(frozen=True, slots=True)
class Past:
    """A ticket's past. `hours`: how long it stood with the team that it came to first."""

    ticket: int
    team: int
    inbox: int
    moments: tuple[Moment, ...]
    clocked: tuple[Clocked, ...]
    hours: float


def tickets_of(since: datetime, until: datetime) -> Any:
    """The tickets that came in a period, oldest first. Joined ones are told by where they went."""
    rows = Ticket.objects.filter(created_at__gte=since, created_at__lt=until, joined_into=None)
    return rows.order_by("pk")


def read(tickets: Iterable[Ticket], after: Setup, now: datetime, *, rebuild: bool) -> list[Past]:
    """The past of these tickets, in a handful of queries for all together. `rebuild`: put together what was not recorded
    and the documents of `after` would have decided (one handful more for each such ticket)."""
    rows = list(tickets)
    ids = [row.pk for row in rows]
    decisions, stays = _decisions(ids, after), _stays(ids)
    timers = _timers(ids)
    found = []
    for row in rows:
        moments = decisions.get(row.pk, [])
        clocked = timers.get(row.pk, [])
        if rebuild:
            moments = [*moments, *_missing(row, moments, stays.get(row.pk, []), after)]
            clocked = clocked or _clocks(row)
        found.append(
            Past(
                row.pk, row.team_id, row.inbox_id, tuple(in_order(moments)), tuple(clocked),
                _stood(stays.get(row.pk, []), now),
            )
        )  # fmt: skip
    return found


# Decisions


def _decisions(ids: list[int], after: Setup) -> dict[int, list[Moment]]:
    rows = Decision.objects.filter(ticket__in=ids, kind__in=KINDS).order_by("id")
    speaks = _asks_text(after)
    texts = dict(
        Message.objects.filter(pk__in=rows.exclude(message=None).values("message")).values_list("pk", "text")
    ) if speaks else {}  # fmt: skip
    found: dict[int, list[Moment]] = defaultdict(list)
    for row in rows.values("id", "ticket_id", "kind", "at", "facts", "outcome", "book_id", "message_id"):
        facts = row["facts"]
        if speaks and row["kind"] == "routing":
            facts = restored(facts, texts.get(row["message_id"], ""))
        found[row["ticket_id"]].append(
            Moment(row["kind"], row["at"], facts, row["outcome"], row["book_id"], id=row["id"])
        )
    return found


def _asks_text(setup: Setup) -> bool:
    """Whether anything looks at the words of messages; putting those together is most of the work."""
    conditions = [rule.when for rule in setup.routing.rules if not rule.off]
    return any(test.field == "text" for one in conditions for test in ast.tests_of(one))


# What was not recorded


def _missing(
    row: Ticket, moments: Collection[Moment], stays: list[Mapping[str, Any]], after: Setup
) -> list[Moment]:
    """Decisions that nothing took then and the documents of `after` take: where a ticket goes when it came or was
    registered, and which service level it gets."""
    known = {(moment.kind, moment.facts.get("event", "")) for moment in moments}
    wanted = [
        (event, at)
        for event, at in (("ticket.created", row.created_at), ("ticket.registered", row.registered_at))
        if at is not None and after.routing.asked_on(event) and ("routing", event) not in known
    ]
    promises = bool(after.policies.policies) and not any(moment.kind == "sla" for moment in moments)
    if not wanted and not promises:
        return []
    facts = _as_it_came(row, stays)
    found = []
    for event, at in wanted:
        seen = {**facts, "event": event, "now": at.isoformat(), "registered": event == "ticket.registered"}
        found.append(Moment("routing", at, seen, NOTHING_ROUTED, rebuilt=True))
    if promises:
        found.append(Moment("sla", row.created_at, facts, NOTHING_PROMISED, rebuilt=True))
    return found


def _as_it_came(row: Ticket, stays: list[Mapping[str, Any]]) -> dict[str, Any]:
    """The facts of a ticket when it had just come, as far as the log knows: what was changed since is taken back."""
    message = Message.objects.filter(ticket=row, kind=MessageKind.INCOMING).order_by("id").first()
    facts = facts_of(row, now=row.created_at, message=message, event="ticket.created")
    first = stays[0] if stays else None
    if first is not None:
        facts |= {"team": first["team_id"], "tier": first["tier__level"]}
    came = row.created_at.isoformat()
    facts |= {
        "status": "new", "assignee": None, "registered": False, "tags": [], "alarm": 0, "frustration": 0,
        "round_trips": 0, "reopened": 0, "transfers": 0, "answered": False, "idle": came, "solved_for": None,
        "waiting": came if message is not None and not message.automatic else None,
    }  # fmt: skip
    return facts | _before_changes(row)


def _before_changes(row: Ticket) -> dict[str, Any]:
    """What the first change of category and priority says of the time before it."""
    names = ("ticket.categorised", "ticket.assessed")
    found: dict[str, Any] = {}
    for event in Event.objects.filter(ticket=row, name__in=names).order_by("id").values("name", "data")[:40]:
        if event["name"] == "ticket.categorised" and "category" not in found:
            before = event["data"].get("category_before")
            found["category"] = [before] if before else []
        if event["name"] == "ticket.assessed" and "priority" not in found:
            found["priority"] = event["data"].get("priority_before") or 2
    return found


# Clocks


def _timers(ids: list[int]) -> dict[int, list[Clocked]]:
    found: dict[int, list[Clocked]] = defaultdict(list)
    rows = Timer.objects.filter(ticket__in=ids).order_by("id")
    for row in rows.values("ticket_id", "target", "marks", "breached_at", "book_id", "policy"):
        marks = tuple(clock.mark_from(one) for one in row["marks"])
        found[row["ticket_id"]].append(
            Clocked(row["target"], marks, row["breached_at"] is not None, row["book_id"], row["policy"])
        )
    return found


def _clocks(row: Ticket) -> list[Clocked]:
    """The clocks that a ticket without any would have had, from what the log knows: the first answer and the solution."""
    start = clock.Mark(row.created_at, clock.STARTED)
    first = [start]
    if row.first_answer_at is not None:
        first.append(clock.Mark(row.first_answer_at, clock.MET))
    whole = [start]
    names = (*RESTS, *GOES_ON, "ticket.solved", "ticket.closed")
    for name, at in Event.objects.filter(ticket=row, name__in=names).order_by("id").values_list("name", "at"):
        if name in RESTS:
            whole.append(clock.Mark(at, RESTS[name]))
        elif name in GOES_ON:
            whole.append(clock.Mark(at, clock.WORKING))
        elif whole[-1].what != clock.MET:
            whole.append(clock.Mark(at, clock.MET))
    return [Clocked(policies.FIRST_RESPONSE, tuple(first)), Clocked(policies.RESOLUTION, tuple(whole))]


def _stays(ids: list[int]) -> dict[int, list[Mapping[str, Any]]]:
    found: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for row in (
        Stay.objects.filter(ticket__in=ids)
        .order_by("id")
        .values("ticket_id", "team_id", "tier__level", "entered_at", "left_at")
    ):
        found[row["ticket_id"]].append(row)
    return found


def _stood(stays: list[Mapping[str, Any]], now: datetime) -> float:
    if not stays:
        return 0.0
    first = stays[0]
    return max(((first["left_at"] or now) - first["entered_at"]) / timedelta(hours=1), 0.0)
