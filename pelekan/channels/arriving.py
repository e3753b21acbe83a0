"""A mail that was read becomes a message: who wrote it, where it belongs, what may follow.

Called inside the transaction of `intake.take`.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from pelekan.channels import joining
from pelekan.channels.email import proof, thread
from pelekan.channels.email.authenticity import Authenticity, authenticity
from pelekan.channels.email.forwarded import original_sender
from pelekan.channels.email.parse import Parsed
from pelekan.channels.email.reader import Mail
from pelekan.channels.joining import Place, id_key
from pelekan.channels.marks import heard_from
from pelekan.channels.models import Account, Arrival, Reference
from pelekan.channels.sift import Verdict, may_answer
from pelekan.config import LANGUAGES
from pelekan.lib import files
from pelekan.lib.addresses import looks_alike, normal_address
from pelekan.lib.prepared import Prepared, PreparedModels, insert
from pelekan.lib.time import now as clock
from pelekan.people.identify import customer_for, known
from pelekan.people.models import Customer, IdentityKind
from pelekan.tickets import attachments
from pelekan.tickets.actions import receive
from pelekan.tickets.bell import marks
from pelekan.tickets.events import one_at_a_time, record
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Conversation, Inbox, Message, Participant

FRESH = timedelta(hours=24)
"""Older mail (fetched from a full mailbox, or after a long stop) gets no receipt: it would only confuse."""

MOST_COPIED = 20  # cc addresses of one mail that are noted


def own_addresses() -> set[str]:
    """Every address that this desk itself writes from."""
    found = {row["address"] for row in _ADDRESSES()}
    found.update(name for row in _USERS() for name in row.values() if "@" in name)
    if settings.CONFIG.mail_from:
        found.add(settings.CONFIG.mail_from)
    return {address.lower() for address in found}


_ADDRESSES = Prepared(lambda: Inbox.objects.exclude(address="").values("address"))
_USERS = Prepared(lambda: Account.objects.values("smtp_user", "imap_user"))


def plain(address: str) -> str:
    """The address without what stands after a plus: our reply addresses bear their token there."""
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def is_own_id(mail_id: str) -> bool:
    """Whether this desk made this Message-ID."""
    return thread.is_own_id(mail_id, settings.SECRET_KEY) or marks.is_own_id(mail_id, settings.SECRET_KEY)


def cross_posted(arrival: Arrival, parsed: Parsed) -> Message | None:
    """The message that the same mail became in another of our inboxes; told on its ticket. Same means the same
    Message-ID, sender, subject, words and files: a forged id alone can't make a mail disappear in another."""
    if parsed.message_id_derived:
        return None
    one_at_a_time(f"mail {id_key(parsed.message_id)}")
    for other in _ELSEWHERE(id_key(parsed.message_id), arrival.inbox_id):
        message = other.message
        if message is not None and message.meta.get("arrival") == other.pk and _says(message, parsed):
            record(
                "mail.cross_posted",
                message.ticket,
                message=message,
                at=arrival.received_at,
                inbox=arrival.inbox.name,
                arrival=arrival.pk,
            )
            return message
    return None


_ELSEWHERE = PreparedModels(
    lambda mail_id, inbox: (
        Arrival.objects.filter(mail_id=mail_id, message__isnull=False)
        .exclude(inbox=inbox)
        .select_related("message__ticket")[:5]
    )
)


def _says(message: Message, parsed: Parsed) -> bool:
    files = sorted(message.attachments.values_list("sha256", flat=True))
    return (
        message.meta.get("from", {}).get("address") == parsed.from_address
        and message.meta.get("subject") == parsed.subject
        and message.text == text_of(parsed)
        and files == sorted(part.sha256 for part in parsed.attachments)
    )


def text_of(parsed: Parsed) -> str:
    """What of a mail is the message: the writer's own words, or all where nothing else was quoted."""
    return parsed.reply_text.strip() or ("" if parsed.quoted else parsed.text)


