"""What stands on an article's page, by its kind."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from pelekan.knowledge import trees
from pelekan.knowledge.anchors import Answered, Heading, anchored, questions
from pelekan.knowledge.models import ArticleKind, Translation
from pelekan.lib.html import to_text
from pelekan.lib.text import one_line
from pelekan.web.help import addresses

LONG = 3  # headings from which a table of contents helps


@dataclass
class Content:
    """`body` is safe HTML; the rest by kind, empty where it does not apply."""

    body: str = ""
    headings: list[Heading] = field(default_factory=list)
    steps: list[dict[str, Any]] = field(default_factory=list)
    answers: list[Answered] = field(default_factory=list)
    pairs: list[tuple[str, str]] = field(default_factory=list)
    video: dict[str, str] = field(default_factory=dict)
    tree: dict[str, Any] = field(default_factory=dict)


def content(found: Translation, way: tuple[int, ...] = ()) -> Content:
    """The published words of `found`, ready to be shown."""
    version = found.published
    assert version is not None
    kind, data = found.article.kind, version.data if isinstance(version.data, dict) else {}
    if kind == ArticleKind.FAQ:
        return _faq(version.title, version.body)
    body, headings = anchored(version.body, _("Link to this part"))
    made = Content(body, headings if len(headings) >= LONG else [])
    if kind == ArticleKind.STEPS:
        made.steps = [_step(one) for one in data.get("steps") or [] if isinstance(one, dict)]
    elif kind == ArticleKind.VIDEO:
        made.video = _video(data)
    elif kind == ArticleKind.TREE:
        made.tree = _tree(found, data, way)
    return made


def _step(one: dict[str, Any]) -> dict[str, Any]:
    body = str(one.get("body", ""))
    return {
        "title": str(one.get("title", "")),
        "body": anchored(body)[0].replace(' id="s-', ' data-part="s-'),
        "plain": one_line(to_text(body), 500),
    }


def _faq(title: str, body: str) -> Content:
    before, found = questions(body)
    pairs = [(one.question, one_line(to_text(one.answer), 2_000)) for one in found]
    return Content(before, answers=found, pairs=pairs or [(title, one_line(to_text(body), 2_000))])


def _video(data: dict[str, Any]) -> dict[str, str]:
    """A file of our own plays here; another site's film is a link to it and sends nobody there unasked."""
    pk, address = data.get("file"), str(data.get("url") or "")
    parts = urlsplit(address)
    outside = address if parts.scheme in ("http", "https") and parts.hostname else ""
    poster = data.get("poster")
    return {
        "src": reverse("help_file", args=[pk, "video"]) if isinstance(pk, int) else "",
        "poster": reverse("help_file", args=[poster, "poster"]) if isinstance(poster, int) else "",
        "url": outside,
        "host": (parts.hostname or "") if outside else "",
        "transcript": str(data.get("transcript") or ""),
    }


def _tree(found: Translation, data: dict[str, Any], way: tuple[int, ...]) -> dict[str, Any]:
    try:
        stand = trees.stand(data, way)
    except trees.NoSuchWay:
        raise Http404

    def at(there: tuple[int, ...]) -> str:
        return addresses.node(found.language, found.pk, found.slug, there)

    return {
        "text": stand.text,
        "choices": [(label, at(to)) for label, to in stand.choices],
        "taken": [
            (question, answer, at(way[:place])) for place, (question, answer) in enumerate(stand.taken)
        ],
        "end": stand.end,
        "back": at(way[:-1]) if way else "",
        "start": at(()),
        "way": "-".join(map(str, way)),
        "deep": len(way),
    }
