"""Offering answers to someone who writes a request, and what became of it.

One question and one offer stand for one writing, however often he paused: the browser holds the offer's token and
brings it along. What is kept of his words is one masked line.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from pelekan.knowledge.deflection import solved
from pelekan.knowledge.deflection.masking import anonymised
from pelekan.knowledge.deflection.models import SolvedQuestion
from pelekan.knowledge.deflection.suggest import MOST, Suggestion, suggest
from pelekan.knowledge.models import Article
from pelekan.knowledge.readers import Reader
from pelekan.knowledge.trail import walking
from pelekan.knowledge.trail.masking import folded, masked
from pelekan.knowledge.trail.models import Offer, Place, Question, Visit
from pelekan.lib.secrets import sign, verify
from pelekan.lib.time import now as clock
from pelekan.people.models import Customer
from pelekan.tickets.models import Ticket

PURPOSE = "offered-answers"


@dataclass(frozen=True)
class Offered:
    """`token` names the offer in the browser; "" while nothing was shown."""

    answers: list[Suggestion]
    token: str = ""


def token_of(offer: Offer) -> str:
    return f"{offer.pk}-{sign(PURPOSE, str(offer.pk), settings.SECRET_KEY, 20)}"


def offer_of(token: str) -> Offer | None:
    """The offer of this token; None for any other text."""
    number, _dash, signature = token.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) < 18):
        return None
    if not verify(PURPOSE, number, signature, settings.SECRET_KEY, 20):
        return None
    return Offer.objects.select_related("visit", "question").filter(pk=int(number)).first()


def offer(
    text: str,
    *,
    reader: Reader,
    language: str,
    place: str,
    subject: str = "",
    visit: Visit | None = None,
    token: str = "",
    limit: int = MOST,
    now: datetime | None = None,
) -> Offered:
    """What fits, written down as asked and offered. `token` is that of the same writing a moment ago. Who is held out sees
    nothing, and what he asked is counted all the same."""
    now = now or clock()
    found = suggest(text, reader=reader, language=language, subject=subject, limit=limit)
    known = offer_of(token) if token else None
    if not found and known is None:
        return Offered([])
    line = _line(f"{subject} {text}".strip(), language, reader.customer)
    if known is not None:
        _went_on_writing(known, line, found)
        return Offered(found, token)
    question = None  # who is not followed leaves none of his words
    if visit is not None:
        question = walking.asked(line, place=place, found=len(found), language=language, visit=visit, now=now)
    if visit is not None and visit.held_out:
        return Offered([])
    made = walking.offered(_articles(found), place=place, visit=visit, question=question, now=now)
    return Offered(found, token_of(made))


def _line(text: str, language: str, customer: Customer | None) -> str:
    return anonymised(text[:600], language=language, names=[customer.name] if customer else [], amounts=True)


def _articles(found: list[Suggestion]) -> list[int]:
    return [one.article_id for one in found if one.article_id is not None]


def _went_on_writing(known: Offer, line: str, found: list[Suggestion]) -> None:
    said = masked(line)[:200]
    if known.question_id and known.ticket_id is None and known.solved_at is None:
        Question.objects.filter(pk=known.question_id).update(
            text=said, folded=folded(said)[:200], found=max(len(found), known.question.found if known.question else 0)
        )  # fmt: skip
        known.articles.add(*Article.objects.filter(pk__in=_articles(found)))


def clicked(token: str, now: datetime | None = None) -> None:
    """One of the answers was opened."""
    if (known := offer_of(token)) is not None:
        walking.clicked(known, now)


def solved_it(token: str, answer: int = 0, now: datetime | None = None) -> bool:
    """ "This solved it": it is counted, and no request is made. `answer` is the released one that did it. Whether it was
    the first word on it."""
    known = offer_of(token)
    if known is None or known.ticket_id is not None or known.solved_at is not None:
        return False
    walking.solved(known, now)
    row = SolvedQuestion.objects.filter(pk=answer, state="released").first() if answer else None
    if row is not None:
        solved.helped(row)
    return True


def registered(
    ticket: Ticket, *, token: str = "", visit: Visit | None = None, now: datetime | None = None
) -> None:
    """The request was made all the same: the offer and the question before it lead to it from now on."""
    known = offer_of(token) if token else None
    if known is not None and known.ticket_id is None:
        walking.went_on(known, ticket, now)
        if known.question_id:
            Question.objects.filter(pk=known.question_id, ticket=None).update(ticket=ticket)
    walking.registered(visit or (known.visit if known else None), ticket)


@dataclass(frozen=True)
class Shown:
    """What somebody saw before he asked a person: `articles` are ids, `opened` whether he opened one."""

    articles: list[int]
    opened: bool


def shown_before(ticket: Ticket) -> Shown | None:
    """What was offered before this request was made; None for nothing."""
    rows = Offer.objects.filter(ticket=ticket).exclude(place=Place.DESK).order_by("pk")
    found = list(rows.values_list("articles", "clicked_at"))
    articles = list(dict.fromkeys(pk for pk, _at in found if pk))
    return Shown(articles, any(at for _pk, at in found)) if articles else None
