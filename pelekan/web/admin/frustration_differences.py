"""What a version of the rules for frustration changed, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pelekan.lib.text import isolate, local_digits
from pelekan.lib.time import Dates
from pelekan.tickets.bell.sentences import FORGOTTEN
from pelekan.tickets.frustration import document
from pelekan.tickets.frustration.sentences import ACTS, LEVELS, NAMES


def told(
    before: Mapping[str, Any], after: Mapping[str, Any], kind: str = "", choices: Any = None
) -> list[str]:
    """Each difference as a sentence; [] when they say the same."""
    was, now = document.parse(before), document.parse(after)
    language = get_language() or "en"
    found = [
        _number(str(NAMES[name]), was.weights[name], now.weights[name], language)
        for name in NAMES if was.weights[name] != now.weights[name]
    ]  # fmt: skip
    for name in ("watch", "act"):
        old, new = getattr(was, name), getattr(now, name)
        if old != new:
            found.append(_number(str(LEVELS[name]), old, new, language))
    for name in document.PROPOSALS:
        old_act, new_act = (
            next((act for act in one.acts if act.propose == name), None) for one in (was, now)
        )
        if old_act != new_act:
            label = {"name": isolate(str(ACTS[name]))}
            if new_act is None:
                found.append(_("%(name)s is not proposed any more") % label)
            else:
                number = local_digits(str(new_act.start), language)
                found.append(_("%(name)s is proposed from %(number)s on") % {**label, "number": number})
    spans = Dates(language, "gregorian", "UTC")
    for name, minutes in now.forgotten.items():
        if was.forgotten[name] != minutes:
            list_name = str(FORGOTTEN.get(name) or _("Managers are told after a further"))
            words = {"name": isolate(list_name), "time": spans.span(timedelta(minutes=minutes))}
            found.append(_("%(name)s: %(time)s") % words)
    if (was.learned is None) != (now.learned is None):
        found.append(
            _("Learned weights are used") if now.learned else _("Learned weights are not used any more")
        )
    elif was.learned != now.learned:
        found.append(_("The weights were learned anew"))
    return found


def _number(name: str, before: float, after: float, language: str) -> str:
    words = {
        "name": isolate(name),
        "before": local_digits(str(before), language),
        "after": local_digits(str(after), language),
    }
    return _("%(name)s: %(after)s instead of %(before)s") % words
