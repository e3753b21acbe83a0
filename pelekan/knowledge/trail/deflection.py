"""★ Solved without a person, counted so that it can be believed.

Of the visits that looked for something and whose attribution window is over:
    requested  a request by the same browser or the same customer followed within the window
    solved     no request followed, and the visitor said "this solved it" or had an article in sight long enough
    left       neither: he went away, and nobody knows whether he was helped
A visit counts once. Before its window is over it is pending and in no share.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

Z = 1.959964
"""95 of a hundred."""

FEW = 100
"""With fewer visits on either side a difference is not told: chance alone would make one."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one visit."""

    looked: bool
    said: bool = False  # "this solved it"
    read: bool = False  # an article was in sight for as long as the setting says
    requested: bool = False
    over: bool = True  # its window is


def verdict(facts: Facts) -> str:
    """ "" for a visit that looked for nothing, else pending, requested, solved or left."""
    if not facts.looked:
        return ""
    if not facts.over:
        return "pending"
    if facts.requested:
        return "requested"
    return "solved" if facts.said or facts.read else "left"


@dataclass(frozen=True, slots=True)
class Difference:
    """How much more often those asked a person who saw no suggestions: share of them less share of the others, with the
    95 % interval. `enough` is False where either side is too small to say anything."""

    share: float
    low: float
    high: float
    enough: bool

    @property
    def certain(self) -> bool:
        """Nothing is not within the interval."""
        return self.enough and (self.low > 0 or self.high < 0)


def wilson(part: int, whole: int) -> tuple[float, float]:
    """The 95 % interval of a share (E. B. Wilson, 1927)."""
    if not whole:
        return 0.0, 1.0
    share, z2 = part / whole, Z * Z
    middle = (share + z2 / (2 * whole)) / (1 + z2 / whole)
    half = Z * sqrt(share * (1 - share) / whole + z2 / (4 * whole * whole)) / (1 + z2 / whole)
    return max(0.0, middle - half), min(1.0, middle + half)


def difference(held: tuple[int, int], shown: tuple[int, int]) -> Difference:
    """Each (requests, visits). The interval is Newcombe's (1998, method 10): right for small shares too."""
    (a, n), (b, m) = held, shown
    if not n or not m:
        return Difference(0.0, -1.0, 1.0, False)
    one, other = a / n, b / m
    (low1, high1), (low2, high2) = wilson(a, n), wilson(b, m)
    gap = one - other
    low = gap - sqrt((one - low1) ** 2 + (high2 - other) ** 2)
    high = gap + sqrt((high1 - one) ** 2 + (other - low2) ** 2)
    return Difference(gap, low, high, min(n, m) >= FEW)
