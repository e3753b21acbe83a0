"""Asking the index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from pelekan.knowledge.models import Section, Translation
from pelekan.knowledge.readers import Reader
from pelekan.knowledge.search import excerpt
from pelekan.knowledge.search.audience import codes_for
from pelekan.knowledge.search.choosing import choose
from pelekan.knowledge.search.models import Entry
from pelekan.knowledge.search.ranking import Question, Weight, sure, weigh
from pelekan.knowledge.search.sources import SOURCES, Shown
from pelekan.knowledge.search.understanding import Understood, stems_of, understand
from pelekan.lib.text import one_line
from pelekan.lib.tongues.words import words

Pieces = list[tuple[str, bool]]
PREFERRED = 1.25
"""How much better an answer counts that is in the reader's language."""


@dataclass(frozen=True)
class Hit:
    """One answer. `kind` "article": `id` is a Translation's, "topic": a community topic's. `score` falls from hit to hit;
    `sure` is how far it stands out as THE answer, 0–1 (a threshold for "I don't know"). `passage`: the sentences that answer
    best, to be quoted."""

    kind: str
    id: int
    language: str
    title: Pieces
    snippet: Pieces
    score: float
    sure: float
    article_id: int | None = None
    passage: str = ""


@dataclass(frozen=True)
class Found:
    """`corrected`: what was searched instead, where that was needed (a wrong keyboard, a slip), else ""; `find(…, literal=True)`
    searches what was typed."""

    hits: list[Hit]
    corrected: str = ""
    more: bool = False


@dataclass(frozen=True)
class _Ranked:
    kind: str
    ref: int
    language: str
    weight: Weight
    score: float


def find(
    query: str,
    *,
    reader: Reader,
    language: str = "",
    limit: int = 10,
    skip: int = 0,
    kinds: tuple[str, ...] = ("article", "topic"),
    section: int | None = None,
    article_kind: str = "",
    only: str = "",
    literal: bool = False,
    typing: bool = False,
) -> Found:
    """What answers `query` best among what `reader` may read; `language` is preferred, others follow where they fit
    better; `only` is a language that others don't follow. `typing`: the last word is still being typed. Any input is a valid
    query."""
    query = one_line(query, 400)
    codes = codes_for(reader)
    understood = understand(query, codes, literal=literal, typing=typing)
    question = understood.question
    if not question.groups or not question.entries:
        return Found([])
    marks = [
        *([_shelves(section)] if section is not None else []),
        *([[f"k{article_kind}"]] if article_kind else []),
        *([[f"l{only}"]] if only else []),
    ]
    ids = choose(question, codes, kinds=kinds, marks=marks)
    ranked = _rank(question, ids, language)
    shown, more = _readable(ranked, reader, skip, limit)
    hits = _hits(question, shown, ranked)
    return Found(hits, _corrected(understood, query, shown) if hits else "", more)


def _shelves(section: int) -> list[str]:
    """A section and what stands in it."""
    children = Section.objects.filter(parent=section).values_list("pk", flat=True)
    return [f"s{pk}" for pk in (section, *children)]


def _rank(question: Question, ids: Sequence[int], language: str) -> list[_Ranked]:
    rows = list(
        Entry.objects.filter(pk__in=ids).values_list(
            "id", "kind", "ref", "language", "stems", "words", "length", "pieces"
        )
    )
    lifted = _lifted([(row[1], row[2]) for row in rows])
    ranked: list[tuple[float, int, _Ranked]] = []
    for pk, kind, ref, tongue, stems, packed, length, pieces in rows:
        weight = weigh(question, stems, packed, length, pieces)
        factor = (PREFERRED if tongue == language else 1.0) * lifted.get((kind, ref), 1.0)
        score = round(weight.score * factor, 6)
        ranked.append((-score, pk, _Ranked(kind, ref, tongue, weight, score)))
    return [one for _score, _pk, one in sorted(ranked, key=lambda row: row[:2])]


