"""★ Weights from the desk's own ratings: a ridge logistic regression in plain Python, small enough to be read.

What is learned is which tickets got one or two stars, from the shares of their signals. Unhappy ratings are rare, so
both classes weigh the same; 50 then means "as likely as not to be rated badly, were both equally common". Precision
and recall are measured on tickets that the fit had not seen (five folds), at both thresholds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pelekan.tickets.frustration.signals import SIGNALS

LEAST, LEAST_BAD = 60, 12
"""Ratings, and unhappy ones among them, below which a fit would only be noise."""

RIDGE = 2.0
STEPS = 25
FOLDS = 5

Row = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Fit:
    bias: float
    weights: tuple[float, ...]

    def score(self, row: Sequence[float]) -> float:
        """0 to 100."""
        z = self.bias + sum(weight * value for weight, value in zip(self.weights, row, strict=True))
        return 100 / (1 + math.exp(-max(-30.0, min(30.0, z))))


@dataclass(frozen=True, slots=True)
class Measured:
    """At one threshold: how many of the marked tickets were rated badly, and how many of the badly rated were marked."""

    threshold: int
    marked: int
    right: int
    bad: int

    @property
    def precision(self) -> float | None:
        return self.right / self.marked if self.marked else None

    @property
    def recall(self) -> float | None:
        return self.right / self.bad if self.bad else None


def enough(bad: Sequence[bool]) -> bool:
    """Whether these ratings can teach anything."""
    return len(bad) >= LEAST and sum(bad) >= LEAST_BAD and len(bad) - sum(bad) >= LEAST_BAD


def fit(rows: Sequence[Row], bad: Sequence[bool]) -> Fit:
    """Newton's method on the ridge-penalised likelihood, the bias free. A weight below zero ("the more round trips the
    happier") would be no reason that anybody could be told, so it is held at zero."""
    width = len(rows[0])
    free = list(range(width))
    while True:
        solved = _newton([[row[place] for place in free] for row in rows], bad)
        wrong = [place for place, weight in zip(free, solved[1:], strict=True) if weight < 0]
        if not wrong:
            break
        free = [place for place in free if place not in wrong]
    weights = dict(zip(free, solved[1:], strict=True))
    return Fit(round(solved[0], 4), tuple(round(weights.get(place, 0.0), 4) for place in range(width)))


def _newton(rows: list[list[float]], bad: Sequence[bool]) -> list[float]:
    width = len(rows[0]) + 1 if rows[0] else 1
    share = len(bad) / 2 / max(1, sum(bad)), len(bad) / 2 / max(1, len(bad) - sum(bad))
    beta = [0.0] * width
    for _step in range(STEPS):
        gradient = [0.0] + [-RIDGE * value for value in beta[1:]]
        matrix = [[0.0] * width for _ in range(width)]
        for place in range(1, width):
            matrix[place][place] = RIDGE
        for row, is_bad in zip(rows, bad, strict=True):
            z = beta[0] + sum(value * weight for value, weight in zip(row, beta[1:], strict=True))
            p = 1 / (1 + math.exp(-max(-30.0, min(30.0, z))))
            weight = share[0] if is_bad else share[1]
            pull, bend = weight * (is_bad - p), max(1e-6, weight * p * (1 - p))
            set_ = [(0, 1.0), *((place, value) for place, value in enumerate(row, 1) if value)]
            for place, value in set_:
                gradient[place] += pull * value
                line = matrix[place]
                for other, its in set_:
                    line[other] += bend * value * its
        step = _solve(matrix, gradient)
        beta = [value + move for value, move in zip(beta, step, strict=True)]
        if max(map(abs, step)) < 1e-5:
            break
    return beta


def _solve(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Gauss with the largest pivot."""
    rows = [[*line, value] for line, value in zip(matrix, right, strict=True)]
    size = len(rows)
    for place in range(size):
        best = max(range(place, size), key=lambda number: abs(rows[number][place]))
        rows[place], rows[best] = rows[best], rows[place]
        for number in range(place + 1, size):
            factor = rows[number][place] / rows[place][place]
            if factor:
                rows[number] = [a - factor * b for a, b in zip(rows[number], rows[place], strict=True)]
    found = [0.0] * size
    for place in reversed(range(size)):
        rest = sum(rows[place][other] * found[other] for other in range(place + 1, size))
        found[place] = (rows[place][size] - rest) / rows[place][place]
    return found


def measured(rows: Sequence[Row], bad: Sequence[bool], thresholds: Sequence[int]) -> list[Measured]:
    """Each row scored by a fit of the other folds. Folds go by the order of the rows, each class dealt out evenly."""
    order = sorted(range(len(rows)), key=lambda number: (bad[number], number))
    scores = [0.0] * len(rows)
    for fold in range(FOLDS):
        mine = set(order[fold::FOLDS])
        others = [number for number in range(len(rows)) if number not in mine]
        fitted = fit([rows[number] for number in others], [bad[number] for number in others])
        for number in mine:
            scores[number] = fitted.score(rows[number])
    return [
        Measured(
            threshold,
            sum(score >= threshold for score in scores),
            sum(score >= threshold and is_bad for score, is_bad in zip(scores, bad, strict=True)),
            sum(bad),
        )
        for threshold in thresholds
    ]


def learned(fitted: Fit, found: Sequence[Measured], ratings: int) -> dict[str, Any]:
    """As the part "learned" of the document."""
    return {
        "bias": fitted.bias,
        "weights": {name: weight for name, weight in zip(SIGNALS, fitted.weights, strict=True) if weight},
        "measured": {
            "ratings": ratings,
            "at": [
                {"threshold": one.threshold, "marked": one.marked, "right": one.right, "bad": one.bad}
                for one in found
            ],
        },
    }


def row_of(shares: Mapping[str, float]) -> Row:
    return tuple(shares.get(name, 0.0) for name in SIGNALS)
