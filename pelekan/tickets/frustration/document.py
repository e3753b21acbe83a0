"""★ The document of the rulebook "frustration": weights, thresholds, proposed acts, and when something is forgotten.

    {"weights": {"round_trips": 45, …}, "thresholds": {"watch": 40, "act": 70},
     "acts": [{"from": 70, "propose": "call", "reason": ""}, …],
     "learned": {"bias": -1.2, "weights": {…}, "measured": {…}} or null,
     "forgotten": {"no_owner": 30, …, "alarm": 60}}

Minutes in `forgotten`; what is missing anywhere is as in `PRESETS["balanced"]`.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from pelekan.tickets.frustration.signals import SIGNALS

PROPOSALS = ("call", "hand_over", "ask_at_once", "guide")
LISTS = ("no_owner", "silent", "no_next", "promised", "waiting", "held")


@dataclass(frozen=True, slots=True)
class Act:
    """Proposed from a score on; `reason` limits it to tickets whose strongest reason that is."""

    start: int
    propose: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Learned:
    """The fit of `learning`: log odds per share of a signal."""

    bias: float
    weights: Mapping[str, float]
    measured: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rules:
    weights: Mapping[str, float]
    watch: int
    act: int
    acts: tuple[Act, ...]
    learned: Learned | None
    forgotten: Mapping[str, int]


WEIGHTS: dict[str, int] = {
    "round_trips": 50, "asked_again": 40, "hours": 25, "channels": 35, "reopened": 45, "transfers": 35, "silence": 35,
    "nudges": 40, "repeated": 40, "feeling": 65, "shouting": 30,
}  # fmt: skip
ACTS: list[dict[str, Any]] = [
    {"from": 70, "propose": "call", "reason": ""},
    {"from": 55, "propose": "hand_over", "reason": "transfers"},
    {"from": 30, "propose": "ask_at_once", "reason": "asked_again"},
    {"from": 45, "propose": "guide", "reason": "round_trips"},
]
FORGOTTEN = {
    "no_owner": 30, "silent": 8 * 60, "no_next": 24 * 60, "promised": 0, "waiting": 5 * 1440, "held": 7 * 1440, "alarm": 60,
}  # fmt: skip
_BALANCED: dict[str, Any] = {
    "weights": WEIGHTS, "thresholds": {"watch": 40, "act": 70}, "acts": ACTS, "learned": None, "forgotten": FORGOTTEN,
}  # fmt: skip
PRESETS: dict[str, dict[str, Any]] = {
    "balanced": _BALANCED,
    "early": {**_BALANCED, "thresholds": {"watch": 25, "act": 50},
              "acts": [{"from": 50, "propose": "call", "reason": ""}, *ACTS[1:]]},
    "history": {**_BALANCED, "weights": {**WEIGHTS, "feeling": 0, "shouting": 0, "round_trips": 60, "reopened": 55}},
}  # fmt: skip
"""Ready sets: balanced; early warning; only what happened, never how it sounds."""


class BadDocument(ValueError):
    """A document that can't be a rulebook; the text says why, in the reader's language. `where` names the part."""

    def __init__(self, where: str, text: str) -> None:
        super().__init__(text)
        self.where, self.text = where, text


def preset(name: str) -> dict[str, Any]:
    return copy.deepcopy(PRESETS[name])


def check(body: Any) -> None:
    """Raise BadDocument where `body` is no document of this kind."""
    if not isinstance(body, dict):
        raise BadDocument("", _("This is no rule set for frustration."))
    weights = _table(body, "weights", SIGNALS)
    for name, value in weights.items():
        _number(value, 0, 100, f"weights.{name}")
    levels = _table(body, "thresholds", ("watch", "act"))
    for name, value in levels.items():
        _number(value, 1, 100, f"thresholds.{name}")
    if levels.get("watch", 40) > levels.get("act", 70):
        raise BadDocument("thresholds.watch", _("The first threshold must not lie above the second."))
    for number, act in enumerate(body.get("acts") or []):
        if not isinstance(act, dict) or act.get("propose") not in PROPOSALS:
            raise BadDocument(f"acts.{number}", _("Choose from the list."))
        _number(act.get("from"), 1, 100, f"acts.{number}")
        if act.get("reason", "") not in ("", *SIGNALS):
            raise BadDocument(f"acts.{number}", _("Choose from the list."))
    for name, value in _table(body, "forgotten", (*LISTS, "alarm")).items():
        _number(value, 0, 525_600, f"forgotten.{name}")
    learned = body.get("learned")
    if learned is not None:
        if not isinstance(learned, dict):
            raise BadDocument("learned", _("This is no rule set for frustration."))
        for name, value in {"bias": learned.get("bias"), **_table(learned, "weights", SIGNALS)}.items():
            _number(value, -50, 50, f"learned.{name}")


def _table(body: Mapping[str, Any], name: str, known: tuple[str, ...]) -> dict[str, Any]:
    found = body.get(name) or {}
    if not isinstance(found, dict) or set(found) - set(known):
        raise BadDocument(name, _("This is no rule set for frustration."))
    return found


def _number(value: Any, least: int, most: int, where: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        text = _("Give a number from %(least)s to %(most)s.") % {"least": least, "most": most}
        raise BadDocument(where, text)


def parse(body: Mapping[str, Any]) -> Rules:
    """The rules of a checked document."""
    levels = body.get("thresholds") or {}
    learned = body.get("learned")
    acts = body.get("acts", ACTS)
    return Rules(
        weights={**WEIGHTS, **(body.get("weights") or {})},
        watch=int(levels.get("watch", 40)),
        act=int(levels.get("act", 70)),
        acts=tuple(Act(int(act["from"]), act["propose"], act.get("reason", "")) for act in acts),
        learned=Learned(learned["bias"], learned["weights"], learned.get("measured", {}))
        if learned
        else None,
        forgotten={**FORGOTTEN, **(body.get("forgotten") or {})},
    )


@lru_cache(maxsize=1)
def usual() -> Rules:
    """What holds while no rulebook is in force."""
    return parse(PRESETS["balanced"])
