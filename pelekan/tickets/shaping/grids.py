"""What is wrong with a document of kind "priority", said to whoever edits it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from pelekan.tickets.grids import BadGrid, read
from pelekan.tickets.rulebooks.keeping import Fault


def faults(body: Mapping[str, Any]) -> list[Fault]:
    """The first thing that is wrong, or nothing."""
    try:
        read(body)
    except BadGrid as bad:
        return [Fault(("grids",) if bad.at is None else ("grids", bad.at), sentence(bad))]
    return []


def sentence(bad: BadGrid) -> str:
    """What is wrong, in the reader's language."""
    return {
        "shape": _("This is no rule set of priorities."),
        "none": _("There must be at least one grid."),
        "many": _("There are too many grids."),
        "grid": _("This is no grid."),
        "id": _("Two grids have the same id, or one has none."),
        "when": _("Choose teams or inboxes for this grid, or conditions that are known when a request comes in."),
        "never": _("Only the last grid may be for everything; those below it would never be used. Choose teams or inboxes."),
        "last": _("The last grid must be for everything that no other grid is for."),
        "degrees": _("A name or an example is too long."),
        "cells": _("Each of the nine cells needs one of the four priorities."),
        "falling": _("With more impact or more urgency the priority must not become lower."),
        "importance": _("Importance may lift by one step at most."),
    }[bad.what]  # fmt: skip
