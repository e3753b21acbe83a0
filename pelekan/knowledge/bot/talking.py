"""The bot in a chat: what it hears, what it says, when it leaves.

A line that reaches a chat of the bot's makes its `Talk` due, in the line's own transaction (`heard`, a reaction: no search, no
socket). Who took the line answers it at once (`turn`); whoever dies before that, a worker answers (`JOB`). Who asks for a
person is handed over in the reaction itself, so that nothing can stand in between. Any fault hands over as well.

`Talk.state`: {"greeted", "pending": "" | "helped" | "flow" | "contact", "flow": {"id", "at"}, "facts": {name: answer},
"asked": [texts], "shown": [titles], "misses": questions in a row without an answer, "wrong": answers that did not help}.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from pelekan.knowledge.bot import flowing, handing, model, standing, words
from pelekan.knowledge.bot.answering import Answer, Passage, answer, passage
from pelekan.knowledge.bot.document import at_inbox, now_in_force
from pelekan.knowledge.bot.models import BotAnswer, Outcome, Talk, Why
from pelekan.knowledge.bot.speaking import (
    NEITHER,
    NO,
    PERSON,
    YES,
    card,
    flow_buttons,
    greeting,
    helped_buttons,
    person_button,
    say,
)
from pelekan.knowledge.readers import ANYONE, Reader, of_customer
from pelekan.knowledge.trail import walking
from pelekan.knowledge.trail.masking import masked
from pelekan.knowledge.trail.models import Question, Visit
from pelekan.knowledge.whereabouts import asks_where, means_a_request
from pelekan.lib import due
from pelekan.lib.due import Job, settle
from pelekan.lib.failpoints import fp
from pelekan.lib.secrets import new_token
from pelekan.lib.text import one_line, whole
from pelekan.lib.time import now as clock
from pelekan.tickets import actions
from pelekan.tickets.conditions.words import folded, says
from pelekan.tickets.events import action, lock, lock_place
from pelekan.tickets.models import ChatState, Conversation, Event, Message, MessageKind

log = logging.getLogger("pelekan.bot")

GRACE = timedelta(seconds=4)
"""So long whoever took the line has to answer it; then a worker does."""
QUIET = timedelta(minutes=30)
"""After so long without a word the customer has left."""
MOST_MISSES = 2
"""Questions in a row that the bot does not know, or answers that did not help: then it hands over by itself."""
ASIDE = frozenset(
    {"ticket.assigned", "ticket.escalated", "ticket.returned", "ticket.handed_over", "ticket.registered"}
)


# Reactions


def heard(event: Event) -> None:
    """Reaction on message.received: a line for the bot. Costs nothing where no bot talks."""
    message = event.message
    if message is None or message.conversation.state != ChatState.BOT:
        return
    conversation = message.conversation
    talk, _made = Talk.objects.get_or_create(
        conversation=conversation,
        defaults={
            "inbox_id": conversation.inbox_id,
            "language": message.language or "en",
            "began_at": event.at,
            "visit_id": _visit_of(message),
            "page": _page_of(conversation),
        },
    )
    talk.language = message.language or talk.language
    if event.ticket is None or event.ticket.bot_at is None:
        handing.step_aside(
            conversation, now=event.at
        )  # a join, or a colleague who solved it, has ended the bot's part
        return
    if message.meta.get("press") == PERSON or words.wants_person(message.text):
        talk.heard_id = message.pk
        talk.conversation = conversation
        with translation.override(talk.language):
            handing.hand_over(talk, Why.ASKED, now=event.at)
        return
    talk.due_at, talk.tries = event.at + (timedelta() if model.is_on() else GRACE), 0
    talk.leased_until = None
    talk.save(update_fields=["language", "due_at", "leased_until", "tries"])
    due.queued(Talk)
    fp("bot.heard")


def _visit_of(message: Message) -> int | None:
    """The visit that the door found for this line; None for who is not followed, or whose steps were forgotten."""
    pk = message.meta.get("visit")
    return Visit.objects.filter(pk=pk).values_list("pk", flat=True).first() if isinstance(pk, int) else None


def _page_of(conversation: Conversation) -> str:
    """On which page of the site he is; what follows ? or # may name people, and stays away."""
    return str(conversation.context.get("page") or "").partition("?")[0].partition("#")[0][:300]


def aside(event: Event) -> None:
    """Reaction: the ticket is in somebody's hands, or became official: the bot is silent from here on."""
    if event.ticket is None or event.ticket.bot_at is None or event.name not in ASIDE:
        return
    conversation = Conversation.objects.filter(ticket=event.ticket, state=ChatState.BOT).last()
    if conversation is not None:
        handing.step_aside(conversation, now=event.at)


