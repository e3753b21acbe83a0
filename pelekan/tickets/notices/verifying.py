"""Is it really solved? Asked once for each solving; the customer answers with one click, and that is told to who solved it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from pelekan.lib.secrets import sign, verify
from pelekan.lib.text import clean_controls
from pelekan.lib.time import now as clock
from pelekan.lib.time import zone_named
from pelekan.people.models import ZONE_OF, Customer
from pelekan.tickets import actions
from pelekan.tickets.events import action, lock
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Event, Ticket
from pelekan.tickets.states import Status

LIVES = timedelta(days=30)
"""How long the links work."""

LONGEST = 2_000
PURPOSE = "really-solved"
NIGHT = (21, 8)
"""Hours by the customer's clock between which nobody is asked."""


def token_of(solving: int) -> str:
    """What the links hold: good for answering for this one solving, and for nothing else."""
    return f"{solving}-{sign(PURPOSE, str(solving), settings.SECRET_KEY)}"


def solving_of(token: str, now: datetime) -> Event | None:
    """The solving that this token asks about; None when it is forged, over, or gone."""
    number, _dash, signature = token.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) < 18):
        return None
    if not verify(PURPOSE, number, signature, settings.SECRET_KEY):
        return None
    rows = Event.objects.filter(name="ticket.solved", at__gt=now - LIVES, ticket__isnull=False)
    return rows.select_related("ticket__customer", "ticket__inbox").filter(pk=int(number)).first()


def stands(solving: Event) -> bool:
    """Whether the ticket is still as this solving left it, so that an answer means something."""
    if solving.ticket is None or solving.ticket.status != Status.SOLVED:
        return False
    later = Event.objects.filter(ticket=solving.ticket_id, name="ticket.solved", pk__gt=solving.pk)
    return not later.exists()


def morning_after(at: datetime, ticket: Ticket) -> datetime | None:
    """When the customer's night around `at` is over; None by day."""
    language = ticket.language if ticket.language in ZONE_OF else "en"
    local = at.astimezone(zone_named(ticket.customer.zone or ZONE_OF[language]))
    begins, ends = NIGHT
    if ends <= local.hour < begins:
        return None
    day = local.date() + timedelta(days=local.hour >= begins)
    morning = datetime(day.year, day.month, day.day, ends, tzinfo=local.tzinfo)
    return morning.astimezone(at.tzinfo)


@action
def confirm(solving: Event, *, by: Customer, now: datetime | None = None) -> bool:
    """Yes: the ticket is closed. False where it has moved on meanwhile."""
    assert solving.ticket_id is not None
    ticket = lock(solving.ticket_id)
    if not _may_answer(solving, by, ticket):
        return False
    actions.close(ticket, by=by, because="really solved", now=now or clock())
    return True


@action
def deny(solving: Event, *, by: Customer, words: str = "", now: datetime | None = None) -> bool:
    """No: what he says comes in as his message, so that everything follows as from any other: open again, his agent told."""
    assert solving.ticket_id is not None
    ticket = lock(solving.ticket_id)
    talk = ticket.conversations.filter(customer=by).order_by("-last_at").first()
    if not _may_answer(solving, by, ticket) or talk is None:
        return False
    with translation.override(ticket.language):
        text = clean_controls(words).strip()[:LONGEST] or _("No, it is not solved yet.")
    actions.receive(
        Incoming(
            inbox_id=talk.inbox_id, channel=talk.channel, customer_id=by.pk, text=text, conversation_id=talk.pk,
            language=ticket.language, client_id=f"not-solved-{solving.pk}",
        ),
        now=now or clock(),
    )  # fmt: skip
    return True


def _may_answer(solving: Event, by: Customer, ticket: Ticket) -> bool:
    if not isinstance(by, Customer) or ticket.customer_id != by.pk:
        raise PermissionError("Only the customer of this ticket says whether it is solved.")
    solving.ticket = ticket
    return stands(solving)
