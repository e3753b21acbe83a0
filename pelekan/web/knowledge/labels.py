"""What articles are called where they are mentioned, to those who may read them now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pelekan.knowledge import readers
from pelekan.knowledge.models import Translation
from pelekan.people.models import Agent
from pelekan.tickets.bell.reading import Line


def titled(agent: Agent, lines: Iterable[Line]) -> list[Line]:
    """Lines of the bell, those about articles with their titles; one query where there are such."""
    found = list(lines)
    ids = {line.data["article"] for line in found if line.data.get("article")}
    if not ids:
        return found
    rows = Translation.objects.filter(
        readers.of_agent(agent).may_read("article__"), article__in=ids, newest__isnull=False
    )
    names: dict[tuple[int, str], str] = {}
    for pk, language, own, title in rows.values_list(
        "article_id", "language", "article__language", "newest__title"
    ):
        names[pk, language] = title
        if language == own:
            names[pk, ""] = title
    return [replace(line, label=_title(line, names)) if line.data.get("article") else line for line in found]


def _title(line: Line, names: dict[tuple[int, str], str]) -> str:
    article = line.data["article"]
    return names.get((article, line.data.get("language") or "")) or names.get((article, ""), "")
