"""Suggestions as pages show them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from pelekan.knowledge.deflection.suggest import Suggestion
from pelekan.web.help.addresses import article as article_path

RIGHT_TO_LEFT = ("fa", "ar")


def shape(one: Suggestion, token: str = "") -> dict[str, Any]:
    """{key, kind, id, title, text, language, dir, url}. With the token of an offer the address counts that it was opened;
    a released answer has no page of its own: its `text` says all."""
    path = ""
    if one.kind == "article":
        path = (
            reverse("answers_to", args=[token, one.id])
            if token
            else article_path(one.language, one.id, one.slug)
        )
    return {
        "key": f"{one.kind[0:2]}{one.id}", "kind": one.kind, "id": one.id, "title": one.title, "text": one.text,
        "language": one.language, "dir": "rtl" if one.language in RIGHT_TO_LEFT else "ltr", "url": path,
    }  # fmt: skip


def shapes(found: Iterable[Suggestion], token: str = "") -> list[dict[str, Any]]:
    return [shape(one, token) for one in found]
