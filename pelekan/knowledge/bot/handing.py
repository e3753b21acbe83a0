"""The bot leaves: to people with a summary of what was said, or because it is solved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from pelekan.knowledge.bot.answering import dates_for
from pelekan.knowledge.bot.models import Outcome, Talk, Why
from pelekan.knowledge.bot.speaking import say
from pelekan.knowledge.trail import walking
from pelekan.lib.failpoints import fp
from pelekan.lib.text import isolate, one_line
from pelekan.people import desk
from pelekan.people.models import Customer, Team
from pelekan.sla.calendars import for_inbox
from pelekan.sla.opening import closed_words
from pelekan.tickets import actions
from pelekan.tickets.events import action, lock
from pelekan.tickets.models import ChatState, Conversation, Ticket

MOST_ASKED = 8


@action
def hand_over(
    talk: Talk, why: str, *, text: str = "", team: int | None = None, ended: bool = False, now: datetime
) -> None:
    """To people: the customer is told, the agents get the summary as a note, and the chat waits in the queue. `text`: what
    is said instead of the usual; `team`: who gets it; `ended`: it became a ticket, nobody need come into the chat."""
    conversation = talk.conversation
    if text or not ended:
        say(talk, "leaving", text or _leaving_words(talk, why, now), now=now)
    finish(talk, Outcome.HANDED, why, now=now)
    note = summary(talk, why)
    actions.note(
        lock(conversation.ticket_id), by=None, text=note, meta={"bot_summary": True}, because="bot", now=now
    )
    customer = Customer.objects.get(pk=conversation.customer_id)
    conversation = actions.leave_bot(
        conversation, by=customer if why == Why.ASKED else None, because=why, ended=ended, now=now
    )
    if team is not None:
        to_team(conversation.ticket, team, note.split("\n")[0], now=now)
    fp("bot.handed")


def to_team(ticket: Ticket, team: int, because: str, *, now: datetime) -> None:
    """Let this team have it; one that is gone since changes nothing."""
    to = Team.objects.select_related("tier").filter(pk=team, archived_at=None).first()
    ticket = lock(ticket.pk)
    if to is not None and to.pk != ticket.team_id:
        actions.escalate(ticket, to, by=None, because=because, now=now)


def finish(talk: Talk, outcome: str, why: str = "", *, now: datetime) -> None:
    """Write down how it went; only the first end counts."""
    if talk.outcome:
        return
    talk.outcome, talk.why, talk.ended_at, talk.due_at, talk.leased_until = outcome, why, now, None, None
    talk.save(update_fields=["outcome", "why", "ended_at", "due_at", "leased_until", "state", "heard_id"])
    if outcome != Outcome.HANDED:
        return
    for answer in talk.answers.select_related("offer").exclude(offer=None):
        if answer.offer is not None:
            walking.went_on(answer.offer, talk.conversation.ticket, now=now)
    walking.registered(talk.visit, talk.conversation.ticket)


def _leaving_words(talk: Talk, why: str, now: datetime) -> str:
    """That a person answers from here on; and when, where nobody is there now."""
    first = {
        Why.FAULT: _("Something went wrong on my side, so I pass you on to a person."),
        Why.UNSURE: _("I don't know this, so I pass you on to a person."),
        Why.WRONG: _("I am sorry that this did not help. I pass you on to a person."),
        Why.FILE: _("I can't look at files, so I pass you on to a person."),
    }.get(Why(why), _("I pass you on to a person."))
    inbox = talk.inbox
    dates = dates_for(talk.language, for_inbox(inbox), str(talk.conversation.context.get("zone", "")))
    closed = closed_words(inbox, dates, now)
    return " ".join(
        part
        for part in (first, _("You need not repeat anything: what we wrote is read first."), closed)
        if part
    )


def summary(talk: Talk, why: str) -> str:
    """What was asked, which articles were shown and what a flow collected, in the desk's language. What the customer wrote
    calls nobody by name in a note."""
    with translation.override(desk.sign().language):
        state: Mapping[str, Any] = talk.state
        lines = [_("The bot handed this chat over: %(why)s.") % {"why": str(Why(why).label)}]
        asked = [one_line(str(text), 200) for text in state.get("asked", ())][-MOST_ASKED:]
        if asked:
            lines += [_("What was asked:"), *(f"• {isolate(text)}" for text in asked)]
        if state.get("shown"):
            lines += [
                _("Articles that were shown:"),
                *(f"• {isolate(title)}" for title in state["shown"][-MOST_ASKED:]),
            ]
        if facts := state.get("facts"):
            lines += [
                _("What the customer answered:"),
                *(f"• {name}: {isolate(str(value))}" for name, value in facts.items()),
            ]
        if len(lines) == 1:
            lines.append(_("Nothing was asked yet."))
        return "\n".join(lines).replace("@", "\uff20")


@action
def step_aside(conversation: Conversation, *, now: datetime) -> None:
    """Something else happened to the ticket (somebody has it, it was registered, joined …): the bot is silent from here on."""
    talk = (
        Talk.objects.filter(conversation=conversation).select_related("conversation__ticket", "inbox").first()
    )
    if talk is not None and not talk.outcome:
        finish(talk, Outcome.HANDED, Why.STEPPED_IN, now=now)
    if conversation.state == ChatState.BOT:
        actions.leave_bot(conversation, by=None, because=Why.STEPPED_IN, now=now)
