"""Agents who answer by mail: only with a true mark of theirs, from their own address, proved, and with access now.

`weigh` says what is to become of a mail from an agent's address (or with an agent's mark); `pass_on` makes it the answer or
the note, by the usual actions. Both run inside the transaction of `intake.take`. What lacks one of the proofs reaches no
customer; the table is in docs/algorithms/threading.md.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from pelekan.channels import arriving, joining
from pelekan.channels.email.authenticity import Authenticity
from pelekan.channels.email.forwarded import is_forwarded
from pelekan.channels.email.parse import Parsed
from pelekan.channels.email.reader import Mail
from pelekan.channels.models import Arrival, ArrivalState
from pelekan.channels.sift import Verdict
from pelekan.lib import files
from pelekan.lib.addresses import normal_address
from pelekan.lib.html import clean_rich, to_text
from pelekan.lib.markup import tokens
from pelekan.lib.prepared import PreparedModels
from pelekan.lib.quoted_html import split_quoted
from pelekan.people import desk
from pelekan.people.models import Agent
from pelekan.tickets import actions, attachments
from pelekan.tickets.bell import marks, reading
from pelekan.tickets.bell.marks import Mark
from pelekan.tickets.events import lock_place, record
from pelekan.tickets.models import (
    UNDER_WAY,
    Channel,
    Conversation,
    Message,
    MessageKind,
    Ticket,
    owner_key,
)

BECAUSE = "by mail"
_LINES = frozenset({"p", "div", "br", "span"})


@dataclass(frozen=True, slots=True)
class Refused:
    """It becomes no message: `word` (of `channels.faults`) says why. `agent` is told in the app, about `talk`'s ticket."""

    word: str
    state: str = ArrivalState.QUARANTINED
    agent: int | None = None
    talk: Conversation | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """It is what the agent writes in this conversation: to the customer, or (`act` NOTE) to colleagues."""

    agent: Agent
    talk: Conversation
    act: str


def weigh(arrival: Arrival, mail: Mail, verdict: Verdict, trust: Authenticity) -> Answer | Refused | None:
    """What becomes of a mail as far as agents are concerned; None where it is anybody's mail."""
    parsed = mail.parsed
    try:
        sender = normal_address(parsed.from_address)
    except ValueError:
        return Refused("no_sender")
    agent = _AGENT.one(sender)
    found = marks.read([parsed.in_reply_to, *reversed(parsed.references)], parsed.text, settings.SECRET_KEY)
    true = [one for one in found if one is not None]
    if agent is None and not true:
        return None
    customers = _customers_mark(parsed, sender) if agent is not None and not found else ""
    if not found and not customers:
        return None
    if verdict.kind in ("auto_reply", "list"):
        return Refused("agent_automatic", ArrivalState.DISMISSED)
    mark = true[0] if true else None
    talk = _talk(mark) if mark else None
    word = _why_not(agent, mark, talk, customers) or _why_not_now(
        arrival, mail, trust, agent, mark, talk, true
    )
    if word:
        told = agent.pk if agent else mark.agent if mark else None
        mine = mark is not None and told == mark.agent
        return Refused(word, agent=told, talk=talk if mine else None)
    assert agent is not None and mark is not None and talk is not None
    return Answer(agent, talk, mark.act)


def _why_not(agent: Agent | None, mark: Mark | None, talk: Conversation | None, customers: str) -> str:
    """Which proof of who writes is missing."""
    if agent is not None and (agent.disabled_at is not None or not agent.user.is_active):
        return "agent_gone"
    if mark is None:
        return customers or "forged_token"
    if agent is None or mark.agent != agent.pk:
        return "agent_other"
    if not desk.takes_answers_by_mail():
        return "agent_by_mail"
    return "" if talk is not None else "agent_no_access"


def _why_not_now(
    arrival: Arrival,
    mail: Mail,
    trust: Authenticity,
    agent: Agent | None,
    mark: Mark | None,
    talk: Conversation | None,
    true: list[Mark],
) -> str:
    """Why it goes no further although it bears a true mark of its sender: not proved, too late, no access, unclear."""
    assert agent is not None and mark is not None and talk is not None
    if trust.authentic is not True:
        return "agent_unproved"
    if arrival.received_at >= mark.until:
        return "agent_late"
    if not Ticket.objects.visible_to(agent).filter(pk=talk.ticket_id).exists():
        return "agent_no_access"
    if _is_forwarded(mail.parsed):
        return "agent_forwarded"
    if any((one.conversation, one.act) != (mark.conversation, mark.act) for one in true) or _is_unclear(
        mail.parsed
    ):
        return "agent_unclear"
    return _too_late(agent, mark, talk) if mark.act == marks.ANSWER else ""


