"""Adding a colleague to a request, taking him away, his answer, and what he is told.

Only people of the customer's organization, and only where it allows it. Whoever is added by an address that nobody has
proved yet gets in by proving it: what was typed opens nothing by itself. Letters to followers never hold what was said.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from pelekan.lib.addresses import normal_address
from pelekan.lib.text import clean_controls, isolate, local_digits
from pelekan.lib.time import now as clock
from pelekan.people import letters, signin
from pelekan.people.identify import customer_for, known, mail_address
from pelekan.people.models import Agent, Customer, IdentityKind, Organization
from pelekan.tickets import joined
from pelekan.tickets.actions.customers import open_portal
from pelekan.tickets.actions.receiving import receive
from pelekan.tickets.events import By, action, lock, lock_end, record
from pelekan.tickets.following.models import Follower
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Event, Message, Ticket
from pelekan.tickets.shaping.values import CannotBe

MOST = 20
"""Followers of one request."""
A_DAY = timedelta(days=1)
MOST_A_DAY = 30
"""People whom one customer adds in a day: each of them gets a mail."""


def allowed(ticket: Ticket, customer: Customer) -> bool:
    """Whether `customer` may add colleagues to `ticket`."""
    company = customer.organization
    return company is not None and company.following and _is_own(ticket, customer)


def _is_own(ticket: Ticket, customer: Customer) -> bool:
    return ticket.customer_id == customer.pk and ticket.organization_id == customer.organization_id


def of(ticket: Ticket) -> QuerySet[Follower]:
    """Who follows this request now."""
    if ticket.followed_at is None:
        return Follower.objects.none()
    rows = Follower.objects.filter(ticket=ticket).select_related("customer__user")
    return rows.prefetch_related("customer__identities").order_by("pk")


@action
def add(ticket: Ticket, typed: str, *, by: Customer, now: datetime | None = None) -> Follower:
    """Add the colleague of this address; he hears of it by mail. Raises CannotBe at "colleague"."""
    now = now or clock()
    ticket = lock(ticket)
    if not allowed(ticket, by):
        raise PermissionError("Only whose request it is, and where the organization allows it.")
    assert by.organization is not None
    colleague = _colleague(typed, by, by.organization, now)
    found = Follower.objects.filter(ticket=ticket, customer=colleague).first()
    if found is not None:
        return found
    lately = Follower.objects.filter(ticket__customer=by, added_at__gt=now - A_DAY).count()
    if ticket.followers.count() >= MOST or lately >= MOST_A_DAY:
        raise CannotBe(
            "colleague", _("That is a lot of people. Remove somebody first, or add others tomorrow.")
        )
    found = Follower.objects.create(ticket=ticket, customer=colleague, added_at=now)
    if ticket.followed_at is None:
        ticket.followed_at = now
        ticket.save(update_fields=["followed_at"])
    record(
        "ticket.followed", ticket, by=by, at=now, topics=[f"customer:{by.pk}", f"customer:{colleague.pk}"],
        follower=colleague.pk,
    )  # fmt: skip
    _invite(ticket, colleague, typed, by, now)
    return found


def _colleague(typed: str, by: Customer, company: Organization, now: datetime) -> Customer:
    """The member of `company` with this address. A stranger's address is refused in the same words, known or not."""
    try:
        address = normal_address(typed)
    except ValueError:
        raise CannotBe("colleague", _("Write an e-mail address, such as name@example.com.")) from None
    colleague = known(IdentityKind.EMAIL, address)
    while colleague is not None and colleague.merged_into is not None:
        colleague = colleague.merged_into
    if colleague is not None and colleague.pk == by.pk:
        raise CannotBe("colleague", _("That is your own address."))
    member = colleague is not None and colleague.organization_id == company.pk
    fits = address.rpartition("@")[2] in company.domains and (
        colleague is None or colleague.organization_id is None
    )
    if not (member or fits) or signin.is_agent(IdentityKind.EMAIL, address):
        raise CannotBe(
            "colleague",
            _("Only people of %(organization)s can be added, by their address there.") % {"organization": isolate(company.name)},
        )  # fmt: skip
    if colleague is not None:
        return colleague
    return customer_for(IdentityKind.EMAIL, address, language=by.language, now=now)


