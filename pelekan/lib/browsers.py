"""What a browser calls itself, for people."""

from __future__ import annotations

import re

_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Version", "Safari"))  # fmt: skip
_SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "CrOS", "Linux", "Mac OS X")


def browser_name(agent: str) -> str:
    """«Chrome 141 · Android» of what a browser calls itself; whatever is not understood stays as it is."""
    found = next(
        ((name, hit[1]) for sign, name in _BROWSERS if (hit := re.search(rf"{sign}/(\d+)", agent))), None
    )
    system = next((one for one in _SYSTEMS if one in agent), "")
    return " · ".join(filter(None, [f"{found[0]} {found[1]}", system])) if found else agent[:120]
