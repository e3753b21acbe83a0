"""★ Invitations to meetings (iTIP, RFC 5546) in a `text/calendar` part, as far as a reader wants to know. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from icalendar import Calendar

MOST = 5  # events of one part that are shown
LARGEST = 512 * 1024
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Invitation:
    """One event. `method`: request, cancel, reply, publish, … `starts` and `ends` are ISO: moments in UTC, or plain
    dates when it lasts whole days (then `ends` is its last day). `floating`: no zone was given, the hours are the
    writer's. `answer` is what a reply says: accepted, declined, tentative."""

    method: str
    summary: str
    starts: str
    ends: str
    whole_days: bool
    floating: bool
    place: str
    organizer: str
    repeats: bool
    answer: str = ""


def invitations(data: bytes) -> list[Invitation]:
    """The events in a calendar part, at most MOST; what can't be read is left out, the file itself stays."""
    if len(data) > LARGEST:
        return []
    found: list[Invitation] = []
    try:
        calendars = Calendar.from_ical(data, multiple=True)
    except (ValueError, KeyError, IndexError, TypeError):
        return []
    for calendar in calendars:
        method = str(calendar.get("METHOD", "publish")).lower()[:20]
        for event in calendar.walk("VEVENT"):
            try:
                found.append(_invitation(event, method))
            except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
                continue
            if len(found) >= MOST:
                return found
    return found


def _invitation(event: Any, method: str) -> Invitation:
    start = event.decoded("DTSTART")
    whole_days = not isinstance(start, datetime)
    if "DTEND" in event:
        end = event.decoded("DTEND")
    else:
        end = start + (event.decoded("DURATION") if "DURATION" in event else timedelta(days=whole_days))
    if whole_days:
        end = max(start, end - timedelta(days=1))  # DTEND is the day after
    floating = not whole_days and start.tzinfo is None
    return Invitation(
        method=method,
        summary=_text(event.get("SUMMARY")),
        starts=_iso(start),
        ends=_iso(end),
        whole_days=whole_days,
        floating=floating,
        place=_text(event.get("LOCATION")),
        organizer=_person(event.get("ORGANIZER")),
        repeats="RRULE" in event or "RDATE" in event,
        answer=_answer(event) if method == "reply" else "",
    )


def _iso(value: date) -> str:
    if not isinstance(value, datetime):
        return value.isoformat()
    return (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)).isoformat()


def _text(value: object) -> str:
    return " ".join(str(value or "").split())[:_LONGEST]


def _person(value: Any) -> str:
    if value is None:
        return ""
    address = str(value)
    address = address[7:] if address.lower().startswith("mailto:") else address
    return _text(getattr(value, "params", {}).get("CN") or address)


def _answer(event: Any) -> str:
    attendee = event.get("ATTENDEE")
    one = attendee[0] if isinstance(attendee, list) and attendee else attendee
    return str(getattr(one, "params", {}).get("PARTSTAT", "")).lower()[:20]
