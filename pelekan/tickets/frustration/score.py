"""★ From signals to a score of 0 to 100, its three strongest reasons, and what to do about it. Pure arithmetic.

Each signal has a share between 0 (as on any ticket: `FREE`) and 1 (as bad as it gets: `FULL`). A weight says how far
that signal alone, at its fullest, takes the score; several add up like independent risks, so that the score stays
below 100 and never falls because something got worse. With learned weights it is the logistic of `learning`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from pelekan.tickets.frustration.document import Act, Rules
from pelekan.tickets.frustration.signals import SIGNALS

FREE: dict[str, float] = {"round_trips": 1, "hours": 24, "transfers": 1, "silence": 4}
FULL: dict[str, float] = {
    "round_trips": 6, "asked_again": 2, "hours": 120, "channels": 2, "reopened": 2, "transfers": 4, "silence": 24, "nudges": 3,
    "repeated": 2, "feeling": 0.85, "shouting": 0.8,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reason:
    """One signal with its number and how much of the score it makes."""

    signal: str
    value: float
    points: int


@dataclass(frozen=True, slots=True)
class Mark:
    """`level`: "" (calm), "watch" or "act". `reasons`: at most three, the strongest first."""

    score: int
    level: str
    reasons: tuple[Reason, ...]
    act: Act | None


def shares(values: Mapping[str, float]) -> dict[str, float]:
    """Signal → 0 to 1."""
    found = {}
    for name in SIGNALS:
        free, full = FREE.get(name, 0), FULL[name]
        found[name] = min(1.0, max(0.0, (values.get(name, 0) - free) / (full - free)))
    return found


def mark(values: Mapping[str, float], rules: Rules) -> Mark:
    """What these signals mean under these rules."""
    share = shares(values)
    score, weight = _learned(share, rules) if rules.learned else _weighed(share, rules)
    whole = sum(weight.values())
    ordered = sorted((name for name in SIGNALS if weight[name] > 0), key=lambda name: -weight[name])
    reasons = tuple(
        Reason(name, values[name], max(1, round(score * weight[name] / whole)))
        for name in ordered[:3] if score
    )  # fmt: skip
    level = "act" if score >= rules.act else "watch" if score >= rules.watch else ""
    return Mark(score, level, reasons, act_for(score, reasons[0].signal if reasons else "", rules))


def act_for(score: int, strongest: str, rules: Rules) -> Act | None:
    """The act whose `from` is the highest that is reached; of several with the same, the one for this very reason."""
    fitting = [act for act in rules.acts if score >= act.start and act.reason in ("", strongest)]
    return max(fitting, key=lambda act: (act.start, bool(act.reason)), default=None)


def _weighed(share: dict[str, float], rules: Rules) -> tuple[int, dict[str, float]]:
    calm, weight = 1.0, {}
    for name in SIGNALS:
        left = 1 - min(0.99, rules.weights.get(name, 0) / 100) * share[name]
        weight[name] = -math.log(left)
        calm *= left
    return round(100 * (1 - calm)), weight


def _learned(share: dict[str, float], rules: Rules) -> tuple[int, dict[str, float]]:
    assert rules.learned is not None
    weight = {name: rules.learned.weights.get(name, 0.0) * share[name] for name in SIGNALS}
    z = rules.learned.bias + sum(weight.values())
    if not any(share.values()):  # nothing has happened: whatever the usual ticket is like, this one is calm
        return 0, dict.fromkeys(SIGNALS, 0.0)
    return round(100 / (1 + math.exp(-max(-30.0, min(30.0, z))))), weight
