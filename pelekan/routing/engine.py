"""Reactions: what comes is routed, and what happens sets off automations. See `pelekan.reactions` and docs/routing.md."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pelekan.lib.prepared import PreparedModels
from pelekan.people.models import Agent, Presence
from pelekan.routing import doing, rules, things
from pelekan.routing.chats import THERE
from pelekan.routing.circles import restless
from pelekan.routing.rules import Held, Routed, Rule, Rules
from pelekan.sla import calendars
from pelekan.sla.hours import is_open
from pelekan.tickets.by_hand import chosen
from pelekan.tickets.conditions import ast
from pelekan.tickets.conditions.facts import facts_of
from pelekan.tickets.events import lock, record, within_change
from pelekan.tickets.models import Event, Message, MessageKind, Ticket
from pelekan.tickets.needs import WORKING
from pelekan.tickets.rulebooks import Book, decide, in_force, parsed

LONGEST_TREE = 4_000
"""Characters of the story of one decision; what is longer is told again from its facts when someone asks."""


def route(event: Event) -> None:
    """Reaction: the first routing rule that matches decides where the ticket goes. Of one change only one does."""
    book = in_force().get("routing")
    document = parsed(book, rules.routing_from)
    if book is None or document is None or event.ticket_id is None or not document.asked_on(_heard_as(event)):
        return
    if event.ticket is not None and event.ticket.bot_at is not None:
        return  # asked when the bot hands over
    routed_here = within_change("routed", dict)
    ticket = lock(event.ticket_id)
    if ticket.pk in routed_here or not ticket.is_open or ticket.joined_into_id is not None:
        return
    message = event.message or _FIRST.one(ticket.pk)
    facts = _facts(ticket, event, message, document)
    routed = _decided(document, facts)
    failed: list[dict[str, Any]] = []
    if routed.rule is not None:
        routed_here[ticket.pk] = routed.rule.id
        actor = doing.Actor("routing", routed.rule.id, routed.rule.name, event.at)
        failed = doing.do(routed.do, ticket, actor)
    decide(
        ticket, "routing", book=book, facts=facts, outcome=routed.outcome, trace=_trace(routed, facts, failed),
        rule=routed.rule.id if routed.rule else "", event=event, message=message, now=event.at,
    )  # fmt: skip


def _heard_as(event: Event) -> str:
    """What rules hear: a chat that the bot hands over is new to them."""
    return "ticket.created" if event.name == "bot.left" else event.name


def automate(event: Event) -> None:
    """Reaction: every automation that listens and matches does what it says, once for each cause."""
    book = in_force().get("automations")
    document = parsed(book, rules.automations_from)
    if book is None or document is None or event.ticket_id is None or not document.asked_on(_heard_as(event)):
        return
    if event.ticket is not None and event.ticket.bot_at is not None:
        return  # asked when the bot hands over
    ticket = lock(event.ticket_id)
    if ticket.joined_into_id is not None and event.name != "ticket.joined":
        return
    message = event.message or _FIRST.one(ticket.pk)
    facts = _facts(ticket, event, message, document)
    for rule in rules.matching(document, facts):
        if _again(rule, book, ticket, facts, event):
            continue
        run(rule, book, ticket, facts, now=event.at, event=event, message=message)


def run(
    rule: Rule,
    book: Book,
    ticket: Ticket,
    facts: dict[str, Any],
    *,
    now: datetime,
    event: Event | None = None,
    message: Message | None = None,
) -> None:
    """Do what an automation says, as far as it can, and write it down. `facts` are those for which it holds."""
    facts = {**facts, "gone": things.gone(ref for one in rule.do for ref in one.refs)}
    acts, held = rules.able(rule, facts)
    failed = doing.do(acts, ticket, doing.Actor("automations", rule.id, rule.name, now))
    decide(
        ticket, "automations", book=book, facts=facts, outcome=_outcome(rule, acts, held),
        trace={"name": rule.name, "failed": failed, "tree": _tree(rule, facts)}, rule=rule.id, event=event, message=message, now=now,
    )  # fmt: skip


def _outcome(rule: Rule, acts: Iterable[rules.Do], held: Iterable[Held]) -> dict[str, Any]:
    return {
        "rule": rule.id,
        "do": [one.json for one in acts],
        "held": [{**one.do.json, "why": one.why} for one in held],
    }


def _again(rule: Rule, book: Book, ticket: Ticket, facts: dict[str, Any], event: Event) -> bool:
    """Whether the automation ran in this change already. Where its own doing brought us back to it, that is a loop: it is
    said on the ticket, once."""
    ran = within_change("automated", dict)
    key = (rule.id, ticket.pk)
    if key not in ran:
        ran[key] = event.pk
        return False
    if event.cause is not None and event.cause.pk == ran[key] and not restless([rule]):
        return True  # it hears of what it did itself, and has nothing more to do
    above = event.cause
    while above is not None and above.pk != ran[key]:
        above = above.cause
    looped = within_change("looped", dict)
    if above is not None and key not in looped:
        looped[key] = True
        record("ticket.rule_looped", ticket, at=event.at, because=f"automation: {rule.name}", rule=rule.id,
               title=rule.name)  # fmt: skip
        decide(ticket, "automations", book=book, facts=facts, outcome={"rule": rule.id, "do": [], "looped": True},
               trace={"name": rule.name}, rule=rule.id, event=event, now=event.at)  # fmt: skip
    return True


def _decided(document: Rules, facts: dict[str, Any]) -> Routed:
    """The decision, with only what is gone of the rules that matched: asking for all that rules name would cost too much."""
    facts["gone"] = []
    while True:
        routed = rules.decide(document, facts)
        missing = things.gone(ref for one in routed.rule.do for ref in one.refs) if routed.rule else []
        if not missing:
            return routed
        facts["gone"] = sorted({*facts["gone"], *missing})


def _trace(routed: Routed, facts: dict[str, Any], failed: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "place": routed.place,
        "total": routed.total,
        "name": routed.rule.name if routed.rule else "",
        "passed": [{"id": one.id, "name": one.name, "gone": list(gone)} for one, gone in routed.passed],
        "failed": failed,
        "tree": _tree(routed.rule, facts),
    }


def _tree(rule: Rule | None, facts: dict[str, Any]) -> dict[str, Any] | None:
    if rule is None:
        return None
    told = ast.told(ast.explain(rule.when, facts))
    return told if len(str(told)) <= LONGEST_TREE else None


_FIRST = PreparedModels(
    lambda ticket: Message.objects.filter(ticket=ticket, kind=MessageKind.INCOMING).order_by("id")[:1]
)


# Facts


def _facts(ticket: Ticket, event: Event, message: Message | None, document: Rules) -> dict[str, Any]:
    more = facts_around(ticket, document, event.at)
    if event.name == "ticket.rated":
        more["rating"] = event.data.get("stars")
    return facts_of(
        ticket, now=event.at, message=message, event=_heard_as(event),
        by_hand={} if event.name == "ticket.created" else chosen(ticket), **more,
    )  # fmt: skip


def facts_around(ticket: Ticket, document: Rules, now: datetime) -> dict[str, Any]:
    """What stands in no ticket, only where a rule asks for it: whether the office is open, who is there."""
    asked = _asked(document)
    found: dict[str, Any] = {}
    if "office_open" in asked:
        hours = calendars.for_ticket(ticket)
        found["office_open"] = hours is None or is_open(now, hours)
    if "agents_online" in asked:
        there = Agent.objects.filter(
            WORKING, teams=ticket.team_id, presence=Presence.ONLINE, seen_at__gte=now - THERE
        )
        found["agents_online"] = there.count()
    return found


def _asked(document: Rules) -> frozenset[str]:
    return frozenset(
        test.field for rule in document.rules if not rule.off for test in ast.tests_of(rule.when)
    )
