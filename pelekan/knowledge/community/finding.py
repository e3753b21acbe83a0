"""Topics in the one index (`knowledge.search`), under the codes of those who read their space; and asking it for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pelekan.knowledge import search
from pelekan.knowledge.community.models import Post, Readers, Space, State, Topic
from pelekan.knowledge.readers import Reader
from pelekan.knowledge.search.entries import Text
from pelekan.knowledge.search.sources import SOURCES, Shown, Source
from pelekan.tickets.models import Event

KIND = "topic"
SOLVED = 1.2
"""How much more a topic with an accepted answer counts than one without."""


@dataclass(frozen=True)
class Like:
    """A topic that was found; pieces are [(text, is it a hit)]. `sure` as in `search.Hit`."""

    topic: Topic
    title: list[tuple[str, bool]]
    snippet: list[tuple[str, bool]]
    sure: float


def search_text(topic: Topic) -> str:
    """All words of a topic that stand in the open, without its title: the question, the accepted answer, the others."""
    rows = Post.objects.filter(topic=topic, state=State.SHOWN).exclude(
        parent__state__in=[State.WAITING, State.REFUSED]
    )
    posts = sorted(
        rows.values_list("pk", "first", "text"),
        key=lambda one: (not one[1], one[0] != topic.accepted_id, one[0]),
    )
    return "\n".join(text for _pk, _first, text in posts)


def codes_of(space: Space) -> tuple[str, ...]:
    """Under which codes its topics stand; see `search.audience`."""
    if space.read == Readers.EVERYONE:
        return ("",)
    if space.read == Readers.CUSTOMERS:
        return ("c",)
    return ("k", *(f"g{pk}" for pk in sorted(space.groups.values_list("pk", flat=True))))


def text_of(topic: Topic) -> Text:
    """What is indexed of it."""
    codes = codes_of(topic.space)
    return Text(
        KIND, topic.pk, topic.language, topic.title, search_text(topic), codes, (f"l{topic.language}",)
    )


def put(topics: Iterable[Topic]) -> None:
    """Index what stands in the open now; what does not leaves the index."""
    topics = list(topics)
    out = [one for one in topics if _open(one)]
    search.put([text_of(one) for one in out])
    search.drop(KIND, [one.pk for one in topics if one not in out])


def _open(topic: Topic) -> bool:
    return topic.state == State.SHOWN and topic.merged_into_id is None and topic.space.archived_at is None


def follow(event: Event) -> None:
    """Reaction: something of a topic changed."""
    ids = [event.data.get("topic"), event.data.get("other")]
    put(Topic.objects.select_related("space").filter(pk__in=[pk for pk in ids if pk]))


def follow_space(event: Event) -> None:
    """Reaction: other people read a space from now on."""
    put(Topic.objects.select_related("space").filter(space=event.data["space"]))


def find(query: str, *, reader: Reader, language: str = "", limit: int = 10) -> list[Like]:
    """Topics that answer `query` best among what `reader` may read."""
    hits = search.find(query, reader=reader, language=language, limit=limit, kinds=(KIND,)).hits
    rows = Topic.objects.readable_by(reader).select_related("begun_by").in_bulk([hit.id for hit in hits])
    return [Like(rows[hit.id], hit.title, hit.snippet, hit.sure) for hit in hits if hit.id in rows]


def load(ids: Sequence[int], reader: Reader) -> dict[int, Shown]:
    """The last gate of the index: the words of those topics that the reader may read."""
    rows = Topic.objects.readable_by(reader).filter(pk__in=ids)
    return {one.pk: Shown(one.title, search_text(one), one.language) for one in rows}


def solved(ids: Sequence[int]) -> set[int]:
    """Those of these topics that have an accepted answer."""
    rows = Topic.objects.filter(pk__in=ids, accepted__state=State.SHOWN)
    return set(rows.values_list("pk", flat=True))


def lift(ids: Sequence[int]) -> dict[int, float]:
    """What was solved goes before what was only asked."""
    return dict.fromkeys(solved(ids), SOLVED)


def every() -> Iterable[Text]:
    """All of it, for making the index anew."""
    rows = Topic.objects.filter(state=State.SHOWN, merged_into=None, space__archived_at=None)
    return (text_of(one) for one in rows.select_related("space").iterator(chunk_size=500))


def register() -> None:
    """The index knows of topics from now on."""
    SOURCES[KIND] = Source(load=load, every=every, lift=lift)
