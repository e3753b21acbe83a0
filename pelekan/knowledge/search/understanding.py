"""What was typed, understood: words, what else is taken for them, and what was probably meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pelekan.knowledge.search import table
from pelekan.knowledge.search.ranking import COMMON_WEIGHT, Group, Question, idf
from pelekan.knowledge.search.synonyms import Meanings, meanings
from pelekan.lib.tongues import finglish, layouts, slips
from pelekan.lib.tongues.common import COMMON
from pelekan.lib.tongues.stems import stem
from pelekan.lib.tongues.words import grams, words

MOST_WORDS = 40
"""Words of a question that are looked at."""
COMPLETIONS = 8
SHORTEST = 4
"""Letters of a word that may be mended."""


class Vocabulary:
    """Numbers of terms as a reader with these codes may know them; each is read once."""

    def __init__(self, codes: Sequence[str]) -> None:
        self.codes = codes
        self.known: dict[str, int] = {}

    def learn(self, names: Iterable[str]) -> None:
        """Read the numbers of all these ("s:تمدید") in one statement."""
        missing = [name for name in dict.fromkeys(names) if name not in self.known]
        asked = {name[0] + code + name[1:]: name for name in missing for code in self.codes}
        self.known.update(dict.fromkeys(missing, 0))
        for real, number in table.numbers(list(asked)).items():
            self.known[asked[real]] += number

    def number(self, name: str) -> int:
        return self.known.get(name, 0)

    def knows(self, word: str) -> bool:
        return bool(self.number(f"w:{word}")) or any(self.number(f"s:{one}") for one in stems_of(word))

    def beginning(self, start: str) -> list[str]:
        """The most frequent words that begin so."""
        found = table.beginning([f"w{code}:{start}" for code in self.codes], COMPLETIONS * 2)
        return list(dict.fromkeys(name.partition(":")[2] for name in found))[:COMPLETIONS]


@dataclass
class Understood:
    question: Question
    replaced: dict[str, str] = field(default_factory=dict)  # folded word as typed → what was taken instead
    typed: str = ""  # the whole text that was taken instead (another keyboard), else ""


def stems_of(word: str) -> tuple[str, ...]:
    """A question doesn't say whether it is Persian or Arabic: both."""
    return tuple(dict.fromkeys((stem(word, "fa"), stem(word, "ar"))))


def _names(asked: Iterable[str]) -> list[str]:
    return [name for word in asked for name in (f"w:{word}", *(f"s:{one}" for one in stems_of(word)))]


def understand(
    query: str, codes: Sequence[str], *, literal: bool = False, typing: bool = False
) -> Understood:
    """`literal`: take it as it stands. `typing`: the last word is not complete yet."""
    vocabulary = Vocabulary(codes)
    asked = words(query)[:MOST_WORDS]
    same = meanings()
    vocabulary.learn(
        [*_names(asked), *_names(same.words_near(asked)), *(f"s:^{one}" for word in asked for one in stems_of(word)),
         *(f"g:{piece}" for word in asked for piece in grams(word)), "n:", "l:", "p:"]
    )  # fmt: skip
    typed, replaced = "", dict[str, str]()
    open_end = bool(typing and asked and not query[-1:].isspace())
    completed = vocabulary.beginning(asked[-1]) if open_end and len(asked[-1]) > 1 else []
    if not literal:
        settled = set(asked[-1:]) if completed else set()
        if other := _other_keyboard(query, asked, vocabulary, settled):
            typed, asked, completed = other, words(other)[:MOST_WORDS], []
        else:
            replaced = _mended(asked, vocabulary, settled)
    groups = _groups(asked, replaced, completed, vocabulary, same)
    pieces: dict[str, float] = {}
    meant = [(replaced.get(word, word), COMMON_WEIGHT if word in COMMON else 1.0) for word in asked]
    vocabulary.learn(
        [*(f"g:{piece}" for word, _ in meant for piece in grams(word)),
         *(name for group in groups for one in group.stems for name in (f"s:{one}", f"s:^{one}"))]
    )  # fmt: skip
    entries = vocabulary.number("n:")
    for word, weight in meant:
        for piece in grams(word):
            pieces[piece] = pieces.get(piece, 0.0) + weight
    for group in groups:
        group.number = sum(vocabulary.number(f"s:{one}") for one in group.stems)
        group.in_titles = sum(vocabulary.number(f"s:^{one}") for one in group.stems)
    mean = entries or 1
    question = Question(
        groups, {piece: weight * idf(vocabulary.number(f"g:{piece}"), entries) for piece, weight in pieces.items()},
        entries, vocabulary.number("l:") / mean, vocabulary.number("p:") / mean,
    )  # fmt: skip
    return Understood(question, replaced, typed)


