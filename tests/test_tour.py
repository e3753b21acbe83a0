"""The tour names real things: every `module.name` in docs/tour.md can be looked up."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

TOUR = Path(__file__).resolve().parents[1] / "docs" / "tour.md"
ROOMS = "lib|people|tickets|sla|routing|channels|knowledge|web|api|reactions|work"
NAMES = sorted(set(re.findall(rf"`((?:{ROOMS})\.[A-Za-z_.]+)`", TOUR.read_text(encoding="utf-8"))))


def test_the_tour_names_something() -> None:
    assert len(NAMES) > 40


@pytest.mark.parametrize("name", NAMES)
def test_name_is_real(name: str) -> None:
    parts = ["pelekan", *name.split(".")]
    for split in range(len(parts), 0, -1):
        try:
            thing = importlib.import_module(".".join(parts[:split]))
        except ModuleNotFoundError:
            continue
        for part in parts[split:]:
            thing = getattr(thing, part)
        return
    raise AssertionError(name)
