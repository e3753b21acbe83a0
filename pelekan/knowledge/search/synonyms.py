"""Words that mean the same, as the desk wrote them down (`knowledge.models.Synonyms`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Max
from django.utils.translation import gettext as _

from pelekan.knowledge.models import Synonyms
from pelekan.lib.text import one_line
from pelekan.lib.time import now as clock
from pelekan.lib.tongues.common import COMMON
from pelekan.lib.tongues.stems import stem
from pelekan.lib.tongues.words import words
from pelekan.people.models import Agent
from pelekan.tickets.events import action, record
from pelekan.tickets.shaping import CannotBe
from pelekan.tickets.shaping.values import require

Phrase = tuple[str, ...]


def _alike(phrase: Phrase) -> Phrase:
    """Forms of one word are one: فاکتورها, فاکتور."""
    return tuple(stem(word, "fa") for word in phrase)


@dataclass
class Meanings:
    """Stems of an expression → the other expressions of its group."""

    others: dict[Phrase, list[Phrase]] = field(default_factory=dict)
    longest: int = 1

    def single(self, word: str) -> list[str]:
        """Single words that mean the same."""
        return [other[0] for other in self.others.get(_alike((word,)), ()) if len(other) == 1]

    def phrases(self, asked: Sequence[str]) -> list[Phrase]:
        """What means the same as something in the question and takes more than a word on either side."""
        found: list[Phrase] = []
        for start in range(len(asked)):
            for size in range(1, self.longest + 1):
                part = tuple(asked[start : start + size])
                if len(part) == size:
                    found += [
                        other for other in self.others.get(_alike(part), ()) if size > 1 or len(other) > 1
                    ]
        return list(dict.fromkeys(found))

    def words_near(self, asked: Sequence[str]) -> list[str]:
        """All words that the question brings with it."""
        return [
            *(other for word in asked for other in self.single(word)),
            *(word for one in self.phrases(asked) for word in one),
        ]


_kept: dict[tuple[object, ...], Meanings] = {}


def meanings() -> Meanings:
    """What holds now; read again only when somebody changed it."""
    state = Synonyms.objects.aggregate(number=Count("pk"), last=Max("changed_at"), top=Max("pk"))
    key = (state["number"], state["last"], state["top"])
    if key not in _kept:
        _kept.clear()
        _kept[key] = _read()
    return _kept[key]


def _read() -> Meanings:
    found = Meanings()
    for group in Synonyms.objects.order_by("pk").values_list("words", flat=True):
        phrases = list(dict.fromkeys(tuple(words(str(one))) for one in group))
        for phrase in filter(None, phrases):
            found.others.setdefault(_alike(phrase), []).extend(
                one for one in phrases if one and one != phrase
            )
            found.longest = max(found.longest, len(phrase))
    return found


# Writing them

MOST, LONGEST = 30, 80
"""Expressions of one group; letters of one expression."""


@action
def save(row: Synonyms | None, *, lines: str, by: Agent | None, now: datetime | None = None) -> Synonyms:
    """A new group (None), or other expressions for one: each on a line of its own. CannotBe where they can't mean the same."""
    require(by, "settings")
    said = [
        one for one in dict.fromkeys(one_line(line, LONGEST + 1) for line in lines.splitlines()) if words(one)
    ]
    if len(said) < 2:
        raise CannotBe("lines", _("Write at least two expressions, each on a line of its own."))
    if len(said) > MOST:
        raise CannotBe("lines", _("Write at most %(number)s expressions.") % {"number": MOST})
    for one in said:
        if len(one) > LONGEST or len(words(one)) > 5:
            raise CannotBe(
                "lines", _("“%(words)s” is too long: five words at most.") % {"words": one[:LONGEST]}
            )
        if all(word in COMMON for word in words(one)):
            raise CannotBe(
                "lines",
                _("“%(words)s” stands in nearly every question and would find everything.") % {"words": one},
            )
    _refuse_twice(row, said)
    new = row is None
    row = row or Synonyms()
    row.words, row.changed_at = said, now or clock()
    row.save()
    name = "synonyms.added" if new else "synonyms.changed"
    record(name, by=by, at=now, topics=["desk"], synonyms=row.pk, title=said[0], words=said)
    return row


def _refuse_twice(row: Synonyms | None, said: Sequence[str]) -> None:
    """An expression in two groups would make one of both, unseen."""
    others = Synonyms.objects.exclude(pk=row.pk) if row else Synonyms.objects.all()
    for other in others:
        known = {_alike(tuple(words(str(one)))): str(one) for one in other.words}
        for one in said:
            if _alike(tuple(words(one))) in known:
                raise CannotBe(
                    "lines", _("“%(words)s” already stands in the group of “%(first)s”. Add the others there.")
                    % {"words": one, "first": other.words[0]},
                )  # fmt: skip


@action
def forget(row: Synonyms, *, by: Agent | None, now: datetime | None = None) -> None:
    """These no longer mean the same."""
    require(by, "settings")
    record("synonyms.deleted", by=by, at=now, topics=["desk"], synonyms=row.pk, title=str(row.words[0]))
    row.delete()
