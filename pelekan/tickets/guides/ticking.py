"""What is done with steps that were sent: tick, untick, "this does not work", and the answer at the end.

A customer does it to his own, an agent to those of tickets that he may see. Doing the same twice changes nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from pelekan.lib.secrets import digest, verify
from pelekan.lib.text import clean_controls, isolate, local_digits
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent, Customer
from pelekan.tickets import actions
from pelekan.tickets.actions.conversing import customer_topics
from pelekan.tickets.events import action, lock_place, record
from pelekan.tickets.guides.models import SentGuide
from pelekan.tickets.guides.sending import PURPOSE
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Ticket
from pelekan.tickets.states import Act, possible

LIVES = timedelta(days=60)
"""How long the link works."""

LONGEST = 2_000


def sent_of(token: str, now: datetime) -> SentGuide | None:
    """The steps that this token opens; None when it is forged, over, or gone."""
    number, _dash, signature = token.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) < 18):
        return None
    if not verify(PURPOSE, number, signature, settings.SECRET_KEY):
        return None
    rows = SentGuide.objects.select_related(
        "message__ticket", "message__conversation__customer", "agent__user"
    )
    return rows.filter(message=int(number), message__held_at=None, sent_at__gt=now - LIVES).first()


@action
def tick(sent: SentGuide, step: int, *, by: Agent | Customer, now: datetime | None = None) -> SentGuide:
    """This step (from 0) is done. LookupError where there is none, PermissionError for anybody whom it does not concern."""
    now = now or clock()
    sent, ticket = _held(sent, by, step)
    key = str(step)
    if key in sent.ticks:
        return sent
    agent = by if isinstance(by, Agent) else None
    sent.ticks[key] = {
        "at": now.isoformat(), "agent": agent.pk if agent else 0, "name": agent.name if agent else "",
    }  # fmt: skip
    sent.stuck.pop(key, None)
    _note("guide.ticked", sent, ticket, by, now, step)
    if len(sent.ticks) == len(sent.steps):
        sent.finished_at = now
        _note("guide.finished", sent, ticket, by, now, step)
    sent.save()
    return sent


@action
def untick(sent: SentGuide, step: int, *, by: Agent | Customer, now: datetime | None = None) -> SentGuide:
    """This step is not done after all."""
    now = now or clock()
    sent, ticket = _held(sent, by, step)
    if sent.ticks.pop(str(step), None) is not None:
        sent.finished_at, sent.said = None, ""
        sent.save()
        _note("guide.unticked", sent, ticket, by, now, step)
    return sent


@action
def stick(
    sent: SentGuide, step: int, *, by: Customer, words: str = "", now: datetime | None = None
) -> SentGuide:
    """This step does not work. What he says comes in as his message, so that everything follows as from any other."""
    now = now or clock()
    actions.hold_customer(by.pk)  # before the ticket, as `receive` does
    sent, ticket = _held(sent, by, step)
    said, key = clean_controls(words).strip()[:LONGEST], str(step)
    if key in sent.stuck and sent.stuck[key]["words"] == said:
        return sent
    with translation.override(sent.language):
        told = _("Step %(number)s, “%(title)s”, does not work.") % {
            "number": local_digits(str(step + 1), sent.language),
            "title": isolate(sent.steps[step]["title"]),
        }
    sent.stuck[key] = {"at": now.isoformat(), "words": said}
    sent.ticks.pop(key, None)
    sent.finished_at, sent.said = None, ""
    sent.save()
    _came_in(sent, by, "\n".join(filter(None, [told, said])), f"{key}-{digest(said)[:12]}", now)
    _note("guide.stuck", sent, ticket, by, now, step)
    return sent


@action
def answer(
    sent: SentGuide, solved: bool, *, by: Customer, words: str = "", now: datetime | None = None
) -> SentGuide:
    """All is ticked: is it solved? Yes solves his ticket; no, and a yes that can't, come in as his message."""
    now = now or clock()
    actions.hold_customer(by.pk)
    sent, ticket = _held(sent, by, 0)
    said = "yes" if solved else "no"
    if sent.finished_at is None or sent.said == said:
        return sent
    sent.said = said
    sent.save()
    more = clean_controls(words).strip()[:LONGEST]
    if solved and not more and ticket.customer_id == by.pk and Act.SOLVE in possible(ticket.status):
        actions.solve(ticket, by=by, because="the customer says that it is solved", now=now)
        return sent
    with translation.override(sent.language):
        told = (
            _("I did all steps, and it is solved.") if solved else _("I did all steps, but it is not solved.")
        )
    _came_in(sent, by, "\n".join(filter(None, [told, more])), f"{said}-{digest(more)[:12]}", now)
    return sent


def _held(sent: SentGuide, by: Agent | Customer, step: int) -> tuple[SentGuide, Ticket]:
    """The steps as they are now, and their ticket locked."""
    talk = sent.message.conversation
    ticket = lock_place(talk)
    sent = SentGuide.objects.select_related("message__conversation").get(pk=sent.pk)
    if isinstance(by, Customer):
        if talk.customer_id != by.pk:
            raise PermissionError("Only the customer who got these steps ticks them.")
    elif not Ticket.objects.visible_to(by).filter(pk=ticket.pk).exists():
        raise PermissionError("This agent may not see the ticket.")
    if not 0 <= step < len(sent.steps):
        raise LookupError(f"There is no step {step}.")
    return sent, ticket


def _came_in(sent: SentGuide, by: Customer, text: str, mark: str, now: datetime) -> None:
    talk = sent.message.conversation
    actions.receive(
        Incoming(
            inbox_id=talk.inbox_id, channel=talk.channel, customer_id=by.pk, text=text, conversation_id=talk.pk,
            language=sent.language, client_id=f"guide-{sent.pk}-{mark}",
        ),
        now=now,
    )  # fmt: skip


def _note(name: str, sent: SentGuide, ticket: Ticket, by: Agent | Customer, now: datetime, step: int) -> None:
    record(
        name, ticket, by=by, message=sent.message, at=now, topics=customer_topics(ticket, sent.message.conversation),
        guide=sent.pk, step=step + 1, title=sent.steps[step]["title"] if name != "guide.finished" else sent.name,
        done=len(sent.ticks), total=len(sent.steps), agent=sent.agent_id,
    )  # fmt: skip
