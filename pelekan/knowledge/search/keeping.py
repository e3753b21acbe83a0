"""Keeping the index true: what is published stands in it, under the codes of those who may read it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from django.db import transaction

from pelekan.knowledge.models import Translation
from pelekan.knowledge.search import table
from pelekan.knowledge.search.audience import codes_of
from pelekan.knowledge.search.entries import Counted, Text, count, number, sums, terms, tokens
from pelekan.knowledge.search.models import Entry, Term
from pelekan.knowledge.search.sources import SOURCES
from pelekan.lib.prepared import insert_many
from pelekan.lib.tongues import finglish, slips
from pelekan.tickets.models import Event

BATCH = 1000


def put(texts: Sequence[Text]) -> None:
    """Index these, new or again."""
    for start in range(0, len(texts), BATCH):
        _put(texts[start : start + BATCH])


@transaction.atomic
def _put(texts: Sequence[Text]) -> None:
    rows: list[Entry] = []
    for text in {number(one.kind, one.ref): one for one in texts}.values():
        counted = count(text)
        rows.append(
            Entry(
                id=number(text.kind, text.ref), kind=text.kind, ref=text.ref, language=text.language,
                codes=",".join(text.codes), marks=",".join(text.marks), words=counted.words, stems=counted.stems, title=counted.title,
                length=counted.length, pieces=counted.pieces,
            )
        )  # fmt: skip
    changes: Counter[str] = Counter()
    same = _take_out([row.pk for row in rows], changes, but=rows)
    rows = [row for row in rows if row.pk not in same]
    for row in rows:
        changes.update(_terms(row))
        changes.update(_sums(row))
    insert_many(rows)
    table.add(
        [
            (row.pk, tokens(_counted(row), row.language, row.codes.split(","), filter(None, row.marks.split(","))))
            for row in rows
        ]
    )  # fmt: skip
    _learn(table.count(changes.items()))


@transaction.atomic
def drop(kind: str, refs: Sequence[int]) -> None:
    """Take these out of the index; what is not in it is no error."""
    changes: Counter[str] = Counter()
    _take_out([number(kind, ref) for ref in refs], changes)
    table.count(changes.items())


def _take_out(ids: Sequence[int], changes: Counter[str], but: Sequence[Entry] = ()) -> set[int]:
    """Entries leave; what they counted is taken off `changes`. Those that would come back the same stay: their ids."""
    fresh = {row.pk: row for row in but}
    same: set[int] = set()
    gone: list[int] = []
    for old in _entries(ids):
        new = fresh.get(old.pk)
        if new is not None and all(getattr(new, name) == getattr(old, name) for name in _ALL):
            same.add(old.pk)
            continue
        changes.subtract(_terms(old))
        changes.subtract(_sums(old))
        gone.append(old.pk)
    if gone:
        table.drop(gone)
        Entry.objects.filter(pk__in=gone).delete()
    return same


def _entries(ids: Sequence[int]) -> list[Entry]:
    """Those that are there, held; in the order of their ids, so that no two who write wait for each other in a circle."""
    return list(Entry.objects.select_for_update().filter(pk__in=ids).order_by("pk"))


_ALL = ("language", "codes", "marks", "words", "title")


def _counted(row: Entry) -> Counted:
    return Counted(row.words, row.stems, row.title, row.length, row.pieces)


def _terms(row: Entry) -> list[str]:
    return terms(_counted(row), row.language, row.codes.split(","))


def _sums(row: Entry) -> dict[str, int]:
    return sums(_counted(row), row.codes.split(","))


def _learn(names: Iterable[str]) -> None:
    """New stems are found under their slips, new words under how they sound."""
    rows: set[tuple[int, str]] = set()
    for name in names:
        kind, word = name[0], name.partition(":")[2]
        if kind == "s" and slips.fit(word):
            rows |= {(one, word) for one in slips.keys(word)}
        if kind == "w" and len(word) >= 3:
            rows |= {(slips.key(form), word) for form in finglish.skeletons(word)}
    if rows:
        table.add_slips(sorted(rows))


def text_of(translation: Translation) -> Text | None:
    """What is published of it now, None when nobody may read it."""
    article, version = translation.article, translation.published
    if version is None or article.archived_at is not None:
        return None
    return Text(
        "article", translation.pk, translation.language, version.title, version.text, codes_of(article),
        (f"s{article.section_id}", f"k{article.kind}", f"l{translation.language}"),
    )  # fmt: skip


def put_translations(translations: Iterable[Translation]) -> None:
    """Index what is published of them now; nothing published: they leave the index."""
    texts: list[Text] = []
    gone: list[int] = []
    for translation in translations:
        text = text_of(translation)
        if text is None:
            gone.append(translation.pk)
        else:
            texts.append(text)
    if gone:
        drop("article", gone)
    if texts:
        put(texts)


def put_translation(translation: Translation) -> None:
    """The same for one."""
    put_translations([translation])


def follow(event: Event) -> None:
    """Reaction: an article came out, changed, or went."""
    put_translations(
        Translation.objects.select_related("article", "published")
        .prefetch_related("article__groups")
        .filter(article=event.data["article"])
        .order_by("pk")
    )


def rebuild() -> int:
    """All of it anew; how many stand in it."""
    with transaction.atomic():
        table.remove()
        table.create()
        Entry.objects.all().delete()
        Term.objects.all().delete()
        rows = (
            Translation.objects.filter(published__isnull=False, article__archived_at=None)
            .select_related("article", "published")
            .prefetch_related("article__groups")
        )
        some: list[Translation] = []
        for row in rows.order_by("pk").iterator(chunk_size=BATCH):
            some.append(row)
            if len(some) == BATCH:
                put_translations(some)
                some = []
        put_translations(some)
        for source in SOURCES.values():
            put(list(source.every()))
    return Entry.objects.count()
