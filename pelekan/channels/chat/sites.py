"""★ On which sites a widget may stand. A site is an origin: `https://shop.example`, `https://*.shop.example`."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SITE = re.compile(r"(https?)://((?:\*\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")
_PORTS = {"http": ":80", "https": ":443"}


def site(text: str) -> str:
    """The origin as browsers write it: lower case, no path, no default port. ValueError says what to write."""
    written = text.strip().lower().rstrip("/")
    match = _SITE.fullmatch(written)
    if match is None or ".." in written:
        raise ValueError(f"{text!r} is no site; write it like https://shop.example, without a path")
    scheme, host, port = match[1], match[2], match[3] or ""
    return f"{scheme}://{host}{'' if port == _PORTS[scheme] else port}"


def sites_of(stored: Iterable[str]) -> list[str]:
    """The stored sites that can be read, in their order. What cannot be read opens nothing."""
    found = []
    for text in stored:
        try:
            found.append(site(text))
        except (ValueError, AttributeError):
            continue
    return list(dict.fromkeys(found))


def frame_ancestors(stored: Iterable[str]) -> str:
    """The value of CSP's frame-ancestors: the listed sites and our own pages."""
    return " ".join(["'self'", *sites_of(stored)])
