"""The words of an article: HTML made safe, and made plain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import nh3

from pelekan.lib.html import LONGEST, from_text, to_text, too_much

_TAGS = set(
    """
    a b bdi blockquote br caption code del div em figcaption figure h2 h3 h4 hr i img kbd li mark ol p pre s span strong
    sub sup table tbody td tfoot th thead tr u ul
    """.split()  # noqa: SIM905
)
_ATTRIBUTES = {
    "*": {"dir", "lang"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
PICTURES = "/help/files/"
"""Where pictures of articles are; no picture comes from anywhere else."""
DEEPEST = 100
"""Elements open at once. What makes Markdown of an article goes down into each of them."""


def clean(html: str) -> str:
    """Safe to stand in a page of ours: no scripts, no styles, no pictures from elsewhere. What is nested beyond reason keeps
    its words and loses its shape."""
    if too_much(html, DEEPEST):
        html = from_text(to_text(html[:LONGEST]))
    return nh3.clean(
        html, tags=_TAGS, attributes=_ATTRIBUTES, attribute_filter=_attribute, url_schemes={"http", "https", "mailto", "tel"},
        url_relative="pass_through", link_rel="noopener noreferrer", strip_comments=True,
    )  # fmt: skip


def _attribute(tag: str, name: str, value: str) -> str | None:
    if (tag, name) == ("img", "src"):
        return value if value.startswith(PICTURES) and ".." not in value else None
    if (tag, name) == ("a", "href") and value.startswith(("//", "\\", "/\\")):
        return None  # the page's own protocol with another host
    if name == "dir":
        return value if value in ("rtl", "ltr", "auto") else None
    return value


def clean_data(data: dict[str, Any]) -> dict[str, Any]:
    """The same for what a kind holds besides its text: every "body" and "text" in it is HTML."""
    return {name: _cleaned(name, value) for name, value in data.items()}


def _cleaned(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _cleaned(key, one) for key, one in value.items()}
    if isinstance(value, list):
        return [_cleaned(name, one) for one in value]
    return clean(value) if isinstance(value, str) and name in ("body", "text", "transcript") else value


def plain(title: str, summary: str, body: str, data: dict[str, Any]) -> str:
    """All words in the order of reading, without the title: what is searched and quoted."""
    parts = [summary, to_text(body), *(to_text(one) for one in _texts(data))]
    return "\n".join(part.strip() for part in parts if part.strip())


def _texts(value: Any, name: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _texts(one, key)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one, name)
    elif isinstance(value, str) and name in ("title", "body", "text", "label", "transcript", "version"):
        yield value
