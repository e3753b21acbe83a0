"""The live lists of the desk: mine, a team's queue, nobody's, waiting chats, all, done.

These are the hottest pages, so each list is one hand-written query. A list is a union of *branches*; each branch
is a condition that one partial index serves in the list's own order, so that the first 25 rows cost the same
whether the desk holds a thousand tickets or a million. Whose eyes it is for is part of every branch: the rule is
that of `Tickets.visible_to`, and a test holds the two together. To whom the steps are a view (`Eyes.VIEW`), waiting,
unassigned and done show his own, and all shows all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from pelekan.people.models import Agent, Eyes

PAGE = 25
MOST_COUNTED = 100
"""Counts stop here and are shown as 99+: nobody needs to know how many more."""

OPEN = "t.status IN ('new', 'open', 'waiting', 'on_hold')"
DONE = "t.status IN ('solved', 'closed')"
WAITING_CHAT = "c.state IN ('waiting', 'active') AND c.state = 'waiting'"  # the first half names the index
NOT_BOTS = "t.bot_at IS NULL"  # nobody is asked for what the bot still talks about
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Branch = tuple[str, list[Any]]


class Order(NamedTuple):
    """In which order a list of tickets stands: by a column, rising or falling, and by id where that is equal."""

    column: str
    falls: bool

    @property
    def sql(self) -> str:
        way = " DESC" if self.falls else ""
        return f"{self.column}{way}, id{way}"

    @property
    def of_tickets(self) -> str:
        way = " DESC" if self.falls else ""
        return f"t.{self.column}{way}, t.id{way}"

    @property
    def after(self) -> str:
        return f"(t.{self.column}, t.id) {'<' if self.falls else '>'} (%s, %s)"


URGENT, NEWEST, OLDEST = "urgent", "newest", "oldest"
ORDERS = {URGENT: Order("rank_at", False), NEWEST: Order("last_at", True), OLDEST: Order("last_at", False)}
"""What an agent can choose. `rank_at` is what service levels and priority make of a ticket (`sla.timers`)."""


@dataclass(frozen=True)
class View:
    """One list. `kind`: mine, queue, team, unassigned, waiting, all, done or saved; `team_id` for queue and team,
    `saved_id` for a saved view (whose rows are those of `tickets.views`)."""

    kind: str
    team_id: int = 0
    saved_id: int = 0

    @property
    def slug(self) -> str:
        number = self.team_id or self.saved_id
        return f"{self.kind}-{number}" if number else self.kind


KINDS = ("mine", "unassigned", "waiting", "all", "done")


def view_named(slug: str) -> View | None:
    """The view behind "mine" or "queue-3"; None for any other word."""
    if slug in KINDS:
        return View(slug)
    kind, _, number = slug.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return None
    if kind == "saved":
        return View(kind, saved_id=int(number))
    return View(kind, int(number)) if kind in ("queue", "team") else None


def order_of(view: View, wished: str) -> str:
    """The order in which `view` can stand: what is done has no urgency any more."""
    if view.kind == "done" and wished == URGENT:
        return NEWEST
    return wished if wished in ORDERS else URGENT


def rows(
    view: View, agent: Agent, before: str = "", limit: int = PAGE, *, order: str = NEWEST
) -> tuple[list[dict[str, Any]], str]:
    """The tickets of `view` that `agent` may see in one of `ORDERS` (waiting chats: longest wait first), and the key
    to go on from ("" at the end). Each row is a plain dict; see _COLUMNS."""
    if view.kind == "waiting":
        return _waiting(agent, before, limit)
    branches = _branches(view, agent)
    if not branches:
        return [], ""
    by = ORDERS[order_of(view, order)]
    after, key = _after(before, by.after)
    inner, params = _union(branches, f"t.id, t.{by.column}", after, key, by.of_tickets, limit + 1)
    sql = (
        f"SELECT {_COLUMNS} FROM (SELECT id FROM ({inner}) x ORDER BY {by.sql} LIMIT {limit + 1}) k"
        f" {_JOINS} ORDER BY {by.of_tickets}"
    )
    return _page(sql, [*params, agent.pk], limit, by.column)


def rows_of(ids: Branch, agent: Agent, limit: int, by: Order) -> tuple[list[dict[str, Any]], str]:
    """The rows of the tickets that a query finds (with their `id`, at most `limit` + 1, in the order `by`), and the key
    to go on from."""
    inner, params = ids
    sql = f"SELECT {_COLUMNS} FROM ({inner}) k {_JOINS} ORDER BY {by.of_tickets}"
    return _page(sql, [*params, agent.pk], limit, by.column)


def row(ticket_id: int, agent: Agent) -> dict[str, Any] | None:
    """One row, for a list that brings a single line up to date."""
    sees, params = _seen_by(agent, "t")
    sql = f"SELECT {_COLUMNS} FROM (SELECT t.id FROM tickets_ticket t WHERE t.id = %s AND {sees}) k {_JOINS}"
    found = _fetch(sql, [ticket_id, *params, agent.pk])
    return found[0] if found else None


def counts(
    views: list[View],
    agent: Agent,
    *,
    late: Sequence[View] = (),
    calls: bool = False,
    also: Sequence[tuple[str, str]] = (),
) -> dict[str, int]:
    """{slug: number}: how many tickets each view holds, counted up to MOST_COUNTED, all in one query; how many of `late`
    are late, as "late:<slug>"; with `calls` how many customers are to be phoned, as "calls"; of `also` (name, SQL without values) the number that each gives; and the top level of the staircase as "levels"."""
    found = [(view.slug, *_counted(view, agent)) for view in views]
    found += [(f"late:{view.slug}", *_counted_late(view, agent)) for view in late]
    if calls:
        found.append(("calls", *_counted_calls(agent)))
    found += [(name, sql, []) for name, sql in also]
    found.append(("levels", "SELECT COALESCE(MAX(level), 0) FROM people_tier", []))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT " + ", ".join(f"({sql})" for _name, sql, _its in found),
            [value for _name, _sql, its in found for value in its],
        )
        numbers = cursor.fetchone()
    return {name: number for (name, _sql, _its), number in zip(found, numbers, strict=True)}


def _counted(view: View, agent: Agent) -> Branch:
    if view.kind == "waiting":
        sees, params = _seen_by(agent, "t")
        inner = (
            "SELECT 1 FROM tickets_conversation c JOIN tickets_ticket t ON t.id = c.ticket_id"
            f" WHERE {WAITING_CHAT} AND {sees} LIMIT {MOST_COUNTED}"
        )
    else:
        branches = _branches(view, agent)
        if not branches:
            return "SELECT 0", []
        inner, params = _union(branches, "t.id", "", [], "", MOST_COUNTED)
    return f"SELECT COUNT(*) FROM ({inner}) x", params


def _counted_late(view: View, agent: Agent) -> Branch:
    """Only what is late stands in the index that answers this, so it costs little however much is open."""
    index = " INDEXED BY late_ones" if connection.vendor == "sqlite" else ""
    sees, params = _seen_by(agent, "t")
    where = {
        "mine": f"t.assignee_id = {int(agent.pk)}",
        "queue": f"t.assignee_id IS NULL AND t.team_id = {int(view.team_id)}",
        "team": f"t.team_id = {int(view.team_id)}",
        "unassigned": "t.assignee_id IS NULL",
    }.get(view.kind, "1 = 1")
    inner = f"SELECT 1 FROM tickets_ticket t{index} WHERE {OPEN} AND t.alarm >= 2 AND {where} AND {sees}"
    return f"SELECT COUNT(*) FROM ({inner} LIMIT {MOST_COUNTED}) x", params


def _counted_calls(agent: Agent) -> Branch:
    sees, params = _seen_by(agent, "t")
    inner = (
        "SELECT 1 FROM tickets_call p JOIN tickets_ticket t ON t.id = p.ticket_id"
        f" WHERE p.done_at IS NULL AND {sees} LIMIT {MOST_COUNTED}"
    )
    return f"SELECT COUNT(*) FROM ({inner}) x", params


_COLUMNS = """t.id, t.number, t.subject, t.status, t.channel, t.priority, t.reasons, t.preview, t.waiting_since, t.last_at,
 t.registered_at, t.customer_id, t.alarm, t.next_due_at, t.rank_at, mood.level AS mood,
 t.handed_at IS NOT NULL AS handed, t.bot_at IS NOT NULL AS with_bot, COALESCE(NULLIF(c.name, ''), (SELECT i.address FROM people_identity i
 WHERE i.customer_id = t.customer_id AND i.kind IN ('email', 'phone') ORDER BY i.id LIMIT 1), '') AS customer_name,
 tier.level AS tier_level, tier.name AS tier_name, t.team_id, t.assignee_id, u.name AS assignee_name,
 (SELECT m.id FROM tickets_message m WHERE m.ticket_id = t.id AND NOT m.automatic ORDER BY m.id DESC LIMIT 1)
 > COALESCE(r.message_id, 0) AS unread,
 EXISTS (SELECT 1 FROM tickets_call p WHERE p.ticket_id = t.id AND p.done_at IS NULL) AS call"""
_JOINS = """JOIN tickets_ticket t ON t.id = k.id JOIN people_customer c ON c.id = t.customer_id
 JOIN people_tier tier ON tier.id = t.tier_id LEFT JOIN people_agent a ON a.id = t.assignee_id
 LEFT JOIN people_user u ON u.id = a.user_id
 LEFT JOIN tickets_mood mood ON mood.ticket_id = t.id LEFT JOIN tickets_readmark r ON r.ticket_id = t.id AND r.agent_id = %s"""


def _waiting(agent: Agent, before: str, limit: int) -> tuple[list[dict[str, Any]], str]:
    sees, params = _seen_by(agent, "t", own=True)
    after, key = _after(before, "(c.started_at, c.id) > (%s, %s)")
    joins = _JOINS.replace("%s", str(int(agent.pk)))
    sql = (
        f"SELECT {_COLUMNS}, k.conversation_id, k.started_at FROM (SELECT c.ticket_id AS id, c.id AS conversation_id,"
        " c.started_at FROM tickets_conversation c JOIN tickets_ticket t ON t.id = c.ticket_id"
        f" WHERE {WAITING_CHAT} AND {sees} {after} ORDER BY c.started_at, c.id LIMIT {limit + 1}) k"
        f" {joins} ORDER BY k.started_at, k.conversation_id"
    )
    return _page(sql, [*params, *key], limit, "started_at", "conversation_id")


def _seen_by(agent: Agent, table: str, *, own: bool = False) -> Branch:
    """`Tickets.visible_to` in SQL, for a row that is already known. `own`: of that what his lists begin with."""
    if agent.disabled_at or not agent.user.is_active:
        return "1 = 0", []
    eyes = agent.eyes
    if eyes == Eyes.ALL or (eyes == Eyes.VIEW and not own):
        return "1 = 1", []
    tiers = ", ".join(str(int(tier)) for tier in agent.tier_ids) or "NULL"
    return (
        f"({table}.tier_id IN ({tiers}) OR {table}.assignee_id = %s OR {table}.id IN ({_chats_of(agent)}))",
        [agent.pk],
    )


def _chats_of(agent: Agent) -> str:
    return f"SELECT c.ticket_id FROM tickets_conversation c WHERE c.state = 'active' AND c.agent_id = {int(agent.pk)}"


def _branches(view: View, agent: Agent) -> list[Branch]:
    """Conditions whose union is the view; each is served by one index, in order."""
    if agent.disabled_at or not agent.user.is_active:
        return []
    mine = f"t.assignee_id = {int(agent.pk)}"
    chats = f"t.id IN ({_chats_of(agent)})"
    if view.kind == "mine":
        return [(f"{OPEN} AND {mine}", []), (f"{OPEN} AND {chats}", [])]
    sees, params = _seen_by(agent, "t", own=view.kind == "unassigned")
    if view.kind in ("queue", "team"):
        nobodys = f" AND t.assignee_id IS NULL AND {NOT_BOTS}" if view.kind == "queue" else ""
        return [(f"{OPEN} AND t.team_id = %s{nobodys} AND {sees}", [view.team_id, *params])]
    if view.kind == "unassigned":
        return [(f"{OPEN} AND t.assignee_id IS NULL AND {NOT_BOTS} AND {sees}", params)]
    state = OPEN if view.kind == "all" else DONE
    if agent.eyes == Eyes.ALL or (agent.eyes == Eyes.VIEW and view.kind == "all"):
        return [(state, [])]
    return [
        (f"{state} AND {mine}", []),
        (f"{state} AND {chats}", []),
        *((f"{state} AND t.tier_id = {int(tier)}", []) for tier in agent.tier_ids),
    ]


def _union(
    branches: list[Branch], columns: str, after: str, key: list[Any], order: str, limit: int
) -> Branch:
    parts, params = [], []
    for number, (where, its) in enumerate(branches):
        by = f" ORDER BY {order}" if order else ""
        parts.append(
            f"SELECT * FROM (SELECT {columns} FROM tickets_ticket t WHERE {where} {after}{by} LIMIT {limit}) b{number}"
        )
        params += [*its, *key]
    return " UNION ".join(parts), params


def _after(before: str, condition: str) -> Branch:
    place = place_of(before)
    if place is None:
        return "", []
    return f"AND {condition}", [connection.ops.adapt_datetimefield_value(place[0]), place[1]]


def place_of(key: str) -> tuple[datetime, int] | None:
    """The place that `key_of` wrote; None for anything else."""
    moment, _, number = key.partition("-")
    if not (moment.isascii() and moment.isdigit() and number.isascii() and number.isdigit()):
        return None
    if len(moment) > 17 or len(number) > 18:
        return None
    return EPOCH + timedelta(microseconds=int(moment)), int(number)


def key_of(at: datetime, number: int) -> str:
    """A place in a list: the moment in microseconds and the row's id."""
    return f"{(at - EPOCH) // timedelta(microseconds=1)}-{number}"


def _page(
    sql: str, params: list[Any], limit: int, moment: str, number: str = "id"
) -> tuple[list[dict[str, Any]], str]:
    found = _fetch(sql, params)
    if len(found) <= limit:
        return found, ""
    found = found[:limit]
    return found, key_of(found[-1][moment], found[-1][number])


_MOMENTS = ("waiting_since", "last_at", "registered_at", "started_at", "next_due_at", "rank_at")


def _fetch(sql: str, params: list[Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        names = [column[0] for column in cursor.description]
        found = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
    if connection.vendor == "sqlite":  # it has no type for moments: they come as text or without their zone
        for line in found:
            for name in _MOMENTS:
                if (at := line.get(name)) is not None:
                    line[name] = (datetime.fromisoformat(at) if isinstance(at, str) else at).replace(
                        tzinfo=UTC
                    )
    return found
