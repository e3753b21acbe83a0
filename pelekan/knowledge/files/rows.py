"""★ What is read from files, before it is an article."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

LONGEST = 2_000_000
"""Characters of one article."""

LANGUAGES = ("fa", "ar", "en")
KINDS = ("text", "steps", "video", "faq", "release", "tree")
VISIBILITIES = ("public", "customers", "groups", "agents", "tier")


@dataclass(frozen=True)
class Row:
    """One article in one language. `text` and every "body" and "text" in `data` are HTML as it was found: not safe yet.
    `language`: fa, ar, en, or "" where nothing says so. Rows of one `id` are one article in several languages.
    `pictures`: the address in the text → a way to its bytes. `where`: the file or line, for people."""

    id: str
    title: str
    text: str
    language: str = ""
    summary: str = ""
    section: str = ""
    kind: str = "text"
    visibility: str = ""
    tags: tuple[str, ...] = ()
    data: dict[str, Any] = field(default_factory=dict)
    pictures: dict[str, Callable[[], bytes]] = field(default_factory=dict)
    where: str = ""


@dataclass(frozen=True)
class Fault:
    """What could not be read, and why: a key of `files.words.REASONS`, with what belongs into its sentence."""

    where: str
    why: str
    data: dict[str, Any] = field(default_factory=dict)


def chosen(value: Any, among: tuple[str, ...], otherwise: str) -> str:
    """`value` where it is one of `among`."""
    word = str(value or "").strip().lower()
    return word if word in among else otherwise


def language_of(value: Any) -> str:
    """fa of "fa", "fa-IR", "per", "Persian"; "" of anything else."""
    word = str(value or "").strip().lower().replace("_", "-")
    named = {"persian": "fa", "farsi": "fa", "per": "fa", "fas": "fa", "arabic": "ar", "ara": "ar", "english": "en", "eng": "en"}  # fmt: skip
    word = named.get(word, word.split("-")[0])
    return word if word in LANGUAGES else ""
