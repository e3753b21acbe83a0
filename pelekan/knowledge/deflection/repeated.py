"""Answers that agents write again and again (S126): found by what they share, kept in rows, offered as a saved reply or an
article.

Answers are alike when at least half of their three-word pieces are the same. Each is held as its `SKETCH` smallest hashes
of pieces, so memory is bounded: at most `MOST` answers of the last `PERIOD` with 48 numbers each.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pelekan.knowledge.deflection.masking import anonymised
from pelekan.knowledge.deflection.models import RepeatedAnswer
from pelekan.knowledge.deflection.wording import names_of, told
from pelekan.lib.folding import fold
from pelekan.lib.language import language as guessed
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent, Language
from pelekan.tickets.events import action, record
from pelekan.tickets.models import Message, MessageKind, SavedReply

PERIOD = timedelta(days=30)
MOST, SKETCH, DOORS = 20_000, 48, 8
ALIKE = 0.5
FEWEST, SHORTEST = 3, 8
"""Times, and words, from which an answer counts as repeated."""
KEPT = 100
LETTERS_A_MINUTE = 180
"""How fast an answer is typed: about 36 words a minute."""

Sketch = tuple[int, ...]


@dataclass
class Cluster:
    sketch: Sketch
    newest: int
    text: str
    language: str
    ids: list[int] = field(default_factory=list)
    agents: set[int] = field(default_factory=set)
    tickets: set[int] = field(default_factory=set)
    letters: int = 0
    count: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None


def sketch(text: str) -> Sketch:
    """() for what is too short to be compared."""
    words = "".join(c if c.isalnum() else " " for c in fold(text)).split()[:400]
    if len(words) < SHORTEST:
        return ()
    pieces = {zlib.crc32(" ".join(words[at : at + 3]).encode()) for at in range(len(words) - 2)}
    return tuple(sorted(pieces)[:SKETCH])


def alike(one: Sketch, other: Sketch) -> float:
    """An estimate of the share of pieces that two texts have in common."""
    smallest = sorted(set(one) | set(other))[: min(SKETCH, max(len(one), len(other)))]
    both = set(one) & set(other)
    return sum(piece in both for piece in smallest) / len(smallest) if smallest else 0.0


def minutes_of(letters: int) -> int:
    return max(1, round(letters / LETTERS_A_MINUTE))


def clusters(now: datetime) -> list[Cluster]:
    """Groups of answers, the dearest first. One query."""
    rows = (
        Message.objects.public()
        .filter(kind=MessageKind.OUTGOING, automatic=False, agent__isnull=False, created_at__gt=now - PERIOD)
        .order_by("-id")
        .values_list("id", "text", "agent_id", "ticket_id", "created_at")[:MOST]
    )
    found: list[Cluster] = []
    doors: dict[int, list[int]] = defaultdict(list)
    for pk, text, agent, ticket, at in rows.iterator(chunk_size=500):
        made = sketch(text)
        if not made:
            continue
        near = {place for piece in made[:DOORS] for place in doors[piece][-20:]}
        best = max(near, key=lambda place: alike(made, found[place].sketch), default=None)
        if best is None or alike(made, found[best].sketch) < ALIKE:
            best = len(found)
            found.append(Cluster(made, pk, text, guessed(text)))
            for piece in made[:DOORS]:
                doors[piece].append(best)
        _add(found[best], pk, len(text), agent, ticket, at)
    kept = [one for one in found if len(one.tickets) >= FEWEST]
    return sorted(kept, key=lambda one: (-one.letters, -one.count, one.newest))[:KEPT]


def _add(one: Cluster, pk: int, letters: int, agent: int, ticket: int, at: datetime) -> None:
    one.count += 1
    one.letters += letters
    one.agents.add(agent)
    one.tickets.add(ticket)
    if len(one.ids) < 50:
        one.ids.append(pk)
    one.first_at, one.last_at = at, one.last_at or at


def gather(now: datetime | None = None) -> int:
    """A chore: the rows as they are now. What was dismissed stays so, what was made of one stays with it. How many."""
    now = now or clock()
    known = list(RepeatedAnswer.objects.all())
    by_message = {pk: row for row in known for pk in row.messages}
    replies = [
        (reply, sketch(text)) for reply in SavedReply.objects.all() for text in reply.bodies.values() if text
    ]
    seen: set[int] = set()
    for one in clusters(now):
        row = next(
            (by_message[pk] for pk in one.ids if pk in by_message and by_message[pk].pk not in seen), None
        )
        seen.add(_kept(one, row, replies, now))
    RepeatedAnswer.objects.exclude(pk__in=seen).delete()
    return len(seen)


def _kept(
    one: Cluster, row: RepeatedAnswer | None, replies: list[tuple[SavedReply, Sketch]], now: datetime
) -> int:
    same = next((reply for reply, made in replies if made and alike(one.sketch, made) >= ALIKE), None)
    values: dict[str, Any] = {
        "count": one.count, "people": len(one.agents), "minutes": minutes_of(one.letters), "messages": one.ids,
        "first_at": one.first_at, "last_at": one.last_at, "made_at": now,
    }  # fmt: skip
    if row is None:
        message = Message.objects.select_related(
            "ticket__customer__organization", "ticket__organization"
        ).get(pk=one.newest)
        language = one.language if one.language in Language.values else message.ticket.language
        row = RepeatedAnswer(
            mark=f"message-{one.newest}", language=language,
            text=anonymised(one.text, language=language, names=names_of(message.ticket)),
        )  # fmt: skip
    for name, value in values.items():
        setattr(row, name, value)
    row.reply = row.reply or same
    row.save()
    return row.pk


@action
def dismiss(row: RepeatedAnswer, *, by: Agent, now: datetime | None = None) -> RepeatedAnswer:
    """It is as it should be: it is not shown any more."""
    row.dismissed_at, row.dismissed_by = now or clock(), by
    row.save(update_fields=["dismissed_at", "dismissed_by"])
    record("answer.dismissed", by=by, answer=row.pk)
    return row


def question_of(row: RepeatedAnswer) -> str:
    """What was asked where it was answered last, anonymised: the title of an article about it."""
    message = Message.objects.select_related("ticket__customer__organization", "ticket__organization")
    last = message.filter(pk__in=row.messages[:1]).first()
    if last is None:
        return ""
    words = told(last.ticket)
    return words.masked(words.question.partition("\n")[0])