def left(event: Event) -> None:
    """Reaction on bot.left and chat.ended: write down that the bot's part is over, whoever ended it."""
    talk = Talk.objects.filter(conversation__ticket=event.ticket_id, outcome="").first()
    if talk is None or talk.conversation.state == ChatState.BOT:
        return
    if event.name == "bot.left":
        handing.finish(
            talk,
            Outcome.HANDED,
            event.because if event.because in Why.values else Why.STEPPED_IN,
            now=event.at,
        )
    else:
        handing.finish(
            talk, Outcome.QUIET if talk.answers.exists() else Outcome.HANDED, Why.LEFT, now=event.at
        )


# Turns


def speak(conversation_id: int, now: datetime | None = None) -> None:
    """Answer what waits in this chat, now. With a model on, a worker does that; here only what needs no article."""
    talk = _talk(conversation=conversation_id)
    if talk is not None and not talk.outcome:
        _turn_safely(talk.pk, now or clock(), phrasing=not model.is_on())


def _turn_safely(
    pk: int,
    now: datetime,
    *,
    phrasing: bool = True,
    phrased: Mapping[int, str] | None = None,
    row: Talk | None = None,
) -> None:
    """A turn; whatever goes wrong in it hands over."""
    try:
        turn(pk, now=now, phrasing=phrasing, phrased=phrased or {}, row=row)
        fp("bot.answered")
    except due.LeaseLost:
        return
    except Exception:
        log.exception("the bot failed in talk %s and hands over", pk)
        fail(pk, now=now)


@action
def fail(pk: int, *, now: datetime) -> None:
    """Hand over because the bot can't go on."""
    talk = _talk(pk=pk)
    if talk is None or talk.outcome:
        return
    lock_place(talk.conversation)
    with translation.override(talk.language):
        handing.hand_over(talk, Why.FAULT, now=now)


@action
def turn(
    pk: int, *, now: datetime, phrasing: bool = True, phrased: Mapping[int, str], row: Talk | None = None
) -> None:
    """Answer every line that has not been answered, in one change. `phrasing` False leaves what a model should put into words
    to the worker; `phrased`: message → the model's words; `row`: the worker's lease."""
    if row is not None:
        settle(row, None)
    found = _talk(pk=pk)
    if found is None:
        return
    lock_place(found.conversation)
    talk = _talk(pk=pk)  # as it is now that its ticket is ours
    if talk is None or talk.outcome:
        return
    talk.conversation.ticket = lock(talk.conversation.ticket_id)
    if talk.conversation.state != ChatState.BOT or talk.conversation.ticket.bot_at is None:
        handing.step_aside(talk.conversation, now=now)
        return
    lines = Message.objects.filter(
        conversation=talk.conversation_id, kind=MessageKind.INCOMING, pk__gt=talk.heard_id
    ).order_by("pk")
    with translation.override(talk.language):
        waits = False
        for message in lines:
            if not _hear(talk, message, now, phrasing, phrased.get(message.pk, "")):
                waits = True
                break
            talk.heard_id = message.pk
            if talk.outcome:
                break
        if not talk.outcome:
            talk.due_at, talk.leased_until = (now if waits else now + QUIET), None
            talk.save(update_fields=["state", "heard_id", "due_at", "leased_until"])
            due.queued(Talk)
    fp("bot.turned")


def _talk(**which: Any) -> Talk | None:
    rows = Talk.objects.select_related(
        "conversation__ticket", "conversation__customer__organization", "inbox", "visit__customer"
    )
    return rows.filter(**which).first()


def reader_of(talk: Talk, message: Message) -> Reader:
    """Whose eyes: the customer's only where his site has signed who he is."""
    return of_customer(talk.conversation.customer) if message.meta.get("proved") else ANYONE


def _hear(talk: Talk, message: Message, now: datetime, phrasing: bool, phrased: str) -> bool:
    """One line. False: it is left to the worker and its model."""
    state, press, text = talk.state, str(message.meta.get("press", "")), message.text
    if not text.strip():
        handing.hand_over(talk, Why.FILE, now=now)
        return True
    if press == PERSON or words.wants_person(text):
        handing.hand_over(talk, Why.ASKED, now=now)
        return True
    if press.startswith("flow:"):
        return flowing.start(talk, message, press[5:], now=now)
    pending = state.get("pending", "")
    if pending in ("flow", "contact"):
        return flowing.go_on(talk, message, press, now=now)
    if pending == "helped" and (press in (YES, NO) or words.is_yes(text) or words.is_no(text)):
        helped = press == YES or (press != NO and words.is_yes(text))
        _solved(talk, now) if helped else _not_helped(talk, now)
        return True
    if press.startswith("article:") and (pk := whole(press[8:])) is not None:
        chosen = passage(pk, (state.get("asked") or [text])[-1], reader_of(talk, message))
        if chosen is not None:
            _tell(talk, message, Answer("article", passages=(chosen,), sure=1.0), "", now)
            return True
    if press == NEITHER:
        _dont_know(talk, now)
        return True
    if words.is_hello(text):
        _greet(talk, now, again=True)
        return True
    if flow := _flow_for(talk, text):
        _greet(talk, now)
        walking.asked(text, place="bot", found=1, language=talk.language, visit=talk.visit, now=now)
        return flowing.start(talk, message, flow, now=now)
    return _question(talk, message, now, phrasing, phrased)


