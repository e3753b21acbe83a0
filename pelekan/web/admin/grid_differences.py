"""What a version of the grids of priority changed, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pelekan.lib.text import isolate
from pelekan.web.admin.choices import degrees, priorities
from pelekan.web.admin.grid_form import title

Grid = Mapping[str, Any]


def told(
    before: Mapping[str, Any], after: Mapping[str, Any], kind: str = "", choices: Any = None
) -> list[str]:
    """Each difference as a sentence; [] when they say the same."""
    was = {one["id"]: one for one in before.get("grids") or ()}
    now = {one["id"]: one for one in after.get("grids") or ()}
    found = [_("New: %(name)s.") % _named(one) for id, one in now.items() if id not in was]
    found += [_("Gone: %(name)s") % _named(one) for id, one in was.items() if id not in now]
    for id, one in now.items():
        if id in was:
            found += _changed(was[id], one)
    if [id for id in was if id in now] != [id for id in now if id in was]:
        found.append(_("The grids are asked in another order."))
    return found


def _changed(was: Grid, now: Grid) -> Iterator[str]:
    name = _named(now)
    if was.get("name") != now.get("name"):
        yield _("%(before)s is called %(name)s now") % {**name, "before": _named(was)["name"]}
    if was.get("when") != now.get("when"):
        yield _("%(name)s is for other tickets") % name
    levels, words = degrees(), priorities()
    for pair, value in now["cells"].items():
        if (old := was["cells"].get(pair)) != value:
            impact, _dash, urgency = pair.partition("-")
            yield _("%(name)s: impact %(impact)s × urgency %(urgency)s is %(priority)s instead of %(before)s") % {
                **name, "impact": levels[impact], "urgency": levels[urgency], "priority": words[str(value)],
                "before": words.get(str(old), "–"),
            }  # fmt: skip
    if was.get("importance") != now.get("importance"):
        yield _("%(name)s: other customers are lifted by their importance") % name
    if (was["impact"], was["urgency"]) != (now["impact"], now["urgency"]):
        yield _("%(name)s: names or examples are other ones") % name


def _named(grid: Grid) -> dict[str, str]:
    return {"name": isolate(title(grid, (get_language() or "en")[:2]))}
