"""Topics that answer a question, for the community's own search, for whoever is about to ask, and for the one index."""

from __future__ import annotations

from dataclasses import dataclass

from pelekan.knowledge.community.models import Post, State, Topic
from pelekan.knowledge.readers import Reader
from pelekan.lib.folding import fold_tokens, highlight, query_tokens
from pelekan.lib.search import index
from pelekan.lib.text import one_line
from pelekan.tickets.models import Event
from pelekan.tickets.search import snippet

INDEX = "topic_words"
MOST_LOOKED_AT = 200


@dataclass(frozen=True)
class Like:
    """A topic that was found; pieces are [(text, is it a hit)]."""

    topic: Topic
    title: list[tuple[str, bool]]
    snippet: list[tuple[str, bool]]


def search_text(topic: Topic) -> str:
    """All words of a topic that stand in the open, without its title; the accepted answer first."""
    rows = Post.objects.filter(topic=topic, state=State.SHOWN).exclude(
        parent__state__in=[State.WAITING, State.REFUSED]
    )
    posts = sorted(
        rows.values_list("pk", "first", "text"),
        key=lambda one: (not one[1], one[0] != topic.accepted_id, one[0]),
    )
    return "\n".join(text for _pk, _first, text in posts)


def put(topic: Topic) -> None:
    """Index what stands in the open now; nothing does: it leaves the index."""
    if topic.state != State.SHOWN or topic.merged_into_id is not None:
        index(INDEX).drop([topic.pk])
        return
    index(INDEX).put(topic.pk, topic.space_id, fold_tokens(f"{topic.title}\n{search_text(topic)}"))


def follow(event: Event) -> None:
    """Reaction: something of a topic changed."""
    for pk in filter(None, (event.data.get("topic"), event.data.get("other"))):
        if (topic := Topic.objects.filter(pk=pk).first()) is not None:
            put(topic)


def rebuild() -> int:
    """All of it anew; how many stand in it."""
    number = 0
    for topic in Topic.objects.iterator(chunk_size=500):
        put(topic)
        number += 1
    return number


def find(query: str, *, reader: Reader, language: str = "", limit: int = 10, most: bool = True) -> list[Like]:
    """Topics that hold the words of `query` (all of them; with `most` also those that hold most), among what `reader` may
    read: in his language first, those with an accepted answer before others."""
    query = one_line(query, 400)
    groups = query_tokens(query)[:12]
    if not groups:
        return []
    ranks: dict[int, int] = {}
    if most and len(groups) > 2:
        for group in groups:
            for doc, _space in index(INDEX).find([group], before=None, limit=MOST_LOOKED_AT):
                ranks[doc] = ranks.get(doc, 0) + 1
        least = max(2, len(groups) // 2)
        ranks = {doc: number for doc, number in ranks.items() if number >= least}
    else:
        ranks = {
            doc: len(groups) for doc, _space in index(INDEX).find(groups, before=None, limit=MOST_LOOKED_AT)
        }
    rows = Topic.objects.readable_by(reader).filter(pk__in=ranks)
    best = sorted(
        rows, key=lambda one: (one.language != language, -ranks[one.pk], one.accepted_id is None, -one.votes, -one.pk)
    )[:limit]  # fmt: skip
    return [Like(one, highlight(one.title, query), snippet(search_text(one), query)) for one in best]
