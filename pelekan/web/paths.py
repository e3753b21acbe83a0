"""Where to go next: only to pages of our own."""

from __future__ import annotations

from urllib.parse import urlsplit

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
