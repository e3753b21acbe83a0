"""What the actions that build the desk share: refusals by field, rights, and what changed."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Model

from pelekan.people.access import can
from pelekan.people.models import Agent

security = logging.getLogger("pelekan.security")


class CannotBe(ValueError):
    """A value that can't be; `field` names it ("" for the whole form), the text says why in the reader's language."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field, self.text = field, text


def require(by: Agent | None, act: str) -> None:
    """Raise PermissionError unless `by` may do `act`; None is whoever sits at the server's own console."""
    if by is not None and not can(by, act):
        security.warning("refused: agent %s may not %s", by.pk, act)
        raise PermissionError(f"This agent may not {act}.")


def put(row: Model, values: Mapping[str, Any], allowed: Iterable[str]) -> dict[str, Any]:
    """Set `values` on `row`, unsaved; what changed comes back. TypeError for a name that is not `allowed`."""
    if unknown := set(values) - set(allowed):
        raise TypeError(f"{type(row).__name__} takes no {', '.join(sorted(unknown))} here.")
    changed = {}
    for name, value in values.items():
        if getattr(row, name, None) != value:
            setattr(row, name, value)
            changed[name] = value.pk if isinstance(value, Model) else value
    return changed


def unique(rows: Any, name: str, row: Model | None, text: str, field: str = "name") -> None:
    """Raise CannotBe where another of `rows` has this name already, in upper or lower case."""
    others = rows.filter(**{f"{field}__iexact": name})
    if row is not None and row.pk:
        others = others.exclude(pk=row.pk)
    if others.exists():
        raise CannotBe(field, text)
