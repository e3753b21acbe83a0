"""What may help an agent to answer: articles, released answers, saved replies, tickets that were like this one. Each is
read with his own eyes; whether the customer may read an article is said beside it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from pelekan.knowledge.deflection import solved
from pelekan.knowledge.deflection.cards import reader_of
from pelekan.knowledge.deflection.suggest import Suggestion, suggest
from pelekan.knowledge.models import Translation
from pelekan.knowledge.readers import of_agent
from pelekan.lib.folding import fold_tokens
from pelekan.lib.search import index
from pelekan.lib.text import one_line
from pelekan.people.models import Agent
from pelekan.tickets.models import Message, MessageKind, SavedReply, Ticket
from pelekan.tickets.search import INDEX as TICKETS
from pelekan.tickets.states import Status

ARTICLES, OTHERS = 5, 3


@dataclass(frozen=True)
class Reply:
    id: int
    name: str
    shortcut: str
    text: str
    language: str


@dataclass(frozen=True)
class Help:
    """`may_send`: ids of the translations that the customer may read. `question`: what was looked for."""

    question: str
    articles: list[Suggestion]
    may_send: frozenset[int]
    answers: list[Suggestion]
    replies: list[Reply]
    tickets: list[Ticket]


def question_of(ticket: Ticket) -> str:
    """What the customer asks at present: his last words, and what the ticket is about."""
    last = (
        Message.objects.public()
        .filter(ticket=ticket, kind=MessageKind.INCOMING)
        .order_by("-id")
        .values_list("text", flat=True)[:2]
    )
    return one_line(" ".join([*reversed([text for text in last if text]), ticket.subject]), 400)


def helping(ticket: Ticket, agent: Agent, question: str = "", *, whole: bool = True) -> Help:
    """What fits to `question`, else to what the customer asks. Not `whole`: articles and released answers alone."""
    query = question or question_of(ticket)
    found = suggest(query, reader=of_agent(agent), language=ticket.language, limit=ARTICLES, answers=False)
    rows = Translation.objects.readable_by(reader_of(ticket.customer)).filter(
        pk__in=[one.id for one in found]
    )
    answers = [
        Suggestion("answer", row.pk, one_line(row.question, 160), row.answer, row.language, share)
        for row, share in solved.fitting(query, language=ticket.language, limit=OTHERS)
        if row.ticket_id != ticket.pk
    ]
    return Help(
        query, found, frozenset(rows.values_list("pk", flat=True)), answers,
        _replies(query, ticket.language, agent) if whole else [],
        _tickets(query, ticket, agent) if whole else [],
    )  # fmt: skip


def _replies(query: str, language: str, agent: Agent) -> list[Reply]:
    """Saved replies that share the most words with the question, most used first among equals."""
    words = {word for word in fold_tokens(query) if len(word) > 2}
    rows = SavedReply.objects.filter(Q(team=None) | Q(team__in=agent.team_ids)).order_by("-used", "pk")[:300]
    found = []
    for row in rows:
        text = row.bodies.get(language) or ""
        points = len(words & set(fold_tokens(f"{row.name} {text}")))
        if text and points:
            found.append((points, Reply(row.pk, row.name, row.shortcut, text, language)))
    return [reply for _points, reply in sorted(found, key=lambda pair: -pair[0])[:OTHERS]]


def _tickets(query: str, ticket: Ticket, agent: Agent) -> list[Ticket]:
    """Solved tickets that he may see and that share the most of the question's words."""
    words = sorted({word for word in fold_tokens(query) if len(word) > 3})[:24]
    if not words:
        return []
    points: dict[int, set[str]] = {}
    docs = index(TICKETS).find([tuple(words)], before=None, limit=300)
    said = dict(Message.objects.filter(pk__in=[doc for doc, _group in docs]).values_list("pk", "text"))
    for doc, group in docs:
        points.setdefault(int(group), set()).update(set(words) & set(fold_tokens(said.get(doc, ""))))
    best = sorted(
        (pk for pk, shared in points.items() if len(shared) >= 2), key=lambda pk: (-len(points[pk]), -pk)
    )
    rows = (
        Ticket.objects.visible_to(agent)
        .filter(pk__in=best[:60], status__in=[Status.SOLVED, Status.CLOSED])
        .exclude(pk=ticket.pk)
        .in_bulk()
    )
    return [rows[pk] for pk in best if pk in rows][:OTHERS]
