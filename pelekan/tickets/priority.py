"""★ Priority from impact × urgency, after ITIL's matrix: facts decide, never the loudest voice."""

from __future__ import annotations

LEVELS = (1, 2, 3)
"""Impact and urgency: 1 low (one person, can work), 2 medium, 3 high (many, or cannot work)."""

PRIORITIES = (1, 2, 3, 4)
"""1 low, 2 normal, 3 high, 4 urgent."""

DEFAULT_GRID: dict[tuple[int, int], int] = {
    (1, 1): 1, (1, 2): 2, (1, 3): 2,
    (2, 1): 2, (2, 2): 2, (2, 3): 3,
    (3, 1): 2, (3, 2): 3, (3, 3): 4,
}  # fmt: skip
"""(impact, urgency) → priority."""


def priority_of(impact: int, urgency: int, grid: dict[tuple[int, int], int] | None = None) -> int:
    """Priority 1–4 for impact and urgency 1–3. Raises ValueError for other numbers."""
    if impact not in LEVELS or urgency not in LEVELS:
        raise ValueError(f"Impact and urgency are 1, 2 or 3, not {impact!r} and {urgency!r}.")
    return (grid or DEFAULT_GRID)[impact, urgency]
