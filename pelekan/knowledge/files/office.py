"""★ What surrounds articles in files: front matter, and the office that an export was made in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml

from pelekan.knowledge.files.rows import LANGUAGES, LONGEST, About, Group, Office, Shelf, language_of

NAME = "office.yaml"
"""Where it stands in a zip: sections and groups of customers."""
MOST = 2_000
"""Sections, groups, names of one article."""


class _Loader(yaml.BaseLoader):
    """Only strings, lists and mappings come of it, and nothing stands in it twice: a few lines of aliases can name more
    than fits into any memory."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.constructor.ConstructorError(
                None, None, "aliases are not read", self.peek_event().start_mark
            )
        return super().compose_node(parent, index)


def load(text: str) -> Any:
    """What the YAML says. Raises yaml.YAMLError."""
    return yaml.load(text, Loader=_Loader)


def about(known: dict[str, Any]) -> About:
    """What front matter says beside the words; what is no name, number or date is left out."""
    position = _word(known.get("position"))
    said = _word(known.get("published")).lower()
    return About(
        original=language_of(known.get("original")),
        shelf=_word(known.get("shelf")),
        groups=_words(known.get("groups")),
        tier=_word(known.get("tier")),
        owner=_word(known.get("owner")),
        review_on=_word(known.get("review_on")),
        position=int(position) if position.isascii() and position.isdigit() and len(position) < 9 else None,
        pinned=_word(known.get("pinned")).lower() == "true",
        related=_words(known.get("related")),
        published={"true": True, "false": False}.get(said),
        outdated=_word(known.get("outdated")).lower() == "true",
        address=_word(known.get("address")),
    )  # fmt: skip


def front(about: About) -> dict[str, Any]:
    """The other way: what is worth saying."""
    named: dict[str, Any] = {
        "original": about.original, "shelf": about.shelf, "groups": list(about.groups), "tier": about.tier, "owner": about.owner,
        "review_on": about.review_on, "pinned": about.pinned, "related": list(about.related), "outdated": about.outdated,
        "address": about.address,
    }  # fmt: skip
    kept = {name: value for name, value in named.items() if value}
    if about.position:
        kept["position"] = about.position
    if about.published is not None:
        kept["published"] = about.published
    return kept


def read(data: bytes) -> Office:
    """ValueError or yaml.YAMLError for what can't be read."""
    if len(data) > LONGEST:
        raise ValueError("too large")
    known = load(data.decode("utf-8-sig"))
    if not isinstance(known, dict):
        raise ValueError("no mapping")
    shelves = [
        Shelf(slug, _named(one.get("names")), _named(one.get("descriptions")), _word(one.get("icon")), _word(one.get("parent")))
        for one in _maps(known.get("sections")) if (slug := _word(one.get("slug")))
    ]  # fmt: skip
    groups = [
        Group(name, _word(one.get("description")), _words(one.get("plans")), _words(one.get("organizations")))
        for one in _maps(known.get("groups")) if (name := _word(one.get("name")))
    ]  # fmt: skip
    return Office(tuple(one for one in shelves if one.names), tuple(groups))


def write(office: Office) -> str:
    shelves = [
        {"slug": one.slug, "parent": one.parent, "names": one.names, "descriptions": one.descriptions, "icon": one.icon}
        for one in office.shelves
    ]  # fmt: skip
    groups = [
        {"name": one.name, "description": one.description, "plans": list(one.plans), "organizations": list(one.organizations)}
        for one in office.groups
    ]  # fmt: skip
    filled = [{key: value for key, value in one.items() if value} for one in shelves]
    others = [{key: value for key, value in one.items() if value} for one in groups]
    # copies, so that nothing is written as an alias
    return yaml.safe_dump(
        {"sections": filled, "groups": others}, allow_unicode=True, sort_keys=False, width=10_000
    )


def _word(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _words(value: Any) -> tuple[str, ...]:
    rows: Iterable[Any] = value if isinstance(value, list) else _word(value).split(",")
    return tuple(word for one in rows if (word := _word(one)))[:MOST]


def _maps(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)][:MOST] if isinstance(value, list) else []


def _named(value: Any) -> dict[str, str]:
    return {code: _word(value.get(code)) for code in LANGUAGES if _word(value.get(code))} if isinstance(value, dict) else {}  # fmt: skip
