"""The wish to be erased: asked, withdrawn, refused, held, granted. Every step tells the customer what comes next."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from pelekan.lib import due
from pelekan.lib.text import clean_controls, one_line
from pelekan.lib.time import now as clock
from pelekan.people import letters
from pelekan.people.access import can
from pelekan.people.identify import mail_address
from pelekan.people.models import Agent, Customer
from pelekan.tickets.erasing.models import UNDECIDED, Erasure
from pelekan.tickets.events import By, action, record
from pelekan.tickets.models import Ticket
from pelekan.tickets.shaping.values import CannotBe

ANSWERED_WITHIN = timedelta(days=30)
"""How long the law (GDPR, article 12) lets a customer wait for an answer: a month. Shown to the admins as a date."""


def current(customer: Customer) -> Erasure | None:
    """His newest wish, however it stands."""
    return Erasure.objects.filter(customer=customer).order_by("-pk").first()


def waits(customer: Customer) -> Erasure | None:
    """His wish that is not over: to be decided, held, or being carried out."""
    return Erasure.objects.filter(customer=customer, state__in=[*UNDECIDED, Erasure.State.WORKING]).first()


def waiting() -> QuerySet[Erasure]:
    """Wishes that somebody must decide, the oldest first."""
    return Erasure.objects.filter(state__in=UNDECIDED).order_by("asked_at", "pk")


def open_requests(customer: Customer) -> QuerySet[Ticket]:
    """His requests that are still being worked on: erasing ends them without an answer."""
    return Ticket.objects.filter(customer=customer).open().order_by("-last_at", "-pk")


@action
def ask(customer: Customer, *, by: By, how: str = "", now: datetime | None = None) -> Erasure:
    """He wants to be erased; or (`by` an agent) he said so in another way, `how`. The wish that waits already comes back.
    Raises PermissionError for agents who don't decide about people, CannotBe for someone who works here."""
    now = now or clock()
    if isinstance(by, Agent):
        _may(by)
        how = one_line(how, 500)
        if not how:
            raise CannotBe("how", _("Write how the customer asked for it."))
    if customer.user is not None and hasattr(customer.user, "agent"):
        raise CannotBe("how", _("This customer is an agent of the desk too. Disable the agent first."))
    known = waits(customer)
    if known is not None:
        return known
    made = Erasure.objects.create(
        customer=customer, asked_at=now, asked_by=by if isinstance(by, Agent) else None, asked_how=how
    )
    record(
        "customer.asked_erasure", by=by, at=now, topics=[f"customer:{customer.pk}"], erasure=made.pk, customer=customer.pk
    )  # fmt: skip
    with translation.override(language_of(customer)):
        _write(
            customer, _("You asked us to erase your data"), now,
            _("We got your wish that everything of yours is erased here. A person decides about it, and you hear from us."),
            _("If it was not you, or you changed your mind: sign in and withdraw it."),
        )  # fmt: skip
    return made


@action
def withdraw(customer: Customer, *, now: datetime | None = None) -> bool:
    """He does not want it any more. False where nothing waits: it was decided meanwhile."""
    now = now or clock()
    gone = Erasure.objects.filter(customer=customer, state__in=UNDECIDED).update(
        state=Erasure.State.WITHDRAWN, decided_at=now
    )
    if gone:
        record("customer.kept_data", by=customer, at=now, topics=[f"customer:{customer.pk}"])
    return bool(gone)


@action
def refuse(row: Erasure, *, by: Agent, because: str, now: datetime | None = None) -> None:
    """It is not done, for a reason that the customer reads."""
    now = now or clock()
    _decide(row, Erasure.State.REFUSED, "customer.erasure_refused", by, because, now)
    with translation.override(language_of(row.customer)):
        _write(
            row.customer, _("Your data is not erased"), now,
            _("You asked us to erase your data. We can't do that, for this reason:"), row.because,
            _("If you think that this is wrong, answer this mail, or ask the data protection authority of your country."),
        )  # fmt: skip


@action
def hold(row: Erasure, *, by: Agent, because: str, now: datetime | None = None) -> None:
    """The law, or a dispute, asks that it is kept for now. The wish stays, and nobody can carry it out meanwhile."""
    now = now or clock()
    _decide(row, Erasure.State.HELD, "customer.erasure_held", by, because, now)
    with translation.override(language_of(row.customer)):
        _write(
            row.customer, _("Your data must be kept for now"), now,
            _("You asked us to erase your data. For now it must be kept, for this reason:"), row.because,
            _("Your wish stands. We erase it as soon as we may."),
        )  # fmt: skip


@action
def free(row: Erasure, *, by: Agent, now: datetime | None = None) -> None:
    """Nothing asks any more that it is kept: the wish waits for its decision again."""
    _may(by)
    now = now or clock()
    freed = Erasure.objects.filter(pk=row.pk, state=Erasure.State.HELD)
    if not freed.update(state=Erasure.State.ASKED, because="", decided_at=now, decided_by=by):
        raise CannotBe("", _("A colleague has decided meanwhile. This is how it stands now."))
    record("customer.erasure_freed", by=by, at=now, erasure=row.pk, customer=row.customer_id)


@action
def grant(row: Erasure, *, by: Agent, now: datetime | None = None) -> None:
    """Carry it out: a worker begins at once. It can't be taken back."""
    _may(by)
    now = now or clock()
    mine = Erasure.objects.filter(pk=row.pk, state=Erasure.State.ASKED)
    if not mine.update(
        state=Erasure.State.WORKING, decided_at=now, decided_by=by, due_at=now, leased_until=None
    ):
        raise CannotBe("", _("A colleague has decided meanwhile. This is how it stands now."))
    record("customer.erasure_granted", by=by, at=now, erasure=row.pk, customer=row.customer_id)
    due.queued(Erasure)


def _decide(row: Erasure, state: str, name: str, by: Agent, because: str, now: datetime) -> None:
    _may(by)
    row.because = clean_controls(because).strip()[:4_000]
    if not row.because:
        raise CannotBe("because", _("Write the reason. The customer reads it."))
    mine = Erasure.objects.filter(pk=row.pk, state__in=UNDECIDED)
    if not mine.update(state=state, because=row.because, decided_at=now, decided_by=by):
        raise CannotBe("", _("A colleague has decided meanwhile. This is how it stands now."))
    row.state = state
    topics = [f"customer:{row.customer_id}"]
    record(name, by=by, at=now, topics=topics, erasure=row.pk, customer=row.customer_id)


def _may(by: Agent) -> None:
    if not can(by, "people"):
        raise PermissionError("Only admins decide about people.")


def language_of(customer: Customer) -> str:
    return customer.user.language if customer.user else customer.language


def _write(customer: Customer, subject: str, now: datetime, *lines: str) -> None:
    """By mail where there is one; the profile says it too."""
    if to := mail_address(customer):
        page = settings.BASE_URL + reverse("portal_profile") + "#my-data"
        letters.write(
            to, kind="erasure", subject=subject, lines=[*lines, page], language=language_of(customer), now=now
        )
