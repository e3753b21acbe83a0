"""What else than articles is in the index. Who keeps such things registers them in his AppConfig.ready():

    SOURCES["topic"] = Source(load=shown, every=all_texts)

and calls `search.put([Text("topic", id, language, title, text)])` and `search.drop("topic", [id])` when one changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pelekan.knowledge.readers import Reader
from pelekan.knowledge.search.entries import Text


@dataclass(frozen=True)
class Shown:
    """The original words of something that was found."""

    title: str
    text: str
    language: str
    article_id: int | None = None


@dataclass(frozen=True)
class Source:
    """`load`: ids → the original words, of those alone that the reader may read (the last gate). `every`: all texts, for
    making the index anew. `lift`: ids → by how much (1.1: a tenth) those count for more that are known to help."""

    load: Callable[[Sequence[int], Reader], dict[int, Shown]]
    every: Callable[[], Iterable[Text]]
    lift: Callable[[Sequence[int]], dict[int, float]] | None = None


SOURCES: dict[str, Source] = {}
