"""A flow in a chat: the pure engine (`flows`) with what it needs of the desk, and what comes of its end."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from pelekan.knowledge.bot import flows, handing
from pelekan.knowledge.bot.answering import passage_of
from pelekan.knowledge.bot.document import now_in_force, said_in
from pelekan.knowledge.bot.flows import Went
from pelekan.knowledge.bot.knowing import look_up
from pelekan.knowledge.bot.models import BotAnswer, Talk, Why
from pelekan.knowledge.bot.speaking import Button, card, helped_buttons, person_button, say
from pelekan.knowledge.readers import ANYONE, PLAN, of_customer
from pelekan.knowledge.trail import walking
from pelekan.lib.addresses import normal_address
from pelekan.lib.phones import normal_phone
from pelekan.lib.secrets import new_token
from pelekan.people.identify import claim
from pelekan.people.models import IdentityKind
from pelekan.sla.calendars import for_inbox
from pelekan.sla.hours import is_open
from pelekan.tickets import actions
from pelekan.tickets.events import lock
from pelekan.tickets.models import Category, Conversation, Message

REGION_OF = {"fa": "IR", "ar": "SA", "en": "GB"}  # whose national way of writing phone numbers is meant
WAYS = (IdentityKind.EMAIL, IdentityKind.PHONE)


def start(talk: Talk, message: Message, id: str, *, now: datetime) -> bool:
    """Begin a flow; one that is no longer there hands over."""
    document = now_in_force()
    flow = document.flows.get(id) if document else None
    if flow is None:
        handing.hand_over(talk, Why.FLOW, now=now)
        return True
    talk.state["flow"] = {"id": id, "at": ""}
    talk.state.setdefault("asked", []).append(said_in(flow.get("name"), talk.language))
    proved = bool(message.meta.get("proved"))
    went = flows.begin(
        flow, language=talk.language, facts=talk.state.get("facts") or {}, look=_look(talk, proved), known=_known(talk, proved, now)
    )  # fmt: skip
    _say(talk, went, proved, now)
    return True


def go_on(talk: Talk, message: Message, press: str, *, now: datetime) -> bool:
    """An answer to the question of a flow."""
    if talk.state.get("pending") == "contact":
        _contact(talk, message, now)
        return True
    document, at = now_in_force(), talk.state.get("flow") or {}
    flow = document.flows.get(at.get("id", "")) if document else None
    if flow is None:
        handing.hand_over(talk, Why.FLOW, now=now)
        return True
    proved = bool(message.meta.get("proved"))
    went = flows.go_on(
        flow, str(at.get("at", "")), message.text, pressed=press.removeprefix("choice:") if press.startswith("choice:") else "",
        language=talk.language, facts=talk.state.get("facts") or {}, look=_look(talk, proved), known=_known(talk, proved, now),
    )  # fmt: skip
    _say(talk, went, proved, now)
    return True


def _look(talk: Talk, proved: bool) -> flows.Look:
    customer, language = talk.conversation.customer, talk.language
    return lambda what, number: look_up(customer, what, number, proved=proved, language=language)


def _known(talk: Talk, proved: bool, now: datetime) -> dict[str, Any]:
    """What conditions of a flow can see: nothing of the customer's before he has proved who he is."""
    customer, office = talk.conversation.customer, for_inbox(talk.inbox)
    facts = {PLAN: customer.facts.get(PLAN)} if proved else {}
    return {
        "channel": "chat", "inbox": talk.inbox_id, "language": talk.language, "customer_facts": facts, "answers": {},
        "organization": customer.organization_id if proved else None, "office_open": office is None or is_open(now, office.hours),
        "now": now.isoformat(),
    }  # fmt: skip


