"""How the sending of a message stands, in a sentence: beside it in the timeline, and for pages that bring themselves up to
date."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from pelekan.channels.faults import in_words, word_of
from pelekan.channels.models import Delivery
from pelekan.web.reading import Reading
from pelekan.web.workspace.prepared import Prepared

FIELDS = (
    "message_id",
    "state",
    "recipient",
    "due_at",
    "tries",
    "fault",
    "maybe_twice_at",
    "inbox__pace__until",
)

_WORST = ("stopped", "arrived", "sent", "sending", "queued", "unknown", "failed")


def by_message(rows: list[dict[str, Any]], dates: Reading) -> dict[int, dict[str, Any]]:
    """message → how its sending stands: the worst of its recipients, with a sentence; whether it can be sent again
    or stopped."""
    found: dict[int, dict[str, Any]] = {}
    for line in rows:
        known = found.get(line["message_id"])
        if known is None or _WORST.index(line["state"]) > _WORST.index(known["state"]):
            found[line["message_id"]] = line
    return {
        pk: {
            "state": _shown_state(line),
            "text": _sending(line, dates),
            "again": line["state"] in ("failed", "unknown") or word_of(line["fault"]) == "stopped",
            "stops": line["state"] == "queued" and (line["tries"] > 0 or _paced(line, dates)),
        }
        for pk, line in found.items()
    }


def _paced(line: dict[str, Any], dates: Reading) -> bool:
    """Whether it would go, if its server took more."""
    until, due_at = line["inbox__pace__until"], line["due_at"]
    return bool(until and until > dates.now and due_at and due_at <= until)


def _shown_state(line: dict[str, Any]) -> str:
    """What was stopped is nobody's worry, unless the customer himself wants nothing more."""
    refused = line["state"] == "stopped" and word_of(line["fault"]) == "sms_stopped"
    return "refused" if refused else str(line["state"])


def _sending(line: dict[str, Any], dates: Reading) -> str:
    words = {
        "address": line["recipient"],
        "time": dates.moment(line["due_at"]) if line["due_at"] else "",
        "fault": in_words(line["fault"]),
    }
    if line["state"] == "stopped":
        return str(words["fault"])
    if line["state"] == "failed":
        return _("Not delivered to %(address)s: %(fault)s") % words
    if line["state"] == "unknown":
        return _("May have reached %(address)s: the connection broke at the end. %(fault)s") % words
    if line["state"] == "arrived":
        return _("Delivered to %(address)s") % words
    if line["state"] == "queued" and _paced(line, dates):
        words["time"] = dates.time(line["inbox__pace__until"])
        return _("Waits for the sending limit of the mail server, until about %(time)s") % words
    if line["state"] == "queued" and not line["tries"] and line["due_at"] and line["due_at"] > dates.now:
        return _("Goes out %(time)s, to %(address)s") % words
    if line["state"] == "queued" and line["tries"]:
        return _("Next try %(time)s: %(fault)s") % words
    if line["state"] == "sent" and line["maybe_twice_at"]:
        return _("Sent to %(address)s, perhaps twice: the first try broke off at the end") % words
    if line["state"] == "sent":
        return _("Sent to %(address)s") % words
    return _("Sending to %(address)s") % words


_LAST_SENDINGS = Prepared(
    lambda pk: Delivery.objects.filter(message__ticket_id=pk).order_by("-message_id").values(*FIELDS)[:30]
)


def delivery_states(ticket_id: int, dates: Reading) -> dict[int, dict[str, Any]]:
    """How the last sendings of a ticket stand, for a page that brings itself up to date."""
    return by_message(_LAST_SENDINGS(ticket_id), dates)
