"""Words that mean the same, as the desk wrote them down (`knowledge.models.Synonyms`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Count, Max

from pelekan.knowledge.models import Synonyms
from pelekan.lib.tongues.stems import stem
from pelekan.lib.tongues.words import words

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
