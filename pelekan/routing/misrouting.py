"""How often what the routing rules placed was soon moved to another team by people: the misrouting rate.

Counted are the tickets whose place was decided in the period: by a rule, or, where none fitted what came in, by its inbox.
Misrouted is a ticket that a person gave to another team within an hour of that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, ExpressionWrapper, F, Max, OuterRef, Q, QuerySet
from django.db.models import DateTimeField as Moment
from django.db.models.fields.json import KT

from pelekan.people.models import Agent, Team
from pelekan.tickets.by_hand import BY_ITSELF, MOVES
from pelekan.tickets.models import Event, Ticket
from pelekan.tickets.rulebooks.models import Decision

WITHIN = timedelta(hours=1)
MOST = 100
"""Tickets that are listed."""


@dataclass(frozen=True, slots=True)
class Share:
    """Of one rule (its id and name; "" for what no rule fitted), or of all: tickets placed, and those of them that were
    moved on within the hour."""

    rule: str
    name: str
    placed: int
    moved: int

    @property
    def rate(self) -> float | None:
        """From 0 to 1; None where nothing was placed."""
        return self.moved / self.placed if self.placed else None


def rates(since: datetime, until: datetime) -> tuple[Share, list[Share]]:
    """(of all, by rule: most moved first). Two queries, bounded by the period's decisions and their tickets' events."""
    rows: Any = _placed(since, until).annotate(moved=Exists(_moves()))
    counts: dict[str, Any] = {
        "placed": Count("ticket", distinct=True),
        "gone": Count("ticket", distinct=True, filter=Q(moved=True)),
    }
    whole = rows.order_by().aggregate(**counts)
    by_rule = rows.order_by().values("rule").annotate(**counts, called=Max(KT("trace__name")))
    found = [Share(row["rule"], row["called"] or "", row["placed"], row["gone"]) for row in by_rule]
    found.sort(key=lambda one: (-one.moved, -one.placed, one.name))
    return Share("", "", whole["placed"], whole["gone"]), found


def behind(agent: Agent, since: datetime, until: datetime, rule: str | None = None) -> list[dict[str, Any]]:
    """The misrouted tickets that `agent` may see, the newest first, of one rule or (None) of all: {"id", "number", "subject",
    "rule", "name", "at", "before", "after" (teams), "by", "waited" (a timedelta), "why"}. Four queries."""
    rows = _placed(since, until).filter(
        Exists(_moves()), ticket__in=Ticket.objects.visible_to(agent).values("pk")
    )
    if rule is not None:
        rows = rows.filter(rule=rule)
    found = list(
        rows.order_by("-at", "-id").values(
            "ticket_id", "ticket__number", "ticket__subject", "rule", "at", name=KT("trace__name")
        )[:MOST]
    )
    moves = _first_moves({row["ticket_id"] for row in found})
    teams = dict(Team.objects.values_list("pk", "name"))
    listed: dict[int, dict[str, Any]] = {}
    for row in found:
        move = next(
            (one for one in moves.get(row["ticket_id"], ()) if row["at"] <= one["at"] <= row["at"] + WITHIN),
            None,
        )
        if move is None or row["ticket_id"] in listed:
            continue
        listed[row["ticket_id"]] = {
            "id": row["ticket_id"], "number": row["ticket__number"], "subject": row["ticket__subject"],
            "rule": row["rule"], "name": row["name"] or "", "at": row["at"], "waited": move["at"] - row["at"],
            "before": teams.get(move["data"]["team_before"], ""), "after": teams.get(move["data"]["team"], ""),
            "by": move["agent__user__name"], "why": move["because"],
        }  # fmt: skip
    return list(listed.values())


def _placed(since: datetime, until: datetime) -> QuerySet[Decision]:
    fresh = Q(event__name__in=("ticket.created", "ticket.registered"))
    return Decision.objects.filter(~Q(rule="") | fresh, kind="routing", at__gte=since, at__lt=until)


_TO_ANOTHER = Q(name__in=MOVES, agent__isnull=False) & ~Q(because=BY_ITSELF)


def _moves() -> QuerySet[Event]:
    """Moves to another team that a person made within the hour; to stand inside a query of decisions."""
    last = ExpressionWrapper(OuterRef("at") + WITHIN, output_field=Moment())
    of_it = Event.objects.filter(_TO_ANOTHER, ticket=OuterRef("ticket"), at__gte=OuterRef("at"), at__lte=last)
    both = {"data__has_keys": ["team", "team_before"]}
    return (
        of_it.filter(**both)
        .annotate(to=KT("data__team"), come=KT("data__team_before"))
        .filter(~Q(to=F("come")))
    )


def _first_moves(tickets: Iterable[int]) -> dict[int, list[dict[str, Any]]]:
    rows = Event.objects.filter(_TO_ANOTHER, ticket__in=tickets).order_by("id")
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows.values("ticket_id", "at", "data", "because", "agent__user__name"):
        data = row["data"]
        if data.get("team") and data.get("team_before") and data["team"] != data["team_before"]:
            found.setdefault(row["ticket_id"], []).append(dict(row))
    return found
