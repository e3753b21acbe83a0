"""What a delivery says: the mail of one or several messages to one recipient, as values for `compose`.

Reads the database and the files; everything is decided here from what is stored, so each try makes the same mail.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from pelekan.channels import outbox
from pelekan.channels.email import notice, steps, thread
from pelekan.channels.email.addresses import Address
from pelekan.channels.email.compose import Attached, Outgoing, Quoted
from pelekan.channels.models import Delivery, Reference
from pelekan.lib import files
from pelekan.lib.html import from_text
from pelekan.lib.prepared import Prepared, PreparedModels
from pelekan.lib.text import local_digits, one_line
from pelekan.lib.time import Dates
from pelekan.lib.time import now as clock
from pelekan.lib.unhurried import unhurried
from pelekan.people import signin
from pelekan.people.identify import mail_address
from pelekan.people.models import CALENDAR_OF, ZONE_OF, Customer
from pelekan.tickets.joined import face_of
from pelekan.tickets.models import Attachment, Message, MessageKind, Participant

_REPLY_MARKS = re.compile(
    r"^(?:\s*(?:re|aw|sv|fwd?|wg|antw|پاسخ|رد)\s*(?:\[\d+\])?\s*[:：])+\s*", re.IGNORECASE
)
_OWN_FILE = re.compile(r'src="/files/([0-9a-f]{32})/[^"]*"')


class FileFault(Exception):
    """An attachment is not as it was stored; without it the mail would say something else."""

    def __init__(self, word: str, name: str) -> None:
        super().__init__(name)
        self.word, self.name = word, name


def letter(delivery: Delivery, messages: Sequence[Message]) -> Outgoing:
    """The mail that `delivery` hands over; `messages` are what it says, in order (its own first). FileFault when an
    attachment is missing or damaged."""
    first = messages[0]
    conversation, inbox = delivery.conversation, delivery.inbox
    customer, language = conversation.customer, face_of(conversation, first.ticket).language
    if first.automatic and first.language:
        language = first.language  # a notice speaks the language that its reader chose
    html, attached = _body(messages)
    text = "" if html else "\n\n".join(message.text for message in messages)
    if first.automatic:
        parts = [notice.body(message, "") for message in messages]
        html, text = "\n".join(part[0] for part in parts), "\n\n".join(part[1] for part in parts)
    elif len(messages) == 1:
        html, text = notice.body(first, html)
    way_out, unsubscribe = notice.footer(first, customer)
    proved = outbox.is_proved(first, delivery.recipient)
    to, cc = _listed(delivery, named=proved or not first.automatic)
    with translation.override(language):
        if not delivery.copied:
            html, text = steps.with_links(messages, html, text)
        return Outgoing(
            subject=_subject(delivery, first, proved),
            sender=Address(first.agent.name if first.agent else inbox.name, inbox.address),
            to=to or (Address("", delivery.recipient),),
            cc=cc,
            message_id=delivery.mail_id,
            date=first.created_at,
            body_html=html,
            body_text=text,
            in_reply_to=_answered(delivery, first),
            references=_thread_ids(delivery),
            language=language,
            attachments=attached,
            quoted=_quoted(delivery, first, customer, language),
            footer="\n".join(text for text in (_footer(delivery, first, proved), way_out) if text),
            reference_line=thread.token_line(thread.reply_token(conversation.pk, settings.SECRET_KEY)),
            automatic="auto-replied" if first.automatic else "",
            unsubscribe_url=unsubscribe if first.automatic else "",
        )


def _listed(delivery: Delivery, *, named: bool) -> tuple[tuple[Address, ...], tuple[Address, ...]]:
    """Everybody whom the message goes to and who is copied, as each of them reads it; `named`: with their names, which can
    carry an advertisement."""
    names = {row["address"]: row["name"] for row in _NAMES(delivery.conversation_id)} if named else {}
    to: list[Address] = []
    cc: list[Address] = []
    for row in _TOLD(delivery.message_id):
        (cc if row["copied"] else to).append(Address(names.get(row["recipient"], ""), row["recipient"]))
    return tuple(to), tuple(cc)


_NAMES = Prepared(lambda talk: Participant.objects.filter(conversation=talk).values("address", "name"))
_TOLD = Prepared(
    lambda message: Delivery.objects.filter(message=message).order_by("pk").values("recipient", "copied")
)


# Subject


def _subject(delivery: Delivery, message: Message, proved: bool) -> str:
    ticket = face_of(delivery.conversation, message.ticket)
    number = f"[#{local_digits(str(ticket.number), ticket.language)}]" if ticket.number else ""
    if not proved and (message.automatic or delivery.conversation.channel != "email"):
        # whoever typed this address may want our words to reach a stranger: none of his are in it
        own = notice.subject(message) if message.automatic else _("Our answer to your request")
        own = own or _("Your request is registered")
        return f"{own} {number}".strip()
    by_mail = delivery.conversation.channel == "email"
    subject = _REPLY_MARKS.sub("", (delivery.conversation.subject if by_mail else "") or ticket.subject)
    subject = one_line(subject, 200) or _("Your request")
    if ticket.number and re.search(rf"\[#\s?(?:{ticket.number}|{local_digits(str(ticket.number), 'fa')}|{local_digits(str(ticket.number), 'ar')})\]", subject):  # fmt: skip
        number = ""
    return f"{'Re: ' if by_mail else ''}{subject} {number}".strip()


# Thread


def _answered(delivery: Delivery, message: Message) -> str:
    """The Message-ID of the customer's last mail before this message."""
    for earlier in _BEFORE(message.conversation_id, message.pk):
        if (mail_id := earlier["meta"].get("message_id", "")) and not mail_id.endswith("@derived.invalid>"):
            return str(mail_id)
    return ""


