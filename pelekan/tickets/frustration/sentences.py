"""Signals, levels and acts in words, in the reader's language."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from pelekan.lib.text import local_digits
from pelekan.lib.time import Dates

NAMES = {
    "round_trips": gettext_lazy("Back and forth: answers that were not enough"),
    "asked_again": gettext_lazy("Asked again for data"),
    "hours": gettext_lazy("Hours since it began"),
    "channels": gettext_lazy("Tries on other channels"),
    "reopened": gettext_lazy("Opened again after solving"),
    "transfers": gettext_lazy("Handed from team to team"),
    "silence": gettext_lazy("Hours without an answer"),
    "nudges": gettext_lazy("Writes again while waiting"),
    "repeated": gettext_lazy("Says the same again"),
    "feeling": gettext_lazy("Words of anger or disappointment"),
    "shouting": gettext_lazy("Exclamation marks and capital letters"),
}
LEVELS = {"watch": gettext_lazy("Getting impatient"), "act": gettext_lazy("Frustrated")}
ACTS = {
    "call": gettext_lazy("Call the customer"),
    "hand_over": gettext_lazy("Give it to someone who sees it through"),
    "ask_at_once": gettext_lazy("Ask for everything at once"),
    "guide": gettext_lazy("Lead the customer step by step"),
}
PRESETS = {
    "balanced": gettext_lazy("Balanced"),
    "early": gettext_lazy("Warn early"),
    "history": gettext_lazy("Only what happened, not the words"),
}


def sentence(signal: str, value: float) -> str:
    """One reason with its number: "5 answers were not enough"."""
    language = get_language() or "en"
    number = round(value)
    words = {"count": local_digits(str(number), language), "span": _span(value, language)}
    if signal == "round_trips":
        return (
            ngettext("%(count)s answer was not enough", "%(count)s answers were not enough", number) % words
        )
    if signal == "asked_again":
        return (
            ngettext("asked again for data %(count)s time", "asked again for data %(count)s times", number)
            % words
        )
    if signal == "hours":
        return _("it has been going on for %(span)s") % words
    if signal == "channels":
        return ngettext("tried %(count)s other channel", "tried %(count)s other channels", number) % words
    if signal == "reopened":
        return (
            ngettext(
                "opened again %(count)s time after solving",
                "opened again %(count)s times after solving",
                number,
            )
            % words
        )
    if signal == "transfers":
        return (
            ngettext(
                "handed on %(count)s time between teams", "handed on %(count)s times between teams", number
            )
            % words
        )
    if signal == "silence":
        return _("no answer for %(span)s") % words
    if signal == "nudges":
        return (
            ngettext(
                "wrote again %(count)s time while waiting",
                "wrote again %(count)s times while waiting",
                number,
            )
            % words
        )
    if signal == "repeated":
        return (
            ngettext("said the same %(count)s time again", "said the same %(count)s times again", number)
            % words
        )
    if signal == "feeling":
        return _("strong words of anger") if value >= 0.6 else _("words of disappointment")
    return _("exclamation marks or capital letters")


def _span(hours: float, language: str) -> str:
    return Dates(language, "gregorian", "UTC").span(timedelta(hours=hours), parts=1)