def trust_in(arrival: Arrival, mail: Mail) -> Authenticity:
    """Whether the sender is genuine: by the mail server that we trust, else by our own check, which asks the DNS and
    therefore must not run inside a transaction."""
    told = authenticity(mail.parsed, _authserv_ids(arrival.inbox_id))
    if told is not None:
        return told
    if not settings.CONFIG.check_senders:
        return Authenticity(why="No verdict of a trusted server")
    return proof.judge(mail.parsed, mail.signatures, arrival.received_at)


def receive_mail(
    arrival: Arrival, mail: Mail, verdict: Verdict, trust: Authenticity, stored: list[files.Stored]
) -> Message:
    """Store the message, and what of it makes later answers find their way."""
    parsed, inbox, now = mail.parsed, _INBOX.get(arrival.inbox_id), arrival.received_at
    sender = normal_address(parsed.from_address)
    forged = trust.authentic is False
    place = joining.find_place(parsed, sender, trust.authentic)
    stranger = known(IdentityKind.EMAIL, sender) is None
    customer = _customer(place, parsed, inbox, sender, trust, now)
    doubtful = forged or arrival.suspicious
    held = place.is_unconfirmed or (doubtful and not stranger)
    silent = held or doubtful or clock() - now > FRESH or not may_answer(parsed, verdict)
    message = receive(
        Incoming(
            inbox_id=inbox.pk,
            channel="email",
            customer_id=customer.pk,
            text=text_of(parsed),
            html=mail.html,
            quoted=parsed.quoted,
            subject=parsed.subject,
            language=parsed.language if parsed.language in LANGUAGES else "",
            conversation_id=place.conversation.pk if place.conversation else None,
            client_id=f"mail-{arrival.pk}",
            meta=_meta(arrival, parsed, verdict, trust, place, silent),
            automatic=verdict.kind == "auto_reply",
            held=held,
            may_belong_to_id=place.may_belong_to.pk if place.may_belong_to else None,
        ),
        now=now,
    )
    for part, kept in zip(parsed.attachments, stored, strict=True):
        inline_id = part.content_id if part.inline else ""
        attachments.describe(kept, part.name, part.data[:4096], message, inline_id=inline_id)
    if trust.authentic is True and verdict.kind == "person":
        heard_from(sender, message.ticket, now=now)
    _note_ids(message, parsed, is_new=place.conversation is None)
    _note_people(message.conversation, parsed, sender, place, held, now)
    return message


_INBOX = PreparedModels(lambda pk: Inbox.objects.filter(pk=pk))


def _customer(
    place: Place, parsed: Parsed, inbox: Inbox, sender: str, trust: Authenticity, now: datetime
) -> Customer:
    if place.conversation is not None and (own := joining.writer(place.conversation, sender)):
        return own
    shown = "" if "@" in parsed.from_name else parsed.from_name  # a name that plays an address is no name
    language = parsed.language if parsed.language in LANGUAGES else inbox.language
    return customer_for(
        IdentityKind.EMAIL, sender, name=shown, language=language, verified=trust.authentic is True, now=now
    )


def senders_are_checked() -> bool:
    """Whether anybody judges senders: our own check, or a mail server whose word counts."""
    config = settings.CONFIG
    return (
        bool(config.check_senders or config.authserv_id) or Account.objects.exclude(authserv_id="").exists()
    )


def _authserv_ids(inbox: int) -> list[str]:
    """The mail server in front of this inbox, whose word on senders is believed."""
    account = _AUTHSERV.one(inbox)
    return [(account["authserv_id"] if account else "") or settings.CONFIG.authserv_id]


_AUTHSERV = Prepared(lambda inbox: Account.objects.filter(inbox=inbox).values("authserv_id"))


