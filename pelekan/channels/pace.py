"""How many mails a minute and an hour a mail server takes from us, and the word of a server that it was too many.

Counted in the database, so that the limit holds over all workers and restarts: each mail that is let go is a row of
`Dispatch`, and in no minute or hour, wherever it begins, are there more than the limit. Who must wait is not touched: the
inbox is closed until there is room (`Pace.until`), its deliveries stay due, and `ready` keeps workers from them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from pelekan.channels.email.bounces import reason_of
from pelekan.channels.models import Account, Dispatch, Pace
from pelekan.lib import due
from pelekan.lib.prepared import PreparedModels
from pelekan.tickets.events import action, one_at_a_time, record
from pelekan.tickets.models import Inbox

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LIMIT, SERVER = "limit", "server"


@dataclass(frozen=True, slots=True)
class Way:
    """Through which server an inbox's mail goes: its account's, or (None) the installation's own."""

    account: Account | None

    @property
    def key(self) -> str:
        return f"account {self.account.pk}" if self.account else "own"

    @property
    def line(self) -> tuple[object, ...]:
        """What makes another connection: the server, and who signs in there."""
        one = self.account
        if one is None:
            return ("own", settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_HOST_USER)
        return (
            one.pk,
            one.smtp_host,
            one.smtp_port,
            one.smtp_security,
            one.smtp_user,
            one.smtp_password,
            one.sign_in,
        )

    @property
    def limits(self) -> list[tuple[int, timedelta]]:
        """(how many, in how long), where there is a limit."""
        if self.account is None:
            found = ((settings.SMTP_PER_MINUTE, MINUTE), (settings.SMTP_PER_HOUR, HOUR))
        else:
            found = ((self.account.per_minute or 0, MINUTE), (self.account.per_hour or 0, HOUR))
        return [(most, length) for most, length in found if most]

    def inboxes(self) -> list[int]:
        if self.account is not None:
            return [self.account.inbox_id]
        others = Account.objects.exclude(smtp_host="").values("inbox")
        return list(Inbox.objects.filter(channel="email").exclude(pk__in=others).values_list("pk", flat=True))


_ACCOUNT = PreparedModels(lambda inbox: Account.objects.filter(inbox=inbox).exclude(smtp_host=""))


def way_of(inbox: int) -> Way:
    """How mail of this inbox goes out."""
    return Way(_ACCOUNT.one(inbox))


def ready(now: datetime) -> Q:
    """Deliveries whose inbox is open at `now`."""
    return ~Q(Exists(Pace.objects.filter(inbox=OuterRef("inbox"), until__gt=now)))


@action
def take(way: Way, *, now: datetime) -> datetime | None:
    """Let one mail go this way: None. Else when there will be room; until then its inboxes are closed."""
    if not way.limits:
        return None
    one_at_a_time(f"pace {way.key}")
    free = [_room_at(way, most, length, now) for most, length in way.limits]
    until = max((one for one in free if one), default=None)
    if until is None:
        Dispatch.objects.create(way=way.key, at=now)
    else:
        _close(way, until, LIMIT)
    return until


def count(way: Way, *, now: datetime) -> None:
    """A mail of the desk itself (a code, an invitation) goes whatever the limit says, and is counted."""
    if way.limits:
        Dispatch.objects.create(way=way.key, at=now)


def _room_at(way: Way, most: int, length: timedelta, now: datetime) -> datetime | None:
    """When fewer than `most` went in the last `length`; None: now."""
    lately = Dispatch.objects.filter(way=way.key, at__gt=now - length).order_by("-at")
    oldest = lately.values_list("at", flat=True)[most - 1 : most].first()
    return oldest + length if oldest else None


def _close(way: Way, until: datetime, why: str) -> None:
    for inbox in way.inboxes():
        Pace.objects.update_or_create(inbox_id=inbox, defaults={"until": until, "why": why})


# When the server says it

_TOO_FAST = re.compile(
    r"\brate\b|throttl|too many (?:messages|mails|recipients|connections|concurrent|login|emails)|too fast|slow(?:er)? down"
    r"|(?:limit|quota)\b.{0,40}\bexceeded|exceeded\b.{0,60}\b(?:limit|quota|rate)",
    re.IGNORECASE,
)
_REASONS = ("speeding", "toomanyconn")


def is_too_fast(code: int, told: str) -> bool:
    """Whether a temporary answer means that too much was sent, rather than that this one mail must wait."""
    if not 400 <= code < 500:
        return False
    return bool(_TOO_FAST.search(told)) or reason_of(told, "", "") in _REASONS


@action
def back_off(way: Way, *, now: datetime) -> datetime:
    """The server said that it was too much: nothing goes this way for a while, longer each time it says so again."""
    one_at_a_time(f"pace {way.key}")
    inboxes = way.inboxes()
    known = Pace.objects.filter(inbox__in=inboxes, refused_at__isnull=False).order_by("-refused_at").first()
    again = 1
    if known is not None and known.refused_at is not None:
        if known.until > now:  # another worker heard it too
            return known.until
        lately = now - known.refused_at < 3 * due.pause(known.refusals + 2)
        again = known.refusals + 1 if lately else 1
    until = now + due.pause(again + 2)
    _close(way, until, SERVER)
    Pace.objects.filter(inbox__in=inboxes).update(refusals=again, refused_at=now)
    record(
        "server.refused_for_now",
        at=now,
        topics=["desk"],
        way=way.key,
        until=until.isoformat(),
        refusals=again,
    )
    return until


def forget_old(now: datetime) -> None:
    """What no limit counts any more."""
    Dispatch.objects.filter(at__lt=now - HOUR).delete()
