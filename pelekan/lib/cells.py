"""★ Cells of tables that other people's programs open: a text stays a text."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from typing import Any, TextIO

# What spreadsheets begin a formula with, also in full width, and behind blanks and marks that nobody sees. A line break is
# one of the blanks: some programs look at what follows it.
_FORMULA = re.compile(
    "'*[\\s\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\x00-\x1f]*[=+\\-@|%\uff1d\uff0b\uff0d\uff20\t\r]"
)
_KEPT = re.compile(_FORMULA.pattern.replace("'*", "'+", 1))


class Table:
    """Rows written as CSV, the one way that this is done: no text in it is a formula (see `harmless`); numbers stay numbers."""

    def __init__(self, out: TextIO) -> None:
        self._writer = csv.writer(out)

    def row(self, cells: Iterable[Any]) -> None:
        self._writer.writerow([harmless(cell) for cell in cells])


def harmless(cell: Any) -> Any:
    """A cell that no spreadsheet takes for a formula: a text that begins like one begins with an apostrophe."""
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


def told(cell: str) -> str:
    """What `harmless` was given."""
    return cell[1:] if _KEPT.match(cell) else cell
