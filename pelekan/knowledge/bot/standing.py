"""How a customer's own open requests stand, said in the chat to him who has proved who he is."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from pelekan.knowledge.bot.answering import dates_for
from pelekan.knowledge.bot.knowing import status_words
from pelekan.knowledge.whereabouts import asks_where, means_a_request, names_only, number_in
from pelekan.lib.text import isolate, local_digits
from pelekan.lib.time import Dates
from pelekan.people.models import Customer, Tier
from pelekan.sla import promising
from pelekan.tickets.joined import end_of, is_strange
from pelekan.tickets.models import Ticket
from pelekan.tickets.notices import defaults
from pelekan.tickets.states import OPEN_STATES

MOST = 3
"""More are in the portal."""


def answer(
    text: str, customer: Customer, language: str, *, now: datetime, zone: str = "", but: int = 0
) -> str:
    """How his requests stand, where `text` asks for that: the one whose number he names, else all that are open, those that
    moved last first. "" where it asks nothing like it, or may mean an order that is none of them. `but`: the ticket of this chat, which he doesn't mean."""
    asks = asks_where(text)
    if not asks and not names_only(text):
        return ""
    mine = Ticket.objects.of_customer(customer).exclude(pk=but).select_related("joined_into", "tier")
    number = number_in(text)
    named = mine.filter(number=number).first() if number else None
    dates = dates_for(language, None, zone)
    if named is not None:
        return _line(named, dates, now)
    if not asks:
        return ""
    work = Q(status__in=OPEN_STATES) | Q(joined_into__status__in=OPEN_STATES)
    theirs = mine.filter(work).exclude(joined_into__customer=customer).order_by("-last_at", "-pk")
    found = list(theirs[: MOST + 1])
    if not found:
        return _none() if means_a_request(text) else ""
    lines = [_line(ticket, dates, now) for ticket in found[:MOST]]
    if len(found) > MOST:
        lines.append(_("All open requests: %(link)s") % {"link": settings.BASE_URL + reverse("portal_home")})
    return "\n\n".join([_("This is how your open requests stand:"), *lines])


def _none() -> str:
    link = settings.BASE_URL + reverse("portal_home")
    return _("None of your requests is open. What is solved or closed you find here: %(link)s") % {
        "link": link
    }


def sign_in() -> str:
    """What somebody is told who has proved nothing: nobody hears of requests by saying a name or a number."""
    link = settings.BASE_URL + reverse("portal_home")
    return _("How a request stands I may tell only to the one who made it. Sign in and you see it at once: %(link)s") % {"link": link}  # fmt: skip


def _line(ticket: Ticket, dates: Dates, now: datetime) -> str:
    """Its number, subject, state, who is next, until when a person answers if that was promised, and its page."""
    work = end_of(ticket)
    if is_strange(ticket) and work.is_open:  # whom it waits for is between the desk and another customer
        state = status_words("open")
    elif (
        work.is_open
        and work.status != "waiting"
        and Tier.objects.filter(level__gte=1, level__lt=work.tier.level).exists()
    ):
        state = _("With the specialists")
    else:
        state = status_words(work.status)
    head = _("No. %(number)s, %(subject)s: %(state)s.") % {
        "number": local_digits(str(ticket.number), dates.language), "subject": isolate(ticket.subject), "state": state,
    }  # fmt: skip
    promised = promising.of_ticket(work) if work.is_open and ticket.first_answer_at is None else None
    if promised is not None and promised >= now:
        words = defaults.PROMISE.get(dates.language, defaults.PROMISE["en"])
        head += " " + defaults.said_of(words, dates, promised, now)
    link = settings.BASE_URL + reverse("portal_request", args=[ticket.number])
    return f"{head}\n{link}"
