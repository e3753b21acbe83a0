"""The bot's lines on a ticket's page: marked as a bot's, with what it quoted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def said(meta: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the timeline shows beside the words: {name, kind, cards, wrong, judged}; None for what the bot did not say."""
    its = meta.get("bot")
    if not its:
        return None
    return {
        "name": its["name"], "kind": its["kind"], "wrong": its.get("wrong", ""),
        "cards": [{"id": card["id"], "title": card["title"], "quote": card["quote"], "language": card["language"]} for card in its.get("cards", ())],
        "judged": its["kind"] in ("answer", "hours"),
    }  # fmt: skip
