"""Addresses of our own pages, and where to go next: only to them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme


def own_path(wish: str, otherwise: str) -> str:
    """`wish` when it is a path of this site, else `otherwise`. Refused: other hosts, schemes, //, /\\ and controls."""
    parts = urlsplit(wish) if wish.isprintable() else None
    if (
        parts is None
        or parts.scheme
        or parts.netloc
        or not wish.startswith("/")
        or wish.startswith(("//", "/\\"))
        or not url_has_allowed_host_and_scheme(wish, allowed_hosts=None)
    ):
        return otherwise
    return wish


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a named page."""
    if kwargs:
        return reverse(name, args=args or None, kwargs=kwargs)
    if args and all(type(arg) is int and arg >= 0 for arg in args):
        return _form(name, len(args)).format(*args)
    return _address(name, args)


@lru_cache(1024)
def _form(name: str, count: int) -> str:
    """The address with places for `count` ids."""
    marks = [10**17 + place for place in range(count)]
    form = reverse(name, args=marks).replace("{", "{{").replace("}", "}}")
    for place, mark in enumerate(marks):
        form = form.replace(str(mark), f"{{{place}}}")
    return form


@lru_cache(1024)
def _address(name: str, args: tuple[Any, ...]) -> str:
    return reverse(name, args=args)
