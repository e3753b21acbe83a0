"""Finding answers: `find` for readers; `put` and `drop` for what changes.

    found = find("تمدید اشتراک", reader=ANYONE, language="fa", limit=10)
    found.hits[0].title   # [(piece, is it a hit)] of the original words

One index for articles and community topics in all languages; what a reader may not read is neither found nor counted. How:
docs/search.md and docs/algorithms/ranking.md. Import from the modules: `search.asking.find`, `search.keeping.put`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pelekan.knowledge.search.asking import Found, Hit, find
    from pelekan.knowledge.search.entries import Text
    from pelekan.knowledge.search.keeping import drop, follow, put, put_translation, put_translations, rebuild
    from pelekan.knowledge.search.sources import SOURCES, Shown, Source

_HOMES = {
    "Found": "asking", "Hit": "asking", "find": "asking", "Text": "entries", "SOURCES": "sources", "Shown": "sources",
    "Source": "sources", **dict.fromkeys(("drop", "follow", "put", "put_translation", "put_translations", "rebuild"), "keeping"),
}  # fmt: skip
__all__ = [
    "SOURCES", "Found", "Hit", "Shown", "Source", "Text", "drop", "find", "follow", "put", "put_translation",
    "put_translations", "rebuild",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Loaded when first asked for: the app is registered before its models may be imported."""
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(name)
