"""From work to knowledge: an article begun from a ticket, a chat or a call, without what could tell whose it was."""

from __future__ import annotations

from datetime import datetime

from pelekan.knowledge import actions, shelves
from pelekan.knowledge.deflection.wording import Told, told
from pelekan.knowledge.models import Article, ArticleKind, Section, Translation
from pelekan.lib.html import from_text
from pelekan.lib.text import one_line
from pelekan.people.models import Agent, Language
from pelekan.tickets.calls.models import Call
from pelekan.tickets.events import action
from pelekan.tickets.models import Ticket

DRAFTS = {"fa": "پیش‌نویس‌ها", "ar": "مسودات", "en": "Drafts"}
"""The shelf for what has none yet."""


@action
def of_ticket(ticket: Ticket, *, by: Agent, now: datetime | None = None) -> Translation:
    """A draft of what was asked on `ticket` and what an agent answered. The same again gives the draft that there is."""
    return _known(ticket, by) or _begin(ticket, told(ticket), by=by, now=now)


@action
def of_call(call: Call, *, by: Agent, now: datetime | None = None) -> Translation:
    """A draft of a call's note, as the answer to what the ticket is about. Each call begins one of its own."""
    words = told(call.ticket)
    found = Told(words.question, call.text or words.answer, words.language, words.names)
    return _begin(call.ticket, found, by=by, now=now)


@action
def of_text(
    text: str, *, language: str, by: Agent, title: str = "", now: datetime | None = None
) -> Translation:
    """A draft of an answer that is given again and again; `text` is anonymous already."""
    title = one_line(title, 250) or one_line(text, 120)
    return actions.begin(
        shelf(None), language=language, title=title, body=from_text(text), by=by, kind=ArticleKind.FAQ, owner=by, now=now,
    )  # fmt: skip


def _known(ticket: Ticket, by: Agent) -> Translation | None:
    rows = Translation.objects.filter(article__source=ticket, article__archived_at=None, published=None)
    return rows.filter(article__owner=by).order_by("-pk").first()


def _begin(ticket: Ticket, words: Told, *, by: Agent, now: datetime | None) -> Translation:
    subject, _newline, more = words.masked(words.question).partition("\n")
    language = words.language if words.language in Language.values else ticket.language
    made = actions.begin(
        shelf(ticket), language=language, title=one_line(subject, 250) or one_line(more, 250) or "?",
        summary=one_line(more, 400), body=from_text(words.masked(words.answer)) if words.answer else "", by=by,
        kind=ArticleKind.FAQ, owner=by, source=ticket, now=now,
    )  # fmt: skip
    if ticket.category_id:
        made.article.categories.add(ticket.category_id)
    return made


def shelf(ticket: Ticket | None) -> Section:
    """Where articles about the same stand, else the first shelf; where there is none yet, one is made."""
    rows = Section.objects.filter(archived_at=None)
    if ticket is not None and ticket.category_id:
        beside = Article.objects.filter(
            categories=ticket.category_id, archived_at=None, section__archived_at=None
        )
        if (found := beside.select_related("section").first()) is not None:
            return found.section
    return rows.order_by("position", "pk").first() or shelves.save(None, by=None, names=DRAFTS)