def _say(talk: Talk, went: Went, proved: bool, now: datetime) -> None:
    """Say what the flow says, and wait for what it asks."""
    state = talk.state
    state["facts"] = {**(state.get("facts") or {}), **went.facts}
    _keep_answers(talk)
    last = went.says.pop() if went.stop == "ask" and went.says else ""
    for text in went.says:
        if text:
            say(talk, "say", text, now=now)
    for article in went.articles:
        _show(talk, article, proved, now)
    if went.unproved:
        text = _(
            "I may tell you this only when you have signed in. Sign in to our site and ask again, or talk to a person."
        )
        say(talk, "say", text, buttons=[person_button()], now=now)
    if went.stop == "ask":
        wrong = {
            "choice": _("Please choose one of these."),
            "number": _("Please write a number."),
            "order": _(
                "This does not look like an order number. You find it in the mail that confirms your order."
            ),
        }.get(went.wrong, "")
        state["pending"], state["flow"] = "flow", {**(state.get("flow") or {}), "at": went.at}
        buttons: list[Button] = [
            {"press": f"choice:{value}", "label": label} for value, label in went.choices
        ]
        say(
            talk,
            "ask",
            " ".join(part for part in (wrong, last) if part),
            buttons=[*buttons, person_button()],
            now=now,
        )
        return
    state["pending"] = ""
    if went.stop == "register":
        _register(talk, went.node, now)
    elif went.stop == "done":
        state["pending"] = "helped"
        say(talk, "ask", _("Did this help?"), buttons=helped_buttons(), now=now)
    else:  # "hand", or "lost": a flow that leads nowhere leads to people
        handing.hand_over(talk, Why.FLOW, team=went.node.get("team") or None, now=now)


def _show(talk: Talk, article: int, proved: bool, now: datetime) -> None:
    reader = of_customer(talk.conversation.customer) if proved else ANYONE
    asked = " ".join(str(value) for value in (talk.state.get("facts") or {}).values())
    found = passage_of(article, talk.language, asked, reader)
    if found is None:
        return  # not for this reader, or no longer there: the flow goes on without it
    secret = new_token()
    offer = walking.offered(
        [found.article_id],
        place="bot",
        conversation=talk.conversation,
        secret=secret,
        visit=talk.visit,
        now=now,
    )
    said = say(talk, "answer", _("I found this in our help centre:"), cards=[card(found, secret)], now=now)
    BotAnswer.objects.create(
        talk=talk, message=said, article_id=found.article_id, offer=offer, sure=1.0, at=now
    )
    talk.state["shown"] = [*talk.state.get("shown", []), found.title][-20:]


def _keep_answers(talk: Talk) -> None:
    """What was collected stands with the answers of the chat, where rules and the context pack look."""
    if not talk.state["facts"]:
        return
    conversation = talk.conversation
    known = conversation.context.get("answers") or {}
    conversation.context = {**conversation.context, "answers": {**known, **talk.state["facts"]}}
    Conversation.objects.filter(pk=conversation.pk).update(context=conversation.context)


def _register(talk: Talk, node: flows.Node, now: datetime) -> None:
    """An official ticket with its category and all that was collected; first an address for the answer, where we have none."""
    customer = talk.conversation.customer
    if not (
        customer.identities.filter(kind__in=WAYS).exists() or customer.claims.filter(kind__in=WAYS).exists()
    ):
        talk.state["pending"] = "contact"
        talk.state["register"] = dict(node)
        text = _("I open a ticket for you. Where may our answer go: an e-mail address or a phone number?")
        say(talk, "ask", text, buttons=[person_button()], now=now)
        return
    subject = flows.filled(node.get("subject"), talk.language, talk.state["facts"]) or _flow_name(talk)
    category = Category.objects.filter(pk=node.get("category") or 0, archived_at=None).first()
    ticket = lock(talk.conversation.ticket_id)
    text = _("Your request is registered. You find it in this chat, and our answer comes to you.")
    handing.hand_over(talk, Why.FLOW, text=text, ended=True, now=now)
    actions.register(ticket, by=customer, subject=subject, category=category, because="bot", now=now)
    if team := node.get("team"):
        handing.to_team(ticket, int(team), subject, now=now)


def _flow_name(talk: Talk) -> str:
    document = now_in_force()
    flow = document.flows.get((talk.state.get("flow") or {}).get("id", "")) if document else None
    return said_in(flow.get("name"), talk.language) if flow else ""


def _contact(talk: Talk, message: Message, now: datetime) -> None:
    """The address or number he typed, as a claim that opens nothing."""
    text, customer = message.text.strip(), talk.conversation.customer
    kind, value = IdentityKind.EMAIL, ""
    try:
        if "@" in text:
            value = normal_address(text)
        else:
            kind, value = IdentityKind.PHONE, normal_phone(text, REGION_OF.get(talk.language, "GB"))
    except ValueError:
        value = ""
    if not value:
        text = _(
            "This is neither an e-mail address nor a phone number. Please write it again, or talk to a person."
        )
        say(talk, "ask", text, buttons=[person_button()], now=now)
        return
    claim(customer, kind, value, now=now)
    talk.state["pending"] = ""
    _register(talk, talk.state.pop("register", {}), now)
