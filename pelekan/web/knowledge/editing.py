"""What the editor's form holds, by kind of article."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from django.http import QueryDict

from pelekan.knowledge import outlines
from pelekan.knowledge.models import Article, ArticleKind, Picture, Version
from pelekan.lib.text import clean_controls, latin_digits, one_line, whole
from pelekan.lib.time import Dates, day_from

LONGEST = 400_000
MOST_STEPS = 60


def values_of(version: Version | None, article: Article, dates: Dates) -> dict[str, Any]:
    """The form's values for what is written in `version`; empty ones without a version."""
    data = version.data if version is not None else {}
    values: dict[str, Any] = {
        "title": version.title if version else "", "summary": version.summary if version else "",
        "body": version.body if version else "", "note": "", "steps": list(data.get("steps") or []),
    }  # fmt: skip
    if article.kind == ArticleKind.VIDEO:
        values |= {name: data.get(name) or "" for name in ("url", "file", "poster", "transcript")}
    elif article.kind == ArticleKind.RELEASE:
        values |= {
            "version": data.get("version") or "",
            "released_on": _shown(data.get("released_on"), dates),
        }
    elif article.kind == ArticleKind.TREE:
        values["outline"] = outlines.write(data) if data else ""
    return values


def typed(post: QueryDict) -> dict[str, Any]:
    """What was typed, as it may be kept and shown again."""
    values: dict[str, Any] = {name: one_line(post.get(name, ""), 400) for name in ("title", "summary", "note", "url", "version", "released_on")}  # fmt: skip
    values |= {
        name: clean_controls(post.get(name, ""))[:LONGEST] for name in ("body", "transcript", "outline")
    }
    values |= {
        name: post.get(name, "") if whole(post.get(name)) is not None else "" for name in ("file", "poster")
    }
    titles, bodies = post.getlist("step_title"), post.getlist("step_body")
    steps = [
        {"title": one_line(title, 250), "body": clean_controls(body)[:LONGEST]}
        for title, body in zip(titles, bodies, strict=False)
    ]
    values["steps"] = [one for one in steps if one["title"] or one["body"].strip()][:MOST_STEPS]
    return values


def data_of(values: dict[str, Any], article: Article, dates: Dates) -> dict[str, Any]:
    """What the version keeps besides its text. ValueError for a day that is none."""
    if article.kind == ArticleKind.STEPS:
        return {"steps": values["steps"]}
    if article.kind == ArticleKind.VIDEO:
        known = set(Picture.objects.filter(article=article).values_list("pk", flat=True))
        files = {
            name: int(values[name])
            for name in ("file", "poster")
            if values[name] and int(values[name]) in known
        }
        address = values["url"] if values["url"].startswith(("https://", "http://")) else ""
        return {"url": address, "file": None, "transcript": values["transcript"], **files}
    if article.kind == ArticleKind.RELEASE:
        return {"version": values["version"], "released_on": _day(values["released_on"], dates)}
    if article.kind == ArticleKind.TREE:
        return outlines.parse(values["outline"])[0]
    return {}


def _shown(text: Any, dates: Dates) -> str:
    """A stored day in the writer's own calendar."""
    try:
        day = date.fromisoformat(str(text))
    except ValueError:
        return ""
    return dates.numeric(datetime.combine(day, time(12), UTC))


def _day(text: str, dates: Dates) -> str:
    if not text.strip():
        return ""
    parts = [int(part) for part in latin_digits(text).replace("-", "/").replace(".", "/").split("/")]
    if len(parts) != 3:
        raise ValueError(text)
    calendar = "gregorian" if parts[0] > 1900 else dates.calendar
    return day_from(calendar, *parts).isoformat()
