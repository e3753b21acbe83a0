"""★ What is read from files, before it is an article."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, BinaryIO

LONGEST = 2_000_000
"""Characters of one article."""

LANGUAGES = ("fa", "ar", "en")
KINDS = ("text", "steps", "video", "faq", "release", "tree")
VISIBILITIES = ("public", "customers", "groups", "agents", "tier")


@dataclass(frozen=True)
class About:
    """What surrounds an article's words, where the file says so. `original`: the language of the original. `shelf`: its
    section's slug. `groups` and `tier` by name, `owner` by mail address, `review_on` as 2027-03-21, `related` by id.
    `published`: False for what was a draft; None where nothing is said. `outdated`: it follows an older original."""

    original: str = ""
    shelf: str = ""
    groups: tuple[str, ...] = ()
    tier: str = ""
    owner: str = ""
    review_on: str = ""
    position: int | None = None
    pinned: bool = False
    related: tuple[str, ...] = ()
    published: bool | None = None
    outdated: bool = False
    address: str = ""


@dataclass(frozen=True)
class Shelf:
    """A section: `parent` is the slug of the one that it stands in."""

    slug: str
    names: dict[str, str]
    descriptions: dict[str, str] = field(default_factory=dict)
    icon: str = ""
    parent: str = ""


@dataclass(frozen=True)
class Group:
    """A group of customers by its rules; who was put into it one by one is not in files."""

    name: str
    description: str = ""
    plans: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()


@dataclass(frozen=True)
class Office:
    """What the articles of an export stand on and are for: comes before them. Parents stand before what is in them."""

    shelves: tuple[Shelf, ...] = ()
    groups: tuple[Group, ...] = ()


@dataclass(frozen=True)
class Row:
    """One article in one language. `text` and every "body" and "text" in `data` are HTML as it was found: not safe yet.
    `language`: fa, ar, en, or "" where nothing says so. Rows of one `id` are one article in several languages.
    `pictures`: the address in the text → a way to its bytes. `files`: to take along, name → a way to open it; a film and
    its poster are named in `data` as "film" and "poster". `where`: the file or line, for people."""

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
    about: About = field(default_factory=About)
    files: dict[str, Callable[[], BinaryIO]] = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """What could not be read, and why: a key in `files.words`, with what belongs into its sentence. `where`: the line of a
    CSV ("12"), a file ("a/b.md"), or a line in it ("a/b.md:12")."""

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
