"""A request of somebody who has not signed in: registered at once, with what he typed about himself as a claim.

He becomes a customer of his own, for this one request. Whose address he typed is not asked and not told: nothing of the
address's owner is opened or joined, agents see it as unproved, and mail to it carries none of what was typed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pelekan.lib.text import one_line
from pelekan.people.identify import claim, customer_for
from pelekan.people.models import IdentityKind
from pelekan.tickets import actions
from pelekan.tickets.events import action
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Attachment, Inbox, Ticket


@dataclass(frozen=True)
class Stranger:
    """What he typed about himself: `kind` and `address` as they are stored. `mark` is the id of this sending: the same mark
    is the same request."""

    mark: str
    name: str
    kind: str
    address: str
    language: str


@action
def leave(
    who: Stranger,
    inbox: Inbox,
    *,
    subject: str,
    text: str,
    files: Sequence[int] = (),
    uploads_of: str = "",
    team: int | None = None,
    category: int | None = None,
    context: Mapping[str, Any] | None = None,
    now: datetime,
) -> Ticket:
    """The request; `files` are uploads that wait under `uploads_of`."""
    own = hashlib.sha256(f"stranger:{who.mark}".encode()).hexdigest()[:32]
    customer = customer_for(
        IdentityKind.VISITOR, own, name=one_line(who.name, 160), language=who.language, now=now
    )
    customer = actions.hold_customer(customer.pk)
    if known := actions.said_before(customer, who.mark):
        return known.ticket
    claim(customer, who.kind, who.address, now=now)
    Attachment.objects.filter(pk__in=files, message=None, upload_key=uploads_of).update(
        upload_key=f"customer:{customer.pk}"
    )
    message = actions.receive(
        Incoming(
            inbox_id=inbox.pk,
            channel="form",
            customer_id=customer.pk,
            text=text,
            subject=one_line(subject, 250),
            language=who.language,
            client_id=who.mark,
            attachment_ids=tuple(files),
            context=dict(context or {}),
            team_id=team,
            category_id=category,
        ),
        now=now,
    )
    return Ticket.objects.get(pk=message.ticket_id)
