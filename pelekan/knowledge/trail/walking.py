"""Writing footsteps down, cheaply, from anywhere at step 0.

visit = walking.visit(mark, place="help", language="fa", customer=customer)   # None for who is not followed
question = walking.asked("تمدید اشتراک", place="help", found=3, language="fa", visit=visit)
reading = walking.opened(translation, place="help", visit=visit, question=question)
offer = walking.offered(article_ids, place="portal", visit=visit, question=question)
walking.solved(offer) · walking.went_on(offer, ticket) · walking.registered(visit, ticket)
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from pelekan.knowledge.models import Translation
from pelekan.knowledge.readers import PLAN, groups_of
from pelekan.knowledge.trail.habits import habits
from pelekan.knowledge.trail.masking import folded, masked
from pelekan.knowledge.trail.models import Offer, Question, Reading, Visit
from pelekan.lib.time import now as clock
from pelekan.people.models import Customer
from pelekan.tickets.models import Conversation, Ticket

REST = timedelta(minutes=30)
"""After so long without a step the next one begins another visit."""


def visit(
    mark: str, *, place: str, language: str, customer: Customer | None = None, now: datetime | None = None
) -> Visit | None:
    """The visit of the browser with this random mark ("" for who asks not to be followed: None)."""
    if not mark:
        return None
    now = now or clock()
    key = key_of(mark)
    found = Visit.objects.filter(key=key, last_at__gt=now - REST).order_by("-last_at").first()
    if found is not None and (customer is None or found.customer_id in (None, customer.pk)):
        _step(found, customer, now)
        return found
    made = Visit(key=key, place=place, language=language, began_at=now, last_at=now)
    made.held_out = held_out(key, habits().hold_out)
    if customer is not None:
        _whose(made, customer)
    made.save()
    return made


def _step(found: Visit, customer: Customer | None, now: datetime) -> None:
    """He is still here; a step within the same half minute is not worth a write."""
    if customer is not None and found.customer_id is None:
        _whose(found, customer)
    elif now - found.last_at < timedelta(seconds=30):
        return
    found.last_at = max(now, found.last_at)
    found.save()


def held_out(key: str, share: int) -> bool:
    """Whether the browser of this key is of the `share` of a hundred that sees no suggestions. The key is random, so
    the choice is; and it stays the same for as long as the mark lives."""
    return int(key[:8], 16) % 100 < share


def _whose(row: Visit, customer: Customer) -> None:
    row.customer, row.organization_id = customer, customer.organization_id
    row.plan = str(customer.facts.get(PLAN) or "")[:80]
    row.groups = sorted(groups_of(customer))


def key_of(mark: str) -> str:
    """What is kept of a browser's mark."""
    return hashlib.sha256(mark.encode()).hexdigest()


def asked(
    text: str,
    *,
    place: str,
    found: int,
    language: str,
    visit: Visit | None = None,
    now: datetime | None = None,
) -> Question:
    """Somebody looked for this; `found` is how many answers he was shown. What could tell who he is does not get in."""
    said = masked(text, names_of(visit))[:200]
    return Question.objects.create(
        visit=visit,
        place=place,
        text=said,
        folded=folded(said)[:200],
        language=language,
        found=found,
        at=now or clock(),
    )


def names_of(visit: Visit | None) -> list[str]:
    """What the customer of a visit is called, so that it is masked in what he types."""
    if visit is None or visit.customer is None:
        return []
    return [name for name in (visit.customer.name,) if name]


def opened(
    translation: Translation,
    *,
    place: str,
    visit: Visit | None = None,
    question: Question | None = None,
    now: datetime | None = None,
) -> Reading:
    """Somebody opened an article; with a question: he found it by that. Opened again in the same visit it is the same
    reading, so that a reload, or the page telling what the server has counted already, counts once."""
    if question is not None and question.clicked_id is None:
        Question.objects.filter(pk=question.pk, clicked=None).update(clicked=translation)
    if visit is not None:
        found = Reading.objects.filter(visit=visit, translation=translation).first()
        if found is not None:
            if question is not None and found.question_id is None:
                Reading.objects.filter(pk=found.pk).update(question=question)
            return found
    return Reading.objects.create(
        visit=visit,
        translation=translation,
        kind=translation.article.kind,
        place=place,
        question=question,
        at=now or clock(),
    )


def offered(
    articles: Iterable[int],
    *,
    place: str,
    visit: Visit | None = None,
    question: Question | None = None,
    conversation: Conversation | None = None,
    secret: str = "",
    now: datetime | None = None,
) -> Offer:
    """Answers were put before somebody; `secret` (not kept, only its SHA-256) is in a card's link."""
    made = Offer.objects.create(
        place=place, visit=visit, question=question, conversation=conversation, secret=key_of(secret) if secret else "",
        at=now or clock(),
    )  # fmt: skip
    made.articles.set(articles)
    return made


def clicked(offer: Offer, now: datetime | None = None) -> None:
    """One of the offered answers was opened."""
    Offer.objects.filter(pk=offer.pk, clicked_at=None).update(clicked_at=now or clock())


def solved(offer: Offer, now: datetime | None = None) -> None:
    """That solved it: no request was made."""
    Offer.objects.filter(pk=offer.pk, solved_at=None, went_on_at=None).update(solved_at=now or clock())


def went_on(offer: Offer, ticket: Ticket | None = None, now: datetime | None = None) -> None:
    """The answers did not help: he goes on to a person."""
    Offer.objects.filter(pk=offer.pk).update(went_on_at=now or clock(), solved_at=None, ticket=ticket)


def registered(visit: Visit | None, ticket: Ticket) -> None:
    """A request was made after this visit's questions: the last of them led to it."""
    if visit is None:
        return
    Visit.objects.filter(pk=visit.pk, ticket=None).update(ticket=ticket)
    last = Question.objects.filter(visit=visit, ticket=None).order_by("-pk").first()
    if last is not None:
        Question.objects.filter(pk=last.pk).update(ticket=ticket)
