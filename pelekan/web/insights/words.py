"""How places, languages and verdicts are called on the pages of insights."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

LANGUAGES = {"fa": "فارسی", "ar": "العربية", "en": "English"}


def place_name(place: str) -> str:
    return {
        "help": _("Help centre"),
        "portal": _("Portal, while a request is written"),
        "form": _("Web form or guest"),
        "widget": _("Widget"),
        "bot": pgettext("place", "Bot"),
        "desk": _("An agent's composer"),
        "community": _("Community"),
    }.get(place, place)


def verdict_name(verdict: str) -> str:
    return {
        "": _("Looked for nothing"),
        "pending": _("Still open"),
        "requested": _("A request followed"),
        "solved": _("Solved without a person"),
        "left": _("Went away"),
    }[verdict]