_BEFORE = Prepared(
    lambda talk, pk: (
        Message.objects.filter(conversation=talk, kind=MessageKind.INCOMING, pk__lt=pk)
        .order_by("-pk")
        .values("meta")[:10]
    )
)


def _thread_ids(delivery: Delivery) -> tuple[str, ...]:
    rows = _KNOWN_IDS(delivery.conversation_id, delivery.message_id)
    ids = [row["mail_id"] for row in rows]
    return tuple(one for one in ids if not one.endswith(("@derived.invalid>", "@long.invalid>")))


_KNOWN_IDS = Prepared(
    lambda talk, message: (
        Reference.objects.filter(conversation=talk, message_id__lt=message)
        .order_by("message_id")
        .values("mail_id")
    )
)


def _quoted(delivery: Delivery, message: Message, customer: Customer, language: str) -> Quoted | None:
    """What the recipient himself wrote last; nobody is quoted to anybody else."""
    if message.automatic or delivery.conversation.channel != "email":
        return None
    public = message.conversation.messages.public().filter(kind=MessageKind.INCOMING, pk__lt=message.pk)
    earlier = public.order_by("-pk").first()
    if earlier is None or not earlier.text or delivery.copied:
        return None
    if earlier.meta.get("from", {}).get("address", "").lower() != delivery.recipient:
        return None
    dates = Dates(
        language=language,
        calendar=customer.calendar or CALENDAR_OF.get(language, "gregorian"),  # type: ignore[arg-type]
        zone=customer.zone or ZONE_OF.get(language, "UTC"),
    )
    line = _("On %(moment)s you wrote:") % {"moment": dates.moment(earlier.created_at)}
    return Quoted(line=line, text=earlier.text[:20_000])


# Body


def _footer(delivery: Delivery, message: Message, proved: bool) -> str:
    if message.automatic:
        texts = [_("You can answer this mail to add to your request.")]
    else:
        texts = [message.agent.signature if message.agent else "", delivery.inbox.signature]
    return "\n".join(
        text.strip() for text in [*texts, _way_to_portal(delivery, message, proved)] if text.strip()
    )


def _way_to_portal(delivery: Delivery, message: Message, proved: bool) -> str:
    """Where the customer sees his whole request. The link that opens it goes only to an address that is proved to be
    his own; one that was only typed may be a stranger's, and must be proved in the portal first."""
    ticket = face_of(delivery.conversation, message.ticket)
    customer = delivery.conversation.customer
    if ticket.registered_at is None or delivery.copied:
        return ""
    if proved:
        with unhurried():  # on the disk before the mail goes: see `handing.begin`
            link = signin.guest_link(ticket.pk, customer, now=clock())
    elif delivery.recipient == mail_address(customer):
        link = settings.BASE_URL + reverse("portal_home")
    else:
        return ""
    return _("Your request on the web: %(link)s") % {"link": link}


def _body(messages: Sequence[Message]) -> tuple[str, tuple[Attached, ...]]:
    """HTML ("" when plain text says all) and files; own images in the HTML become inline images."""
    attached = {one.token: one for message in messages for one in _FILES(message.pk)}
    html = ""
    if any(message.html for message in messages):
        html = "\n".join(message.html or from_text(message.text) for message in messages)
    shown: dict[str, str] = {}

    def as_inline(match: re.Match[str]) -> str:
        token = match[1]
        if token not in attached:
            return 'src=""'
        shown[token] = f"{token}@{hashlib.sha256(token.encode()).hexdigest()[:8]}.pelekan"
        return f'src="cid:{shown[token]}"'

    html = _OWN_FILE.sub(as_inline, html)
    return html, tuple(_attached(one, shown.get(token, "")) for token, one in attached.items())


_FILES = PreparedModels(lambda message: Attachment.objects.filter(message=message).order_by("pk"))


def _attached(one: Attachment, content_id: str) -> Attached:
    try:
        data = (Path(settings.MEDIA_ROOT) / one.path).read_bytes()
    except OSError:
        raise FileFault("file_missing", one.name) from None
    if hashlib.sha256(data).hexdigest() != one.sha256:
        raise FileFault("file_damaged", one.name)
    return Attached(files.safe_name(one.name), one.type, data, content_id)
