"""Articles as cards in an answer. In the draft a card is a title, a summary and a plain address; as the answer leaves, the
address gets a secret of this one sending, so that the ticket can say when it was opened.

The secret opens nothing: what stands behind the address is read with the reader's own rights.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.conf import settings

from pelekan.knowledge.models import Translation
from pelekan.knowledge.readers import ANYONE, Reader, of_customer
from pelekan.knowledge.trail import walking
from pelekan.knowledge.trail.models import Offer, Place
from pelekan.lib.secrets import new_token
from pelekan.lib.time import now as clock
from pelekan.people.models import Customer, IdentityKind
from pelekan.tickets.events import action, record
from pelekan.tickets.models import Event, Ticket

PATH = "/c/"
META = "cards"
MOST = 10
"""Cards of one answer."""


def address(translation: int) -> str:
    return f"{settings.BASE_URL}{PATH}{translation}"


def _pattern() -> re.Pattern[str]:
    return re.compile(re.escape(f"{settings.BASE_URL}{PATH}") + r"(\d{1,18})(?![\w-])", re.ASCII)


def reader_of(customer: Customer) -> Reader:
    """What he may read once the answer reaches him: who has no address to sign in with reads what everybody reads."""
    known = customer.identities.filter(
        kind__in=[IdentityKind.EMAIL, IdentityKind.PHONE], verified_at__isnull=False
    )
    return of_customer(customer) if customer.user_id or known.exists() else ANYONE


class NotForHim(Exception):
    """The customer may not read an article of the answer; `title` is its."""

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self.title = title


def send(html: str, ticket: Ticket, *, now: datetime | None = None) -> tuple[str, list[dict[str, Any]]]:
    """(the answer with a secret in each card's address, what its message keeps of the cards). Raises NotForHim. To be
    called inside the action that sends."""
    ids = list(dict.fromkeys(int(one) for one in _pattern().findall(html)))[:MOST]
    if not ids:
        return html, []
    rows = (
        Translation.objects.select_related("published", "article")
        .filter(published__isnull=False)
        .in_bulk(ids)
    )
    may = set(
        Translation.objects.readable_by(reader_of(ticket.customer))
        .filter(pk__in=ids)
        .values_list("pk", flat=True)
    )
    kept: list[dict[str, Any]] = []
    tokens: dict[int, str] = {}
    for pk in ids:
        row = rows.get(pk)
        if row is None or row.published is None:
            continue
        if pk not in may:
            raise NotForHim(row.published.title)
        secret = new_token(7)
        offer = walking.offered([row.article_id], place=Place.DESK, secret=secret, now=now or clock())
        tokens[pk] = f"{pk}-{secret}"
        kept.append(
            {
                "offer": offer.pk, "translation": pk, "title": row.published.title, "text": row.published.summary,
                "url": f"{settings.BASE_URL}{PATH}{tokens[pk]}",
            }
        )  # fmt: skip
    html = _pattern().sub(
        lambda found: f"{settings.BASE_URL}{PATH}{tokens.get(int(found[1]), found[1])}", html
    )
    return html, kept


def follow(event: Event) -> None:
    """Reaction: an answer with cards has gone out: from now on they are offers of this conversation."""
    if event.message is not None and (cards := event.message.meta.get(META)):
        Offer.objects.filter(pk__in=[one["offer"] for one in cards]).update(
            conversation=event.message.conversation_id, at=event.at
        )


def drop_unsent(cards: list[dict[str, Any]]) -> None:
    """An answer was taken back before it left: nothing was offered."""
    Offer.objects.filter(pk__in=[one["offer"] for one in cards], conversation=None).delete()


def offer_of(translation: int, secret: str) -> Offer | None:
    """The sending of this article that has this secret."""
    if not secret:
        return None
    rows = Offer.objects.select_related("conversation__ticket", "conversation__customer")
    return rows.filter(secret=walking.key_of(secret), articles__translations=translation).first()


@action
def opened(offer: Offer, translation: Translation, now: datetime | None = None) -> bool:
    """The customer opened a card: said once on the ticket where its answer stands. Whether it was the first time."""
    now = now or clock()
    if not Offer.objects.filter(pk=offer.pk, clicked_at=None).update(clicked_at=now):
        return False
    talk = offer.conversation
    if talk is not None and translation.published is not None:
        record(
            "card.opened", talk.ticket, by=talk.customer, at=now, title=translation.published.title,
            translation=translation.pk,
        )  # fmt: skip
    return True