def _question(talk: Talk, message: Message, now: datetime, phrasing: bool, phrased: str) -> bool:
    found = find_for(talk, message, now)
    fp("bot.searched")
    if found is not None and found.kind == "article" and not phrasing:
        return False
    _remember(talk, "asked", one_line(message.text, 200))
    offers = found is None and not message.meta.get("proved") and asks_where(message.text)
    # the calendar is one answer; an article would help nobody who has to sign in
    count = int(offers) if found is None else len(found.passages) or 1
    question = walking.asked(
        message.text, place="bot", found=count, language=talk.language, visit=talk.visit, now=now
    )
    if offers:
        _offer_sign_in(talk, now)
    elif found is None:
        _dont_know(talk, now)
    elif found.kind == "which":
        _which(talk, found, now)
    else:
        _tell(talk, message, found, phrased, now, question)
    return True


def find_for(talk: Talk, message: Message, now: datetime) -> Answer | None:
    """What is known about this line: how the customer's own requests stand, else what articles and the calendar say."""
    conversation = talk.conversation
    zone = str(conversation.context.get("zone", ""))
    if message.meta.get("proved"):
        its = standing.answer(
            message.text, conversation.customer, talk.language, now=now, zone=zone, but=conversation.ticket_id
        )
        if its:
            return Answer("requests", its, sure=1.0)
    elif means_a_request(message.text):
        return None  # no article knows how a request stands
    at = at_inbox(talk.inbox_id)
    return answer(
        message.text, reader_of(talk, message), talk.language, talk.inbox,
        **({"sure": at.sure} if at else {}), zone=zone, now=now,
    )  # fmt: skip


def _flow_for(talk: Talk, text: str) -> str:
    """The flow whose phrases stand in this line; "" for none."""
    document, at = now_in_force(), at_inbox(talk.inbox_id)
    said = folded(text)
    for id in at.flows if at else ():
        flow = document.flows.get(id) if document else None
        if flow and any(says(said, phrase) for phrase in flow.get("words") or ()):
            return id
    return ""


# What it says


def _greet(talk: Talk, now: datetime, *, again: bool = False) -> None:
    """Say what it is, once; `again` where somebody only greets."""
    if talk.state.get("greeted") and not again:
        return
    talk.state["greeted"] = True
    buttons = [*flow_buttons(talk.inbox_id, talk.language), person_button()] if again else []
    say(talk, "hello", greeting(talk.inbox_id, talk.language), buttons=buttons, now=now)


def _tell(
    talk: Talk, message: Message, found: Answer, phrased: str, now: datetime, asked: Question | None = None
) -> None:
    """The passage, quoted and linked; or the hours; or how his requests stand."""
    _greet(talk, now)
    talk.state["pending"], talk.state["misses"] = "helped", 0
    if found.kind in ("hours", "requests"):
        said = say(talk, found.kind, found.text, buttons=helped_buttons(), now=now)
        _write_down(talk, said, message, None, found, False, now, "", asked)
        return
    best: Passage = found.passages[0]
    _remember(talk, "shown", best.title)
    secret = new_token()
    text = phrased or _("I found this in our help centre:")
    said = say(talk, "answer", text, cards=[card(best, secret)], buttons=helped_buttons(), now=now)
    _write_down(talk, said, message, best, found, bool(phrased), now, secret, asked)
    fp("bot.said")


def _write_down(
    talk: Talk,
    said: Message,
    question: Message,
    best: Passage | None,
    found: Answer,
    phrased: bool,
    now: datetime,
    secret: str,
    asked: Question | None,
) -> None:
    offer = walking.offered(
        [best.article_id] if best is not None else [], place="bot", conversation=talk.conversation, secret=secret,
        visit=talk.visit, question=asked, now=now,
    )  # fmt: skip
    BotAnswer.objects.create(
        talk=talk, message=said, question=masked(question.text)[:200], article_id=best.article_id if best else None,
        offer=offer, sure=round(found.sure, 3), phrased=phrased, at=now,
    )  # fmt: skip


def _which(talk: Talk, found: Answer, now: datetime) -> None:
    """Ask back, once: two articles may be meant."""
    _greet(talk, now)
    talk.state["pending"] = ""
    buttons = [{"press": f"article:{one.id}", "label": one.title} for one in found.passages]
    buttons += [{"press": NEITHER, "label": _("Something else")}, person_button()]
    say(talk, "which", _("Which of these do you mean?"), buttons=buttons, now=now)


