"""★ Whether someone can do what a request needs. Values in, values out.

A skill is what one can do or has access to: "refunds", "the bank's panel", "Kurdish". Levels: 1 learning, 2 able, 3 expert.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Need = tuple[int, int]
"""(skill's id, level or better)."""


@dataclass(frozen=True, slots=True)
class Fit:
    """How what someone has compares with a need; true where it is enough. `held`: his level of the skill, 0 without it."""

    need: Need | None
    held: int = 0

    def __bool__(self) -> bool:
        return self.need is None or self.held >= self.need[1]

    @property
    def spare(self) -> int:
        """Levels above what is needed; below zero where it is not enough. 0 where nothing is needed."""
        return self.held - self.need[1] if self.need else 0


def fits(have: Mapping[int, int], need: Need | None) -> Fit:
    """`have`: skill's id → level."""
    return Fit(need, have.get(need[0], 0) if need else 0)


def weakest(have: Mapping[int, int], needs: Iterable[Need]) -> Fit:
    """How what someone has compares with all of `needs` at once: the one that fits worst; true where each is enough."""
    return min((fits(have, need) for need in needs), key=lambda fit: fit.spare, default=Fit(None))


def together(needs: Iterable[Need]) -> tuple[Need, ...]:
    """Each skill once, at the highest level that is asked for, in the order in which they came."""
    found: dict[int, int] = {}
    for skill, level in needs:
        found[skill] = max(level, found.get(skill, 0))
    return tuple(found.items())


def need_of(chain: Iterable[tuple[int | None, int | None]]) -> Need | None:
    """What a category asks for: the first of (skill's id, level) from the category upwards that names a skill. Without a
    level, being able to do it is enough."""
    return next(((skill, level or 2) for skill, level in chain if skill), None)
