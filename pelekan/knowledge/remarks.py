"""What readers say of an article: whether it helped, and what was missing. One voice for each reader, which he may change."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, Q

from pelekan.knowledge.models import Remark, Translation
from pelekan.lib.text import clean_controls
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent, Customer
from pelekan.tickets.events import action, record

LONGEST = 2_000  # characters of what was missing


@action
def say(
    translation: Translation,
    *,
    helped: bool,
    text: str = "",
    customer: Customer | None = None,
    visitor: str = "",
    now: datetime | None = None,
) -> Remark:
    """A reader's word; `visitor` is the SHA-256 of his browser's mark, for who is not signed in. A second word of the same
    reader replaces the first; without `text` a former text to the same answer stays.

    The event article.remarked, with the article's owner, tells that there is something to read."""
    if customer is None and not visitor:
        raise ValueError("whose word is it?")
    now = now or clock()
    translation = (
        Translation.objects.select_for_update(of=("self",)).select_related("article").get(pk=translation.pk)
    )
    text = clean_controls(text).strip()[:LONGEST]
    whose = Q(customer=customer) if customer is not None else Q(visitor=visitor, customer=None)
    row = Remark.objects.filter(whose, translation=translation).order_by("-pk").first()
    fresh = row is None
    if row is None:
        row = Remark(
            translation=translation, customer=customer, visitor="" if customer else visitor, helped=helped
        )
        _count(translation, helped, 1)
    elif row.helped != helped:
        _count(translation, row.helped, -1)
        _count(translation, helped, 1)
        row.text = ""
    said = text and text != row.text
    row.helped, row.at, row.version_id = helped, now, translation.published_id
    if said:
        row.text, row.settled_at, row.settled_by = text, None, None
    elif helped and not row.text:
        row.settled_at = row.settled_at or now  # nothing to do
    elif fresh or not helped:
        row.settled_at, row.settled_by = None, None
    row.save()
    if said:
        record(
            "article.remarked", by=customer, at=now, article=translation.article_id, translation=translation.pk,
            owner=translation.article.owner_id,
        )  # fmt: skip
    return row


def _count(translation: Translation, helped: bool, by: int) -> None:
    name = "helped" if helped else "unhelped"
    rows = Translation.objects.filter(pk=translation.pk)
    if by < 0:
        rows = rows.filter(**{f"{name}__gt": 0})
    rows.update(**{name: F(name) + by})


@action
def settle(remark: Remark, *, by: Agent, done: bool = True, now: datetime | None = None) -> None:
    """Somebody looked at it; `done` False: it stands open again."""
    now = now or clock()
    Remark.objects.filter(pk=remark.pk).update(
        settled_at=now if done else None, settled_by=by if done else None
    )
    record("article.remark_settled", by=by, at=now, remark=remark.pk, done=done)
