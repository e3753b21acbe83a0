"""Solved questions that others may see (S118): proposed of good endings, read and released by a person, gone when the
ticket turns out badly, is reopened, or when the customer wants to be forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F, Min, QuerySet

from pelekan.knowledge.deflection.models import Release, SolvedQuestion
from pelekan.knowledge.deflection.wording import Told, told
from pelekan.lib.folding import fold_tokens
from pelekan.lib.search import index
from pelekan.lib.text import clean_controls
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent, Customer
from pelekan.tickets.events import action, record
from pelekan.tickets.models import Event, Ticket
from pelekan.tickets.states import Status

INDEX = "solved_words"
GOOD = 3
"""Stars from which an ending was good or neutral."""
SHORTEST = 40
"""Letters of an answer that can be of use to others."""
PERIOD = timedelta(days=90)
MOST = 200
"""Tickets of one gathering; the next one goes on."""
ENDED = (Status.SOLVED, Status.CLOSED)


class NothingToTell(Exception):
    """The ticket has no question, or no answer of an agent."""


@action
def propose(
    ticket: Ticket, *, by: Agent | None = None, now: datetime | None = None
) -> tuple[SolvedQuestion, Told]:
    """Question and answer, anonymised, for a person to read. What stands there already stays as it is. Raises
    NothingToTell."""
    words = told(ticket)
    known = SolvedQuestion.objects.filter(ticket=ticket).first()
    if known is not None:
        return known, words
    if not words.question or not words.answer:
        raise NothingToTell
    made = SolvedQuestion.objects.create(
        ticket=ticket, question=words.masked(words.question), answer=words.masked(words.answer), language=words.language,
        by=by, at=now or clock(),
    )  # fmt: skip
    return made, words


@action
def release(
    one: SolvedQuestion, *, question: str, answer: str, by: Agent, now: datetime | None = None
) -> SolvedQuestion:
    """From now on others see it, in these words. ValueError when one of them is empty."""
    question, answer = clean_controls(question).strip(), clean_controls(answer).strip()
    if not question or not answer:
        raise ValueError("a solved question needs a question and an answer")
    one.question, one.answer, one.state, one.by, one.at = (
        question[:6_000], answer[:6_000], Release.RELEASED, by, now or clock()
    )  # fmt: skip
    one.save()
    index(INDEX).put(one.pk, one.ticket_id, fold_tokens(f"{one.question}\n{one.answer}"))
    record("answer.released", one.ticket, by=by, at=one.at, answer=one.pk)
    return one


@action
def refuse(one: SolvedQuestion, *, by: Agent, now: datetime | None = None) -> SolvedQuestion:
    """Not for others, or not any more."""
    was = one.state
    one.state, one.by, one.at = Release.REFUSED, by, now or clock()
    one.save(update_fields=["state", "by", "at"])
    index(INDEX).drop([one.pk])
    if was == Release.RELEASED:
        record("answer.withdrawn", one.ticket, by=by, at=one.at, answer=one.pk)
    return one


def follow(event: Event) -> None:
    """Reaction: the ticket was opened again, or rated badly: nobody shall be led by its answer. Nothing else is asked."""
    if event.ticket_id is None:
        return
    stars = event.data.get("stars") if event.name == "ticket.rated" else 0
    if isinstance(stars, int) and stars < GOOD:
        _forget(SolvedQuestion.objects.filter(ticket=event.ticket_id))


def forget_customer(customer: Customer) -> int:
    """He wants to be forgotten: nothing of what he asked is shown or kept here. How many there were."""
    return _forget(SolvedQuestion.objects.filter(ticket__customer=customer))


def _forget(rows: QuerySet[SolvedQuestion]) -> int:
    ids = list(rows.values_list("pk", flat=True))
    if ids:
        index(INDEX).drop(ids)
        SolvedQuestion.objects.filter(pk__in=ids).delete()
    return len(ids)


def gather(now: datetime | None = None) -> int:
    """A chore: propose what ended well lately: registered, solved, and rated good or neutral. How many came."""
    now = now or clock()
    rows = (
        Ticket.objects.filter(registered_at__isnull=False, status__in=ENDED, joined_into=None)
        .filter(solved_question=None, ratings__created_at__gt=now - PERIOD)
        .annotate(worst=Min("ratings__stars"))
        .filter(worst__gte=GOOD, reopened=0)
        .select_related("customer__organization", "organization")
        .order_by("-pk")[:MOST]
    )
    return sum(_proposed(ticket, now) for ticket in rows)


def _proposed(ticket: Ticket, now: datetime) -> bool:
    try:
        found, words = propose(ticket, now=now)
    except NothingToTell:
        return False
    if len(words.answer) < SHORTEST:  # "you're welcome" helps nobody else
        SolvedQuestion.objects.filter(pk=found.pk).update(state=Release.REFUSED)
        return False
    return True


def waiting() -> QuerySet[SolvedQuestion]:
    """Those that wait to be read, the newest first."""
    return SolvedQuestion.objects.filter(state=Release.PROPOSED).order_by("-at", "-pk")


def helped(one: SolvedQuestion) -> None:
    """Somebody says that this solved it."""
    SolvedQuestion.objects.filter(pk=one.pk).update(helped=F("helped") + 1)


def fitting(text: str, *, language: str, limit: int = 3) -> list[tuple[SolvedQuestion, float]]:
    """Released ones that share words with `text`, the best first, with the share (0–1) of the words of `text` that they
    hold. Only in this language: the answer is its words."""
    words = words_of(text)
    if not words:
        return []
    docs = [doc for doc, _group in index(INDEX).find([tuple(sorted(words)[:60])], before=None, limit=200)]
    rows = SolvedQuestion.objects.filter(pk__in=docs, state=Release.RELEASED, language=language)
    found = [(row, _share(words, row)) for row in rows]
    return sorted((pair for pair in found if pair[1] >= 0.3), key=lambda pair: (-pair[1], -pair[0].pk))[
        :limit
    ]


def words_of(text: str) -> set[str]:
    """The folded words of a question that say what it is about."""
    return {word for word in fold_tokens(text) if len(word) > 2 and word not in _COMMON}


def _share(words: set[str], row: SolvedQuestion) -> float:
    asked, said = set(fold_tokens(row.question)), set(fold_tokens(row.answer))
    points = sum(1.0 if word in asked else 0.5 if word in said else 0.0 for word in words)
    return points / len(words)


_COMMON = {
    token
    for word in (  # noqa: SIM905
        "سلام درود لطفا ممنون تشکر خیلی است هست نیست برای این آن که را در با به از من ما شما چرا چگونه چطور چه کنم کنید شده"
        " مرحبا السلام عليكم شكرا من في على إلى عن هذا هذه التي الذي كيف لماذا هل لا أن إن مع"
        " hello please thanks thank you the and for with this that have has not can cannot how what why when from your my"
    ).split()
    for token in fold_tokens(word)
}
