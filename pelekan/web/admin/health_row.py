"""One line of the health page."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

LATE = timedelta(minutes=5)  # what has been due for longer waits for workers that don't come
WELL, LOOK, WRONG = "well", "look", "wrong"
ORDER = (WELL, LOOK, WRONG)


@dataclass
class Row:
    """One line of the page. `facts`: (label, value, kind): kind "moment", "time", "span", "day", "number", "size" or "text"."""

    name: str
    state: str = WELL
    href: str = ""
    address: str = ""
    words: list[str] = field(default_factory=list)  # what is wrong, and what to do
    facts: list[tuple[str, Any, str]] = field(default_factory=list)
    lists: list[tuple[str, int, str]] = field(default_factory=list)  # (label, count, address of the list)
    act: str = ""  # where "try now" is posted

    def worse(self, state: str, *words: str) -> None:
        self.state = max(self.state, state, key=ORDER.index)
        self.words += [one for one in words if one]

    def fact(self, label: str, value: Any, kind: str = "text") -> None:
        if value is not None and value != "":
            self.facts.append((label, value, kind))