def _dont_know(talk: Talk, now: datetime) -> None:
    """Say so; after the second time a person takes over."""
    _greet(talk, now)
    state = talk.state
    state["pending"], state["misses"] = "", state.get("misses", 0) + 1
    if state["misses"] >= MOST_MISSES:
        handing.hand_over(talk, Why.UNSURE, now=now)
        return
    text = _("I don't know the answer to this. Try other words, or talk to a person.")
    say(talk, "unsure", text, buttons=[person_button(), *flow_buttons(talk.inbox_id, talk.language)], now=now)


def _offer_sign_in(talk: Talk, now: datetime) -> None:
    """He asks how something of his stands, and nobody has proved who he is."""
    _greet(talk, now)
    talk.state["pending"], talk.state["misses"] = "", 0
    say(talk, "sign_in", standing.sign_in(), buttons=[person_button()], now=now)


def _not_helped(talk: Talk, now: datetime) -> None:
    """The answer was none; after the second one a person takes over."""
    state = talk.state
    state["pending"], state["wrong"] = "", state.get("wrong", 0) + 1
    newest = talk.answers.order_by("-pk").first()
    if newest is not None:
        BotAnswer.objects.filter(pk=newest.pk).update(helped=False)
    if state["wrong"] >= MOST_MISSES:
        handing.hand_over(talk, Why.WRONG, now=now)
        return
    text = _("I am sorry that this did not help. Ask in other words, or talk to a person.")
    say(talk, "sorry", text, buttons=[person_button()], now=now)


def _solved(talk: Talk, now: datetime) -> None:
    """It helped: the request is solved at step 0, by nobody of us."""
    newest = talk.answers.select_related("offer").order_by("-pk").first()
    if newest is not None:
        BotAnswer.objects.filter(pk=newest.pk).update(helped=True)
    offer = newest.offer if newest is not None else None
    if offer is None:  # a flow said it
        offer = walking.offered([], place="bot", conversation=talk.conversation, visit=talk.visit, now=now)
    walking.solved(offer, now=now)
    say(talk, "solved", _("Good to know. Write again whenever you need us."), now=now)
    handing.finish(talk, Outcome.SOLVED, now=now)
    customer = talk.conversation.customer
    fp("bot.solved")
    actions.solve(talk.conversation.ticket, by=customer, because="bot", now=now)
    actions.end_chat(talk.conversation, by=None, because="bot", now=now)


def _remember(talk: Talk, what: str, line: str) -> None:
    known = [one for one in talk.state.get(what, []) if one != line]
    talk.state[what] = [*known, line][-20:]


# What falls due


def _due(row: Talk) -> datetime | None:
    """The job: answer what nobody answered, or see that the customer has left."""
    now = clock()
    talk = _talk(pk=row.pk)
    if talk is None or talk.outcome:
        return None
    unheard = list(
        Message.objects.filter(
            conversation=talk.conversation_id, kind=MessageKind.INCOMING, pk__gt=talk.heard_id
        ).order_by("pk")
    )
    if not unheard:
        with translation.override(talk.language):
            _left(row, now)
        return None
    phrased = _phrased(talk, unheard[-1], now) if model.is_on() else {}
    _turn_safely(talk.pk, now, phrased=phrased, row=row)
    return None


def _phrased(talk: Talk, message: Message, now: datetime) -> dict[int, str]:
    """What a model makes of the answer to the last line; nothing where it is off, dear, slow, or says more than it may."""
    if message.meta.get("press") or talk.state.get("pending") in ("flow", "contact"):
        return {}
    found = find_for(talk, message, now)
    if found is None or found.kind != "article":
        return {}
    text = model.phrase(message.text, found.passages[:1], talk.language, now=now)
    return {message.pk: text} if text else {}


@action
def _left(row: Talk, now: datetime) -> None:
    """Silent for long. Who had an answer is believed to have it; who had none is passed on, so that nothing is lost."""
    settle(row, None)
    talk = _talk(pk=row.pk)
    if talk is None or talk.outcome:
        return
    ticket = lock_place(talk.conversation)
    talk.conversation.refresh_from_db(fields=["state"])
    if talk.conversation.state != ChatState.BOT:
        handing.finish(talk, Outcome.HANDED, Why.STEPPED_IN, now=now)
        return
    newest = talk.answers.order_by("-pk").first()
    unanswered = newest is None or newest.helped is False or talk.state.get("pending") in ("flow", "contact")
    if unanswered and (talk.state.get("asked") or talk.state.get("facts")):
        handing.hand_over(talk, Why.LEFT, now=now)
        return
    handing.finish(talk, Outcome.QUIET, now=now)
    actions.close(ticket, by=None, because="bot", now=now)


JOB = Job(Talk, _due)