def _groups(
    asked: Sequence[str],
    replaced: dict[str, str],
    completed: Sequence[str],
    vocabulary: Vocabulary,
    same: Meanings,
) -> list[Group]:
    groups: list[Group] = []
    places: dict[str, int] = {}
    for place, word in enumerate(asked):
        taken = replaced.get(word, word)
        stems: dict[str, float] = {}
        for part in taken.split(" "):
            stems.update(dict.fromkeys(stems_of(part), 1.0))
        if taken != word:
            stems.update({one: 1.0 for one in stems_of(word) if vocabulary.number(f"s:{one}")})
        for other in same.single(word):
            for one in stems_of(other):
                stems.setdefault(one, 0.8)
        if completed and place == len(asked) - 1:
            for other in completed:
                for one in stems_of(other):
                    stems.setdefault(one, 0.9)
        weight = COMMON_WEIGHT if word in COMMON else 1.0
        first = next(iter(stems))
        if first in places:  # said twice, counts twice
            groups[places[first]].weight += weight
            continue
        places[first] = len(groups)
        groups.append(Group(taken, stems, weight))
    for phrase in same.phrases(asked):
        for word in phrase:
            stems = dict.fromkeys(stems_of(word), 1.0)
            if next(iter(stems)) not in places:
                places[next(iter(stems))] = len(groups)
                groups.append(Group(word, stems, 0.5))
    return groups


def _share(asked: Sequence[str], vocabulary: Vocabulary, settled: set[str]) -> float:
    """How much of it, by letters, is in the vocabulary."""
    telling = [word for word in asked if word not in COMMON] or list(asked)
    whole = sum(len(word) for word in telling)
    known = sum(len(word) for word in telling if word in settled or vocabulary.knows(word))
    return known / whole if whole else 0.0


def _other_keyboard(query: str, asked: Sequence[str], vocabulary: Vocabulary, settled: set[str]) -> str:
    """What was meant if another keyboard was on, else ""."""
    here = _share(asked, vocabulary, settled)
    if here >= 0.5 or len(query) < 3:
        return ""
    texts = [text for _language, text in layouts.others(query)]
    vocabulary.learn(_names(word for text in texts for word in words(text)[:MOST_WORDS]))
    best, share = "", max(0.6, here + 0.3)
    for text in texts:
        if (now := _share(words(text)[:MOST_WORDS], vocabulary, set())) > share:
            best, share = text, now
    return best


def _mended(asked: Sequence[str], vocabulary: Vocabulary, settled: set[str]) -> dict[str, str]:
    """For words that nothing holds: the nearest that something holds."""
    unknown = [
        word for word in dict.fromkeys(asked)
        if word not in COMMON and word not in settled and len(word) >= 3 and not vocabulary.knows(word) and word.isalpha()
    ]  # fmt: skip
    if not unknown:
        return {}
    keys = {
        word: {key for form in {word, *stems_of(word)} for key in slips.keys(form)}
        if slips.fit(word) and len(word) >= SHORTEST
        else set()
        for word in unknown
    }
    ears = {
        word: {slips.key(form) for form in finglish.heard(word)} if finglish.latin(word) else set()
        for word in unknown
    }
    near: dict[int, list[str]] = {}
    for number, word in table.slips(sorted(set().union(*keys.values(), *ears.values()))):
        near.setdefault(number, []).append(word)
    halves = {
        word: [(word[:i], word[i:]) for i in range(2, len(word) - 1)] for word in unknown if len(word) >= 5
    }
    vocabulary.learn(
        [*(f"{kind}:{word}" for some in near.values() for word in some for kind in "sw"),
         *(f"w:{half}" for some in halves.values() for pair in some for half in pair)]
    )  # fmt: skip
    found: dict[str, str] = {}
    for word in unknown:
        slip = _nearest(word, (other for number in keys[word] for other in near.get(number, ())), vocabulary)
        spoken = _spoken(word, (other for number in ears[word] for other in near.get(number, ())), vocabulary)
        apart = next(
            (f"{a} {b}" for a, b in sorted(halves.get(word, ()), key=lambda pair: -min(map(len, pair)))
             if vocabulary.number(f"w:{a}") and vocabulary.number(f"w:{b}")), "",
        )  # fmt: skip
        if taken := (slip or spoken or apart):
            found[word] = taken
    return found


def _nearest(word: str, others: Iterable[str], vocabulary: Vocabulary) -> str:
    """The stem that is the fewest slips away: one in short words, two in long ones."""
    forms = sorted({word, *stems_of(word)})
    most = 1 if len(word) < 8 else 2
    fit = [
        (min(slips.distance(form, other, most) for form in forms), other[0] != word[0], -vocabulary.number(f"s:{other}"), other)
        for other in set(others)
        if vocabulary.number(f"s:{other}")
    ]  # fmt: skip
    fit = [one for one in fit if one[0] <= most]
    return min(fit)[-1] if fit else ""


def _spoken(word: str, others: Iterable[str], vocabulary: Vocabulary) -> str:
    fit = [
        (finglish.far(word, other), -vocabulary.number(f"w:{other}"), other)
        for other in set(others)
        if vocabulary.number(f"w:{other}") and not other.isascii()
    ]
    fit = [one for one in fit if one[0] <= max(1, len(word) * 0.4)]
    return min(fit)[-1] if fit else ""