def _lifted(found: Sequence[tuple[str, int]]) -> dict[tuple[str, int], float]:
    """Those that their source says to help more than their words tell. A query for each kind that says so and is there."""
    lifted: dict[tuple[str, int], float] = {}
    for kind, source in SOURCES.items():
        if source.lift is not None and (refs := [ref for one, ref in found if one == kind]):
            lifted |= {(kind, ref): much for ref, much in source.lift(refs).items()}
    return lifted


def _readable(
    ranked: Sequence[_Ranked], reader: Reader, skip: int, limit: int
) -> tuple[list[tuple[_Ranked, Shown]], bool]:
    """The page that was asked for, of what may be read; and whether there is more. The index knows who may find what; this
    gate holds even where it is behind."""
    wanted = skip + limit + 1
    found: list[tuple[_Ranked, Shown]] = []
    start = 0
    while start < len(ranked) and len(found) < wanted:
        some = ranked[start : start + wanted - len(found)]
        start += len(some)
        loaded = {
            kind: _load(kind, [one.ref for one in some if one.kind == kind], reader)
            for kind in {one.kind for one in some}
        }
        found += [(one, loaded[one.kind][one.ref]) for one in some if one.ref in loaded[one.kind]]
    return found[skip : skip + limit], len(found) > skip + limit


def _load(kind: str, refs: Sequence[int], reader: Reader) -> dict[int, Shown]:
    if kind != "article":
        source = SOURCES.get(kind)
        return source.load(refs, reader) if source else {}
    rows = Translation.objects.readable_by(reader).filter(pk__in=refs)
    return {
        pk: Shown(title, text, tongue, article)
        for pk, title, text, tongue, article in rows.values_list(
            "pk", "published__title", "published__text", "language", "article_id"
        )
    }


def _hits(question: Question, shown: Sequence[tuple[_Ranked, Shown]], ranked: Sequence[_Ranked]) -> list[Hit]:
    hits: list[Hit] = []
    worths: dict[str, excerpt.Worth] = {}
    for one, words_of in shown:
        worth = worths.setdefault(one.language, excerpt.Worth(partial(question.worth, language=one.language)))
        others = next((other.score for other in ranked if other.score < one.score or other is not one), 0.0)
        certain = sure(question, one.weight, min(others, one.score)) if one is ranked[0] else 0.0
        text = words_of.text
        met = excerpt.spans(text[: excerpt.MOST_TEXT], worth)
        hits.append(
            Hit(
                one.kind, one.ref, one.language, excerpt.highlight(words_of.title, worth), excerpt.snippet(text, met, worth),
                one.score, round(certain, 3), words_of.article_id, excerpt.passage(text, met),
            )
        )  # fmt: skip
    return hits


def _corrected(understood: Understood, query: str, shown: Sequence[tuple[_Ranked, Shown]]) -> str:
    """What was searched instead, in the spelling of what was found. Only words that stand in it are named."""
    if understood.typed:
        return understood.typed
    if not understood.replaced:
        return ""
    spelled: dict[str, str] = {}
    wanted = {
        form: one
        for taken in understood.replaced.values()
        for one in taken.split(" ")
        for form in (one, *stems_of(one))
    }
    for _one, texts in shown:
        for raw in f"{texts.title} {texts.text[:5000]}".split():
            for word in words(raw):
                for form in (word, *stems_of(word)):
                    if form in wanted:
                        spelled.setdefault(wanted[form], raw.strip(".,;:!?،؛؟()«»\"'…“”"))
    told: list[str] = []
    changed = False
    for chunk in query.split():
        inside = words(chunk)
        taken = understood.replaced.get(inside[0], "") if len(inside) == 1 else ""
        if taken and all(one in spelled for one in taken.split(" ")):
            told.append(" ".join(spelled[one] for one in taken.split(" ")))
            changed = True
        else:
            told.append(chunk)
    return " ".join(told) if changed else ""
