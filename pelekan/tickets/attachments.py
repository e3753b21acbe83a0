"""Files of messages: kept on disk under random names before they are acknowledged, reached only with rights."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db.models import F, Q, QuerySet

from pelekan.lib import files
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent, Customer
from pelekan.tickets.models import Attachment, Message, Ticket

ORPHANS_LIVE = timedelta(hours=24)
"""An upload that no message took is deleted after this time."""

MOST_UNSENT = 20
"""Unsent uploads that one writer may have at a time."""


class TooManyUnsent(Exception):
    """The writer has MOST_UNSENT files waiting; sending or removing some makes room."""


def keep(
    source: BinaryIO | bytes, name: str, owner: str, *, inline_id: str = "", message: Message | None = None
) -> Attachment:
    """Store a file for `owner` (see `models.owner_key`) until a message takes it, or for `message` at once.

    Raises `files.TooLarge` above the installation's limit and TooManyUnsent.
    """
    if message is None and Attachment.objects.filter(upload_key=owner).count() >= MOST_UNSENT:
        raise TooManyUnsent
    stored = files.store(source, settings.MEDIA_ROOT, settings.MAX_UPLOAD)
    with (Path(settings.MEDIA_ROOT) / stored.path).open("rb") as file:
        head = file.read(4096)
    return describe(stored, name, head, message, owner, inline_id=inline_id)


def describe(
    stored: files.Stored,
    name: str,
    head: bytes,
    message: Message | None,
    owner: str = "",
    *,
    inline_id: str = "",
) -> Attachment:
    """The row of a file that lies on the disk already. `head`: its first bytes, by which its kind is told."""
    shown = files.safe_name(name)
    return Attachment.objects.create(
        message=message,
        token=stored.path.rpartition("/")[2],
        name=shown,
        type=files.sniff(head, shown),
        size=stored.size,
        sha256=stored.sha256,
        path=stored.path,
        inline_id=inline_id[:250],
        upload_key="" if message else owner,
    )


def is_mail(kind: str, name: str) -> bool:
    """Whether a file is a whole mail (RFC 822)."""
    return kind == "message/rfc822" or name.lower().endswith(".eml")


def visible_to(agent: Agent) -> QuerySet[Attachment]:
    """What `agent` may open: files of tickets that he sees and his own unsent ones."""
    return Attachment.objects.filter(
        Q(message__ticket__in=Ticket.objects.visible_to(agent))
        | Q(message=None, upload_key=f"agent:{agent.pk}")
    )


def of_customer(customer: Customer) -> QuerySet[Attachment]:
    """What `customer` may open: files of public messages of his own conversations and registered tickets, of what
    is lent to him, and his unsent ones."""
    mine = Q(conversation__joined_from=None) | Q(conversation__joined_from__customer=customer)
    public = Message.objects.public().filter(
        Q(conversation__customer=customer)
        | mine & Q(ticket__in=Ticket.objects.of_customer(customer))
        | Q(conversation__joined_from__in=Ticket.objects.of_customer(customer))
        | _shared(customer)
    )
    return Attachment.objects.filter(
        Q(message__in=public) | Q(message=None, upload_key=f"customer:{customer.pk}")
    )


def _shared(customer: Customer) -> Q:
    """Messages of colleagues' requests that are shared with `customer`: those that the colleague himself may read."""
    shared = Ticket.objects.lent_to(customer)
    if shared.query.is_empty():
        return Q(pk__in=[])
    theirs = Q(conversation__joined_from=None) | Q(conversation__joined_from__customer=F("ticket__customer"))
    return theirs & Q(ticket__in=shared) | Q(conversation__joined_from__in=shared)


def remove_orphans() -> int:
    """Delete uploads that nobody sent; returns how many."""
    old = Attachment.objects.filter(message=None, created_at__lt=clock() - ORPHANS_LIVE).exclude(
        upload_key=""
    )
    gone = 0
    for attachment in old[:500]:
        attachment.delete()
        files.remove(attachment.path, settings.MEDIA_ROOT)
        gone += 1
    return gone
