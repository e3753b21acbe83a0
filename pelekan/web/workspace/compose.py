"""Answering and noting: the composer's POSTs, drafts, saved replies."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from pelekan.channels.arriving import own_addresses
from pelekan.channels.outbox import MOST_RECIPIENTS
from pelekan.channels.sms import texting
from pelekan.knowledge.deflection import cards
from pelekan.lib.addresses import normal_address
from pelekan.lib.text import isolate, whole
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent
from pelekan.tickets import actions
from pelekan.tickets.actions import NewerMessage, NothingToSay
from pelekan.tickets.bell import reading
from pelekan.tickets.events import action
from pelekan.tickets.joined import family
from pelekan.tickets.models import Conversation, Inbox, Message, MessageKind, Pending, SavedReply, Ticket
from pelekan.tickets.pending import answers
from pelekan.web.paths import url
from pelekan.web.reading import Reading
from pelekan.web.workspace.acts import answer, told
from pelekan.web.workspace.beside import beside
from pelekan.web.workspace.care import chosen as chosen_promises
from pelekan.web.workspace.composing import ways_of
from pelekan.web.workspace.doors import agent as agent_in
from pelekan.web.workspace.doors import agents, ticket_of
from pelekan.web.workspace.page import ticket_row
from pelekan.web.workspace.pending import pending_shape
from pelekan.web.workspace.rich import cleaned, written

LONGEST = 200_000
"""Characters of one message as HTML."""


@require_POST
@agents
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """A reply or a note. `client_id` makes a second click harmless; `saw_id` is the last message on screen."""
    ticket, agent = ticket_of(request, pk), agent_in(request)
    html = request.POST.get("html", "")
    if len(html) > LONGEST:
        return told(
            _("This text is too long to be sent. Shorten it or attach it as a file; nothing was lost.")
        )
    pending = None
    try:
        if request.POST.get("kind") == "note":
            note(ticket, agent, html, request)
        else:
            pending = reply(ticket, agent, html, request)
    except NothingToSay:
        return told(_("There is nothing to send yet. Write something or add a file."))
    except NewerMessage as newer:
        return _newer(request, pk, newer.messages)
    except answers.AlsoAnswering as other:
        return _newer(request, pk, [], other.name)
    except texting.TooLong as long:
        return told(
            _(
                "This text message would take %(parts)s parts; at most %(most)s are sent from this inbox. "
                "Shorten it, or answer another way; nothing was lost."
            )
            % {"parts": dates(request).digits(long.count), "most": dates(request).digits(long.most)}
        )
    except texting.Sleeping as sleeping:
        context = {"until": sleeping.until, "dates": dates(request)}
        return render(request, "desk/sleeping.html", context, status=409)
    except NotAnAddress as fault:
        return told(str(fault))
    except cards.NotForHim as fault:
        return told(
            _(
                "The customer may not read “%(title)s”. Take the card out, or choose an article that is open to him."
            )
            % {"title": isolate(fault.title)}
        )
    except NoWay:
        return told(_("There is no address to answer to. Add one to the customer, or write a note."))
    response = answer(request, pk)
    if pending is not None:
        response["X-Pending"] = json.dumps(pending_shape(pending, dates(request)))
    return response


@require_POST
@agents
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what waits to be sent: {"ticket": where it is a draft again}; 409 when it has gone."""
    agent = agent_in(request)
    meta = Pending.objects.filter(pk=pk, agent=agent).values_list("meta", flat=True).first() or {}
    ticket = answers.take_back(pk, by=agent)
    if ticket is None:
        return told(_("Too late: this answer has gone out."), 409)
    cards.drop_unsent(meta.get(cards.META, []))
    return JsonResponse({"ticket": url("desk_ticket", ticket.pk)})


class NotAnAddress(Exception):
    """What was typed as a recipient is none; the text says which and what to do."""


def addresses(typed: str) -> list[str]:
    """The addresses in a field, separated by commas, semicolons or spaces. Raises NotAnAddress."""
    found = [one for one in re.split(r"[\s,;،؛]+", typed) if one]
    if len(found) > MOST_RECIPIENTS:
        told = _("One mail can go to %(most)s people at most. Take some out, or send a second one.")
        raise NotAnAddress(told % {"most": MOST_RECIPIENTS})
    own = own_addresses()
    for one in found:
        try:
            normal = normal_address(one)
        except ValueError:
            told = _("%(address)s is not a mail address. Correct it or take it out; your text is still here.")
            raise NotAnAddress(told % {"address": isolate(one)}) from None
        if normal.lower() in own:
            told = _("%(address)s is an address of this desk: the mail would come back. Take it out.")
            raise NotAnAddress(told % {"address": isolate(one)})
    return list(dict.fromkeys(normal_address(one) for one in found))


class NoWay(Exception):
    """No conversation and no address by which the customer could be reached."""


@action
def note(ticket: Ticket, agent: Agent, typed: str, request: HttpRequest) -> None:
    text, html = written(typed)
    files, client_id = numbers(request.POST.getlist("files")), request.POST.get("client_id", "")[:64]
    actions.note(ticket, by=agent, text=text, html=html, attachment_ids=files, client_id=client_id)
    actions.drop_draft(ticket, by=agent, kind=MessageKind.NOTE)


