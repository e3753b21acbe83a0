"""An answer to a question, from what its reader may read: the passage of an article, or the calendar for opening hours.

Nothing here knows of chats: forms, the portal and programs may ask as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pelekan.knowledge.bot.passages import covered, quote, telling
from pelekan.knowledge.models import Translation
from pelekan.knowledge.readers import Reader
from pelekan.knowledge.search import Hit, find
from pelekan.lib.text import one_line
from pelekan.lib.time import Dates
from pelekan.lib.time import now as clock
from pelekan.people.models import CALENDAR_OF
from pelekan.sla.asking import asks_hours
from pelekan.sla.calendars import Calendar, for_inbox
from pelekan.sla.said import answer as hours_answer
from pelekan.tickets.models import Inbox

SURE = 40
"""From which sureness (0–100) an answer is given, where the document does not say. The lowest at which, of what was measured,
at least 95 % of the answers are right in each language and three in four of the hardest unanswerable questions get none; see
docs/algorithms/ranking.md and `bench/bot_sure`."""
MAYBE = 0.6
"""Of the sureness that is asked for: what lies between makes the bot ask back."""
RIVAL = 0.7
"""What scores at least so much of the best may be meant as well."""
LOOKED_AT = 4


@dataclass(frozen=True, slots=True)
class Passage:
    """Words of a published article, as they stand there. `id` is the Translation's."""

    id: int
    article_id: int
    language: str
    title: str
    quote: str
    sure: float = 0.0
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """`kind` "article": the first passage answers; "which": either of the passages may; "hours" and "requests": `text` says it."""

    kind: str
    text: str = ""
    passages: tuple[Passage, ...] = ()
    sure: float = 0.0


def answer(
    text: str,
    reader: Reader,
    language: str,
    inbox: Inbox | None = None,
    *,
    sure: int = SURE,
    zone: str = "",
    now: datetime | None = None,
) -> Answer | None:
    """What we know about `text` for this reader; None where we don't know. `sure`: the sureness that is asked for, 0–100.

    One search and one query for the passages; opening hours are told from the calendar of `inbox`.
    """
    now = now or clock()
    question = one_line(text, 400)
    if inbox is not None and asks_hours(question, language):
        office = for_inbox(inbox)
        return Answer(
            "hours",
            hours_answer(question, office, language, dates_for(language, office, zone), now),
            sure=1.0,
        )
    return chosen(passages_for(question, reader, language), sure)


def passages_for(question: str, reader: Reader, language: str) -> list[Passage]:
    """What may answer, the best first, each with how sure we are of it."""
    for asked in dict.fromkeys((question, telling(question))):  # as it was said, then without "how do I"
        found = find(asked, reader=reader, language=language, limit=LOOKED_AT, kinds=("article",))
        if passages := _passages(found.hits, found.corrected or question, reader):
            return passages
    return []


def chosen(passages: list[Passage], sure: int) -> Answer | None:
    """★ Which of them are said, where so much sureness (0–100) is asked for; None: we don't know."""
    if not passages:
        return None
    wanted = sure / 100
    best = passages[0]
    rivals = [one for one in passages[1:] if one.score >= best.score * RIVAL and one.sure >= wanted * MAYBE]
    if best.sure >= wanted:
        return Answer("article", passages=(best,), sure=best.sure)
    if best.sure >= wanted * MAYBE and rivals:
        return Answer("which", passages=(best, *rivals[:2]), sure=best.sure)
    return None


def passage(pk: int, question: str, reader: Reader) -> Passage | None:
    """One article's passage; None where this reader may not read it."""
    row = Translation.objects.readable_by(reader).select_related("published").filter(pk=pk).first()
    return _passage(row, question, 1.0) if row else None


def passage_of(article_id: int, language: str, question: str, reader: Reader) -> Passage | None:
    """The same by article: in this language, else in any that this reader may read."""
    rows = Translation.objects.readable_by(reader).select_related("published").filter(article=article_id)
    ordered = sorted(rows, key=lambda row: (row.language != language, row.pk))
    return _passage(ordered[0], question, 1.0) if ordered else None


def _passages(hits: list[Hit], question: str, reader: Reader) -> list[Passage]:
    """The passages of what was found, the best first, each article once."""
    rows = Translation.objects.readable_by(reader).select_related("published")
    texts = rows.in_bulk([hit.id for hit in hits if hit.kind == "article"])
    found: dict[int, Passage] = {}
    for hit in hits:
        row = texts.get(hit.id)
        if row is None or row.published is None or row.article_id in found:
            continue
        first = max(
            hit.sure, hits[0].sure * hit.score / (hits[0].score or 1)
        )  # sureness is told of the first alone
        share = covered(question, f"{row.published.title}\n{row.published.summary}\n{row.published.text}")
        found[row.article_id] = _passage(row, question, first * (0.2 + 0.8 * share), hit.score)
    return list(found.values())


def _passage(row: Translation, question: str, sure: float, score: float = 0.0) -> Passage:
    assert row.published is not None
    text = row.published.text or row.published.summary
    return Passage(
        row.pk, row.article_id, row.language, row.published.title, quote(text, question), sure, score
    )


def dates_for(language: str, office: Calendar | None, zone: str = "") -> Dates:
    """The reader's words and calendar, in his zone, else in the office's."""
    known = language if language in CALENDAR_OF else "en"
    for one in (zone, office.zone if office else "", "UTC"):
        try:
            return Dates(known, CALENDAR_OF[known], one or "?")  # type: ignore[arg-type]
        except (ValueError, KeyError):
            continue
    raise AssertionError("UTC is a zone")