def _invite(ticket: Ticket, colleague: Customer, typed: str, by: Customer, now: datetime) -> None:
    language = colleague.user.language if colleague.user else colleague.language
    with translation.override(language):
        name = isolate(by.name) if by.name else _("A colleague of yours")
        _write(
            ticket, colleague, _("You can read a request of a colleague"), now, language,
            _("%(name)s added you to request %(number)s. Sign in with this address to read and answer it:")
            % {"name": name, "number": local_digits(str(ticket.number), language)},
        )  # fmt: skip


def _write(ticket: Ticket, to: Customer, subject: str, now: datetime, language: str, line: str) -> None:
    if address := mail_address(to):
        page = settings.BASE_URL + reverse("portal_request", args=[ticket.number])
        letters.write(
            address, kind="followed", subject=subject, lines=[line, page], language=language, now=now
        )


@action
def remove(ticket: Ticket, customer: Customer, *, by: By, now: datetime | None = None) -> bool:
    """He reads it no more. The customer of the request does it, he himself, or an agent. False where he was none."""
    now = now or clock()
    ticket = lock(ticket)
    if isinstance(by, Customer) and by.pk not in (ticket.customer_id, customer.pk):
        raise PermissionError("Only whose request it is, and who follows it.")
    gone, _each = Follower.objects.filter(ticket=ticket, customer=customer).delete()
    if not gone:
        return False
    if not ticket.followers.exists():
        ticket.followed_at = None
        ticket.save(update_fields=["followed_at"])
    record(
        "ticket.unfollowed", ticket, by=by, at=now,
        topics=[f"customer:{ticket.customer_id}", f"customer:{customer.pk}"], follower=customer.pk,
    )  # fmt: skip
    return True


@action
def answer(
    ticket: Ticket,
    *,
    by: Customer,
    text: str,
    attachment_ids: tuple[int, ...] = (),
    client_id: str = "",
    now: datetime | None = None,
) -> Message:
    """A follower answers, under his own name and in the customer's thread: what the desk answers goes to the customer,
    and nothing goes to the follower's mail that he could no longer read here. Raises PermissionError, NothingToSay."""
    now = now or clock()
    if not Ticket.objects.followed_by(by).filter(pk=ticket.pk).exists():
        raise PermissionError("He does not follow it.")
    work = lock_end(ticket)
    ticket = work if work.pk == ticket.pk else Ticket.objects.select_related("customer").get(pk=ticket.pk)
    own = joined.talks(ticket).filter(customer=ticket.customer).exclude(channel="chat").order_by("-last_at")
    conversation = own.first() or open_portal(ticket, work, ticket.customer, now)
    return receive(
        Incoming(
            inbox_id=conversation.inbox_id, channel="portal", customer_id=by.pk, text=clean_controls(text).strip(),
            conversation_id=conversation.pk, attachment_ids=attachment_ids, client_id=client_id,
        ),
        now=now,
    )  # fmt: skip


def looked(ticket: Ticket, customer: Customer) -> None:
    """He has seen how it stands: the next news are worth a letter again."""
    Follower.objects.filter(ticket=ticket, customer=customer).exclude(told_at=None).update(told_at=None)


def tell(event: Event) -> None:
    """Reaction: an answer left, or it is solved. Each follower gets one letter until he looks. Where nobody follows this
    asks nothing."""
    ticket, message = event.ticket, event.message
    if ticket is None or ticket.followed_at is None or ticket.number is None:
        return
    if message is not None and (message.automatic or message.held_at is not None):
        return
    for one in of(ticket).filter(told_at=None):
        language = one.customer.user.language if one.customer.user else one.customer.language
        number = local_digits(str(ticket.number), language)
        with translation.override(language):
            line = (
                _("Request %(number)s, which you follow, is solved:")
                if event.name == "ticket.solved"
                else _("There is an answer in request %(number)s, which you follow:")
            ) % {"number": number}
            subject = _("News of request %(number)s") % {"number": number}
            _write(ticket, one.customer, subject, event.at, language, line)
        Follower.objects.filter(pk=one.pk).update(told_at=event.at)


def removed_by(agent: Agent, ticket: Ticket, pk: int) -> bool:
    """An agent takes a follower away."""
    row = Follower.objects.select_related("customer").filter(ticket=ticket, pk=pk).first()
    return row is not None and remove(ticket, row.customer, by=agent)