@action
def reply(ticket: Ticket, agent: Agent, typed: str, request: HttpRequest) -> Pending | None:
    """The answer, what follows from "send and …", and the end of the draft: all or nothing. A Pending when it waits, so
    that it can be taken back."""
    form, way = request.POST, way_of(ticket, agent, request.POST.get("via", ""), request)
    html, sent = cards.send(typed, ticket)
    words = replace(_words(html, form), typed=cleaned(typed))
    if sent:
        words.meta[cards.META] = sent
    if promised := chosen_promises(request, agent):
        words.meta["promises"] = promised
    if way.channel == "sms":
        asked, inbox = "when" in form, way.inbox or way.talk.inbox  # type: ignore[union-attr]
        texting.weigh(inbox, words.text, asked=asked, now=clock())
    if answers.waits(way, agent):
        return answers.prepare(ticket, way, words, by=agent)
    answers.refuse_two(ticket, words, by=agent)
    answers.send_now(ticket, way, words, by=agent)
    actions.drop_draft(ticket, by=agent, kind=MessageKind.OUTGOING)
    return None


def _words(typed: str, form: QueryDict) -> answers.Words:
    text, html = written(typed)
    saw = form.get("saw_id", "")
    meta: dict[str, Any] = {name: addresses(str(form[name])) for name in ("to", "cc") if form.get(name)}
    if form.get("when") == texting.MORNING:
        meta["sms"] = texting.MORNING
    return answers.Words(
        text=text,
        html=html,
        typed=cleaned(typed),
        files=numbers(form.getlist("files")),
        client_id=form.get("client_id", "")[:64],
        saw_id=whole(saw) if "anyway" not in form else None,
        meta=meta,
        then=form.get("then", ""),
    )


def way_of(ticket: Ticket, agent: Agent, via: str, request: HttpRequest) -> answers.Way:
    """The conversation to answer in. "mail-3" and "sms-3" open one; an id of another ticket is nobody's."""
    if via.startswith(("mail-", "sms-")):
        side = beside(ticket_row(agent, ticket.pk), agent, dates(request))
        ways = {way["id"]: way for way in ways_of(side, [])}
        if via not in ways:
            raise NoWay
        return answers.Way(None, Inbox.objects.get(pk=int(via.partition("-")[2])), ways[via]["to"])
    talks = ticket.conversations.exclude(channel="phone").select_related("inbox")
    named = int(via) if via.isascii() and via.isdigit() else 0
    found = talks.filter(pk=named).first() if named else talks.order_by("-last_at").first()
    if found is None and named:  # a join took it from here while the answer was written
        taken = Conversation.objects.filter(joined_from__in=family(ticket)).exclude(channel="phone")
        found = taken.select_related("inbox").filter(pk=named).first()
    if found is None:
        raise NoWay
    return answers.Way(found)


def dates(request: HttpRequest) -> Reading:
    return Reading(request.dates)  # type: ignore[attr-defined]


def _newer(request: HttpRequest, pk: int, messages: list[Message], also: str = "") -> HttpResponse:
    """What should be looked at before the answer goes; `also` is a colleague whose answer is about to."""
    context = {"newer": len(messages), "also": also, "ticket_id": pk}
    response = render(request, "desk/newer.html", context, status=409)
    response["X-Last-Message"] = str(messages[-1].pk if messages else "")
    return response


def numbers(values: list[str]) -> list[int]:
    """The ids among `values`; at most 20."""
    return [int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 18][:20]


@require_POST
@agents
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what is being written."""
    html = request.POST.get("html", "")
    if len(html) > LONGEST:
        return told(_("This text is too long to be kept as a draft."))
    saw = request.POST.get("saw_id", "")
    kind = MessageKind.NOTE if request.POST.get("kind") == "note" else MessageKind.OUTGOING
    text, _marks = written(html)
    actions.keep_draft(
        ticket_of(request, pk), by=agent_in(request), kind=kind, html=cleaned(html) if text else "",
        via=request.POST.get("via", "")[:20], saw_id=whole(saw) or 0,
    )  # fmt: skip
    return HttpResponse(status=204)


@require_POST
@agents
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """Seen up to a message: the unread mark, and the customer's "seen" in a chat."""
    ticket, agent = ticket_of(request, pk), agent_in(request)
    last = request.POST.get("message", "")
    known = ticket.messages.filter(pk=int(last)).first() if last.isascii() and last.isdigit() else None
    if known is not None:
        actions.mark_read(known.conversation, known.pk, by=agent)
    reading.mark(agent, clock(), ticket=ticket.pk)
    return HttpResponse(status=204)


@require_GET
@agents
def saved(request: HttpRequest) -> JsonResponse:
    """Saved replies for the picker, most used first: {replies: [{id, name, shortcut, text, language}]}.

    `language` is the customer's; where a reply has no text in it, the first there is, marked as such."""
    agent, language = agent_in(request), request.GET.get("language", "")
    rows = SavedReply.objects.filter(Q(team=None) | Q(team__in=agent.team_ids)).order_by("-used", "shortcut")
    found = []
    for row in rows[:200]:
        bodies = {key: text for key, text in row.bodies.items() if text}
        if not bodies:
            continue
        chosen = language if language in bodies else next(iter(bodies))
        found.append(
            {
                "id": row.pk,
                "name": row.name,
                "shortcut": row.shortcut,
                "text": bodies[chosen],
                "language": chosen,
            }
        )
    return JsonResponse({"replies": found})


@require_POST
@agents
def used(request: HttpRequest, pk: int) -> HttpResponse:
    """A saved reply was inserted: counted, so that the useful ones come first."""
    rows = SavedReply.objects.filter(Q(team=None) | Q(team__in=agent_in(request).team_ids), pk=pk)
    rows.update(used=F("used") + 1)
    return HttpResponse(status=204)
