"""Invitations to meetings that came by mail, in the reader's own calendar."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from pelekan.web.reading import Reading


def invitation_shape(told: dict[str, Any], dates: Reading) -> dict[str, Any]:
    """An invitation (`channels.email.invitations.Invitation` as a dict) as the timeline shows it."""
    answers = {"accepted": _("Accepted the meeting"), "declined": _("Declined the meeting")}
    titles = {
        "request": _("Invitation to a meeting"),
        "cancel": _("The meeting was cancelled"),
        "reply": answers.get(told["answer"], _("Answered the invitation")),
    }
    return {
        "title": titles.get(told["method"], _("Event")),
        "cancelled": told["method"] == "cancel",
        "summary": told["summary"],
        "when": _when(told, dates),
        "place": told["place"],
        "organizer": told["organizer"],
        "repeats": told["repeats"],
    }


def _when(told: dict[str, Any], dates: Reading) -> str:
    """From when to when. Days, and hours without a zone, are the writer's own: they are not moved into ours."""
    if told["whole_days"] or told["floating"]:
        dates = dates.in_zone("UTC")
    starts, ends = (_moment(told[name]) for name in ("starts", "ends"))
    same_day = dates.date(starts) == dates.date(ends)
    if told["whole_days"]:
        first, last = dates.date(starts), dates.date(ends)
    else:
        first, last = dates.moment(starts), dates.time(ends) if same_day else dates.moment(ends)
    if first == last or (told["whole_days"] and same_day) or starts == ends:
        return first
    return _("%(begin)s to %(end)s") % {"begin": first, "end": last}


def _moment(iso: str) -> datetime:
    found = datetime.fromisoformat(iso)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