def _meta(
    arrival: Arrival, parsed: Parsed, verdict: Verdict, trust: Authenticity, place: Place, silent: bool
) -> dict[str, Any]:
    """What screens show of the mail, and what decides whether a receipt may go out."""
    warnings = list(parsed.warnings)
    again = (arrival.inbox_id, id_key(parsed.message_id), arrival.pk)
    if not parsed.message_id_derived and _AGAIN.one(*again):
        warnings.append("message_id_reused")
    if trust.authentic is False:
        warnings.append("sender_not_authentic")
    if arrival.suspicious:
        warnings.append("taken_for_junk")
    if place.is_unconfirmed:
        warnings.append("sender_unconfirmed")
    if looks_alike(normal_address(parsed.from_address)):
        warnings.append("sender_looks_alike")
    return {
        "arrival": arrival.pk,
        "subject": parsed.subject,
        "from": {"name": parsed.from_name, "address": parsed.from_address},
        "reply_to": [{"name": one.name, "address": one.address} for one in parsed.reply_to[:5]],
        "to": [{"name": one.name, "address": one.address} for one in parsed.to[:50]],
        "cc": [{"name": one.name, "address": one.address} for one in parsed.cc[:50]],
        "message_id": parsed.message_id,
        "date": parsed.date.isoformat() if parsed.date else None,
        "direction": parsed.direction,
        "forwarded": _forwarded(parsed) if place.conversation is None else None,
        "invitations": [asdict(one) for one in parsed.invitations],
        "verdict": verdict.kind,
        "verdict_why": verdict.why,
        "authentic": trust.authentic,
        "authentic_why": trust.why,
        "authentic_by": {"how": trust.how, "domain": trust.domain, "server": trust.by},
        "join": place.join.kind,
        "join_via": place.join.via,
        "join_why": place.join.why,
        "warnings": warnings,
        "may_answer": not silent,
    }


_AGAIN = Prepared(
    lambda inbox, mail_id, pk: (
        Arrival.objects.filter(inbox=inbox, mail_id=mail_id).exclude(pk=pk).values("pk")[:1]
    )
)


def _forwarded(parsed: Parsed) -> dict[str, str] | None:
    """Who seems to have written what was forwarded: proposed to agents as the customer."""
    found = original_sender(parsed)
    if found is None:
        return None
    try:
        address = normal_address(found.address)
    except ValueError:
        return None
    return {"name": found.name[:160], "address": address} if address not in own_addresses() else None


def _note_ids(message: Message, parsed: Parsed, is_new: bool) -> None:
    mail_id, conversation = id_key(parsed.message_id), message.conversation
    if is_new:  # nobody else knows this conversation yet
        insert(Reference(mail_id=mail_id, conversation=conversation, message=message))
    else:
        Reference.objects.get_or_create(
            mail_id=mail_id, conversation=conversation, defaults={"message": message}
        )


def _note_people(
    conversation: Conversation, parsed: Parsed, sender: str, place: Place, held: bool, now: datetime
) -> None:
    """The sender takes part; whom he copied is noted but gets nothing until an agent chooses to write to him."""
    writes = conversation.channel == "email" or place.is_unconfirmed
    if writes and not _TAKES_PART.one(conversation.pk, sender):
        values = {"name": parsed.from_name[:160], "confirmed_at": None if held else now}
        if place.conversation is None:  # nobody else knows this conversation yet
            insert(Participant(conversation=conversation, address=sender, **values))
        else:
            Participant.objects.get_or_create(conversation=conversation, address=sender, defaults=values)
    if held or conversation.channel != "email":
        return
    own = own_addresses()
    for one in [*parsed.to, *parsed.cc][:MOST_COPIED]:
        try:
            address = normal_address(one.address)
        except ValueError:
            continue
        if address != sender and not own & {address, plain(address)}:
            Participant.objects.get_or_create(
                conversation=conversation, address=address, defaults={"name": one.name[:160], "copied": True}
            )


_TAKES_PART = Prepared(
    lambda conversation, address: Participant.objects.filter(
        conversation=conversation, address=address
    ).values("pk")[:1]
)