_AGENT = PreparedModels(
    lambda sender: Agent.objects.select_related("user").filter(user__email=sender).order_by("pk")[:1]
)


def _customers_mark(parsed: Parsed, sender: str) -> str:
    """The fault of an agent's mail that bears a mark for customers, true or forged; "" without any."""
    join = joining.find_place(parsed, sender, None).join
    if join.kind == "token" or (
        join.kind == "hint" and join.via == "references" and _answers_ours(parsed)
    ):  # fmt: skip
        return "agent_by_mail"
    return "forged_token" if join.forged else ""


def _answers_ours(parsed: Parsed) -> bool:
    return any(arriving.is_own_id(one) for one in [parsed.in_reply_to, *parsed.references])


def _talk(mark: Mark) -> Conversation | None:
    rows = Conversation.objects.select_related("ticket", "inbox").filter(pk=mark.conversation)
    return rows.first()


def _is_forwarded(parsed: Parsed) -> bool:
    """A notice that was passed on is no answer, even when a copy of it comes here."""
    if is_forwarded(parsed.subject):
        return True
    own = arriving.own_addresses()
    return not any({one.address.lower(), arriving.plain(one.address.lower())} & own for one in parsed.to)


def _is_unclear(parsed: Parsed) -> bool:
    """Nothing of its own, or the notice still stands among the words."""
    words = arriving.text_of(parsed)
    left = marks.stands_in(words) or f"{settings.BASE_URL}/desk/" in words
    return left or not (words.strip() or parsed.attachments)


def _too_late(agent: Agent, mark: Mark, talk: Conversation) -> str:
    """What happened since the notice, for which the desk's composer would have stopped the agent."""
    if talk.ticket.status == "closed":
        return "agent_closed"
    others = Message.objects.filter(
        ticket=talk.ticket_id, kind=MessageKind.OUTGOING, automatic=False, created_at__gt=mark.made_at
    ).exclude(agent=agent)
    live = talk.channel == Channel.SMS or talk.state in UNDER_WAY
    return "agent_meanwhile" if live or others.exists() else ""


def tell(refused: Refused, arrival: Arrival) -> None:
    """Let the agent know, in the app."""
    if refused.agent is not None:
        record(
            "answer.refused",
            refused.talk.ticket if refused.talk else None,
            topics=[f"agent:{refused.agent}"],
            agent=refused.agent,
            why=refused.word,
            arrival=arrival.pk,
        )


def pass_on(
    arrival: Arrival, mail: Mail, answer: Answer, stored: list[files.Stored], now: datetime | None = None
) -> tuple[Message, bool]:
    """The message that the mail becomes, and whether it was there before: the same mail again makes no second one."""
    parsed, talk, agent = mail.parsed, answer.talk, answer.agent
    ticket = lock_place(talk)
    client_id = _client_id(parsed, agent)
    if known := ticket.messages.filter(client_id=client_id).first():
        return known, False
    text = arriving.text_of(parsed)
    ids = [
        attachments.describe(kept, part.name, part.data[:4096], None, owner_key(agent=agent)).pk
        for part, kept in zip(parsed.attachments, stored, strict=True)
    ]
    html = _html(mail, text)
    meta = {"by_mail": arrival.pk, "from": {"name": parsed.from_name, "address": parsed.from_address}}
    if answer.act == marks.NOTE:
        made = actions.note(
            ticket, by=agent, text=text, html=html, attachment_ids=ids, client_id=client_id, meta=meta,
            because=BECAUSE, now=now,
        )  # fmt: skip
    else:
        made = actions.reply(
            ticket, by=agent, text=text, html=html, conversation=talk, attachment_ids=ids, client_id=client_id,
            meta=meta, because=BECAUSE, now=now,
        )  # fmt: skip
        actions.mark_read(talk, made.pk, by=agent)
    reading.mark(agent, made.created_at, ticket=ticket.pk)
    return made, True


def _client_id(parsed: Parsed, agent: Agent) -> str:
    """The same for the same mail, however often and into whichever of our inboxes it comes; another one for another
    mail with a used Message-ID."""
    digest = hashlib.sha256(
        f"{agent.pk}\n{parsed.message_id}\n{parsed.reply_text}".encode("utf-8", "replace")
    )
    for part in parsed.attachments:
        digest.update(part.sha256.encode())
    return f"mail-{digest.hexdigest()[:40]}"


def _html(mail: Mail, text: str) -> str:
    """The answer as the mail program formatted it, where that says the same words as `text`, in which quotes and signature
    are cut away; else "", and the text stands for itself."""
    if not mail.html:
        return ""
    safe = clean_rich(split_quoted(mail.html)[0]).strip()
    names = {token.name for token in tokens(safe) if token.kind == "open"}
    if "img" in names or not names - _LINES or to_text(safe).split() != text.split():
        return ""
    return safe
