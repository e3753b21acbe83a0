"""The icons: one file of drawings, named by what they show."""

from __future__ import annotations

from functools import lru_cache

from django.templatetags.static import static
from markupsafe import Markup

DIRECTIONAL = frozenset({
    "arrow-left", "arrow-right", "chevron-left", "chevron-right", "forward", "list", "list-ordered", "log-in", "log-out",
    "panel-left", "panel-right", "reply", "send", "text-quote", "undo-2", "rotate-ccw", "signal", "signal-high",
    "signal-medium", "signal-low",
})  # fmt: skip
"""What points along the line of writing and is turned round where it runs from the right."""


@lru_cache(2048, typed=True)
def draw(name: str, size: int = 16, label: str = "") -> Markup:
    """An icon: decoration, or with `label` a picture that screen readers name."""
    shape = "icon" + (f" icon--{size}" if size != 16 else "") + (" icon--dir" if name in DIRECTIONAL else "")
    told = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup('<svg class="{}" {}><use href="{}#{}"/></svg>').format(
        shape, told, static("vendor/icons.svg"), name
    )
