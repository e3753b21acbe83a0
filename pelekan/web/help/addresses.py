"""★ Where things of the help centre are."""

from __future__ import annotations

from urllib.parse import quote

LANGUAGES = ("fa", "ar", "en")


def home(language: str) -> str:
    return f"/help/{language}/"


def section(language: str, slug: str) -> str:
    return f"/help/{language}/s/{quote(slug)}/"


def article(language: str, pk: int, slug: str) -> str:
    """`pk` is the translation's; the slug is for the eye."""
    return f"/help/{language}/a/{pk}-{quote(slug)}/"


def node(language: str, pk: int, slug: str, way: tuple[int, ...]) -> str:
    """A node of a troubleshooting tree, by the numbers of the choices that lead to it."""
    base = article(language, pk, slug)
    return f"{base}at/{'-'.join(map(str, way))}/" if way else base
