"""Doing what a rule says, through the same actions that people use."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from pelekan.lib.prepared import PreparedModels
from pelekan.people.models import Agent
from pelekan.routing import things
from pelekan.routing.acts import Do
from pelekan.tickets import actions, webhooks
from pelekan.tickets.bell.telling import tell
from pelekan.tickets.calls import propose
from pelekan.tickets.events import MUST_PASS
from pelekan.tickets.models import Category, Conversation, Message, SavedReply, Tag, Ticket
from pelekan.tickets.rulebooks.models import Decision

log = logging.getLogger("pelekan.routing")


@dataclass(frozen=True, slots=True)
class Actor:
    """Which rule acts, and when. `because` is its reason on every event."""

    kind: str  # "routing" or "automations"
    rule: str
    name: str
    now: datetime

    @property
    def because(self) -> str:
        return f"{'rule' if self.kind == 'routing' else 'automation'}: {self.name}"


def do(acts: Iterable[Do], ticket: Ticket, actor: Actor) -> list[dict[str, Any]]:
    """Do all of it; what could not be done comes back with the reason. One act that fails does not keep the others, nor the
    customer's message, from being done."""
    failed = []
    for one in acts:
        try:
            with transaction.atomic():
                _HANDS[one.act](one, ticket, actor)
        except MUST_PASS:
            raise
        except Exception as fault:  # whatever it is: the message that set it off must arrive
            log.warning("the rule %s could not %s on ticket %s: %s", actor.rule, one.act, ticket.pk, fault)
            failed.append({**one.json, "why": str(fault)[:200]})
    return failed


def _team(one: Do, ticket: Ticket, actor: Actor) -> None:
    _move(ticket, things.team(one["team"]), actor)


def _tier(one: Do, ticket: Ticket, actor: Actor) -> None:
    _move(ticket, things.team_of_tier(ticket, one["tier"]), actor)


def _move(ticket: Ticket, team: Any, actor: Actor) -> None:
    actions.route(ticket, team, because=actor.because, rule=actor.rule, name=actor.name, now=actor.now)


def _agent(one: Do, ticket: Ticket, actor: Actor) -> None:
    agent = Agent.objects.select_related("user").get(pk=one["agent"])
    actions.assign(ticket, agent, by=None, because=actor.because, now=actor.now)


def _assess(one: Do, ticket: Ticket, actor: Actor) -> None:
    actions.assess(
        ticket, impact=one["impact"], urgency=one["urgency"], by=None, because=actor.because, now=actor.now
    )


def _tag(one: Do, ticket: Ticket, actor: Actor) -> None:
    actions.tag(ticket, one["tag"], by=None, because=actor.because, now=actor.now)


def _untag(one: Do, ticket: Ticket, actor: Actor) -> None:
    found = Tag.objects.filter(name__iexact=one["tag"].strip().lstrip("#").strip()).first()
    if found is not None:
        actions.untag(ticket, found, by=None, because=actor.because, now=actor.now)


def _category(one: Do, ticket: Ticket, actor: Actor) -> None:
    category = Category.objects.get(pk=one["category"])
    actions.categorise(ticket, category, by=None, because=actor.because, now=actor.now)


def _tell(one: Do, ticket: Ticket, actor: Actor) -> None:
    tell(
        ticket, one["whom"], source=f"rule:{actor.rule}", name=actor.name, text=one["text"] or "",
        ways=one["by"] or ["bell"], because=actor.because, now=actor.now,
    )  # fmt: skip


def _reply(one: Do, ticket: Ticket, actor: Actor) -> None:
    """Once for each ticket and rule, and never to automatic mail: two answering machines would write for ever."""
    said = Decision.objects.filter(ticket=ticket, kind=actor.kind, rule=actor.rule)
    before = (outcome for outcome, trace in said.values_list("outcome", "trace") if not trace.get("failed"))
    if any(done.get("act") == "reply" for outcome in before for done in outcome.get("do", ())):
        return
    first = _FIRST.one(ticket.pk)
    if first is not None and (first.automatic or not first.meta.get("may_answer", True)):
        return
    talk = Conversation.objects.filter(ticket=ticket).order_by("-last_at").first()
    if talk is None:
        return
    bodies = SavedReply.objects.get(pk=one["reply"]).bodies
    language = next((code for code in (ticket.language, ticket.inbox.language) if code in bodies), None)
    language = language or next(iter(bodies))
    actions.say(talk, bodies[language], because=actor.because, language=language, now=actor.now)


_FIRST = PreparedModels(lambda ticket: Message.objects.filter(ticket=ticket).order_by("id")[:1])


def _note(one: Do, ticket: Ticket, actor: Actor) -> None:
    actions.note(ticket, by=None, text=one["text"], because=actor.because, now=actor.now)


def _register(one: Do, ticket: Ticket, actor: Actor) -> None:
    actions.register(ticket, by=None, because=actor.because, now=actor.now)


def _solve(one: Do, ticket: Ticket, actor: Actor) -> None:
    if ticket.status not in ("solved", "closed"):
        actions.solve(ticket, by=None, because=actor.because, now=actor.now)


def _close(one: Do, ticket: Ticket, actor: Actor) -> None:
    if ticket.status != "closed":
        actions.close(ticket, by=None, because=actor.because, now=actor.now)


def _call(one: Do, ticket: Ticket, actor: Actor) -> None:
    propose(
        ticket,
        because=actor.name,
        script=one["script"] or "",
        source=f"rule:{actor.rule}"[:40],
        now=actor.now,
    )


def _webhook(one: Do, ticket: Ticket, actor: Actor) -> None:
    webhooks.call(one["hook"], ticket, name=f"rule.{actor.rule}", because=actor.name, now=actor.now)


def _stay(one: Do, ticket: Ticket, actor: Actor) -> None:
    """It is meant to stay where it is."""


_HANDS: dict[str, Callable[[Do, Ticket, Actor], None]] = {
    "team": _team, "tier": _tier, "agent": _agent, "stay": _stay, "assess": _assess, "tag": _tag, "untag": _untag,
    "category": _category, "tell": _tell, "reply": _reply, "note": _note, "register": _register, "solve": _solve,
    "close": _close, "call": _call, "webhook": _webhook,
}  # fmt: skip
