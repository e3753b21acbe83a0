"""The ticket, and its stays at the steps of the staircase."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pelekan.lib.time import now
from pelekan.people.models import Agent, Customer, Organization, Sharing, Team, Tier
from pelekan.tickets.models.doors import Channel, Inbox
from pelekan.tickets.models.sorting import Category, Tag
from pelekan.tickets.states import OPEN_STATES

if TYPE_CHECKING:
    from django.db.models import QuerySet


class Tickets(models.QuerySet["Ticket"]):
    """Every read of tickets begins with whose eyes it is for."""

    def visible_to(self, agent: Agent) -> QuerySet[Ticket]:
        """What `agent` may see: everything where the steps are only a view to him (`Agent.eyes`); else the tickets of
        his teams' tiers, what is assigned to him, and the ticket of a chat that he is in, wherever it has climbed
        meanwhile. A disabled agent sees nothing."""
        if agent.disabled_at or not agent.user.is_active:
            return self.none()
        if agent.sees_all:
            return self.all()
        from pelekan.tickets.models.talk import ChatState, Conversation  # which name Ticket

        chats = Conversation.objects.filter(agent=agent, state=ChatState.ACTIVE).values("ticket")
        return self.filter(
            models.Q(tier__in=agent.tier_ids) | models.Q(assignee=agent) | models.Q(pk__in=chats)
        )

    def of_customer(self, customer: Customer) -> QuerySet[Ticket]:
        """What `customer` may see in the portal: his own registered tickets."""
        return self.filter(customer=customer, registered_at__isnull=False)

    def shared_with(self, customer: Customer) -> QuerySet[Ticket]:
        """What `customer` may read of his colleagues' requests: registered ones of his own organization, where it shares
        them with him, but what a colleague keeps to himself."""
        company = customer.organization
        if company is None or company.sharing == Sharing.OFF:
            return self.none()
        if company.sharing == Sharing.CHOSEN and not company.viewers.filter(pk=customer.pk).exists():
            return self.none()
        return self.filter(
            organization=company, customer__organization=company, registered_at__isnull=False, private_at=None
        ).exclude(customer=customer)

    def followed_by(self, customer: Customer) -> QuerySet[Ticket]:
        """Colleagues' requests to which `customer` was added: he reads and answers them while both are of the
        organization that the request was made for."""
        if customer.organization_id is None:
            return self.none()
        return self.filter(
            followers__customer=customer, organization=customer.organization_id, registered_at__isnull=False,
            customer__organization=customer.organization_id,
        ).exclude(customer=customer)  # fmt: skip

    def lent_to(self, customer: Customer) -> QuerySet[Ticket]:
        """Others' requests that `customer` may read: what his organization shares, and what he was added to."""
        shared, followed = self.model.objects.shared_with(customer), self.model.objects.followed_by(customer)
        if shared.query.is_empty():
            return followed
        return self.filter(models.Q(pk__in=shared.values("pk")) | models.Q(pk__in=followed.values("pk")))

    def read_by(self, customer: Customer) -> QuerySet[Ticket]:
        """All that `customer` may read in the portal: his own and what is lent to him. Only in his own he settles."""
        lent = self.model.objects.lent_to(customer)
        mine = models.Q(customer=customer, registered_at__isnull=False)
        return self.filter(mine if lent.query.is_empty() else mine | models.Q(pk__in=lent.values("pk")))

    def open(self) -> QuerySet[Ticket]:
        return self.filter(status__in=OPEN_STATES)


A_DAY = timedelta(days=1)


def in_a_day() -> datetime:
    """Where a ticket stands among the urgent ones until a service level says more: a day is what everyone is promised."""
    return now() + A_DAY


IS_OPEN = models.Q(status__in=["new", "open", "waiting", "on_hold"])
IS_DONE = models.Q(status__in=["solved", "closed"])
SILENT = IS_OPEN & models.Q(waiting_since__isnull=False)
PROMISED = IS_OPEN & models.Q(promised_at__isnull=False)
NO_NEXT = models.Q(
    status__in=["new", "open"], waiting_since__isnull=True, promised_at__isnull=True, next_due_at__isnull=True
)
HELD = models.Q(status="on_hold", hold_until__isnull=True)


class Ticket(models.Model):
    """One request of one customer and the work on it. Has a number once it is registered."""

    number = models.PositiveBigIntegerField(null=True, blank=True, unique=True)
    subject = models.CharField(max_length=250)
    subject_folded = models.TextField(blank=True, editable=False)  # see `tickets.conditions.words.folded`
    status = models.CharField(max_length=8, default="new")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="tickets")
    organization = models.ForeignKey(Organization, null=True, blank=True, on_delete=models.SET_NULL)
    private_at = models.DateTimeField(null=True, blank=True)  # the customer keeps it from his colleagues
    followed_at = models.DateTimeField(null=True, blank=True)  # it has followers since then: see `following`
    inbox = models.ForeignKey(Inbox, on_delete=models.PROTECT, related_name="tickets")
    channel = models.CharField(max_length=8, choices=Channel.choices)
    tier = models.ForeignKey(Tier, on_delete=models.PROTECT, related_name="tickets")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="tickets")  # never ownerless
    assignee = models.ForeignKey(
        Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="tickets"
    )
    category = models.ForeignKey(Category, null=True, blank=True, on_delete=models.SET_NULL)
    causes = models.ManyToManyField(Category, blank=True, related_name="caused")  # further ones besides
    impact = models.PositiveSmallIntegerField(default=2)
    urgency = models.PositiveSmallIntegerField(default=2)
    priority = models.PositiveSmallIntegerField(default=2)
    assessed_at = models.DateTimeField(null=True, blank=True)  # an agent chose or confirmed the three above
    reasons = models.JSONField(default=list, blank=True)  # what spoke for them; see `priority.Reason`
    alarm = models.PositiveSmallIntegerField(default=0)  # 0 calm, 1 soon, 2 late, 3 very late
    next_due_at = models.DateTimeField(null=True, blank=True)  # the earliest promise of a service level
    rank_at = models.DateTimeField(default=in_a_day)  # the order "most urgent first"; never empty
    promised_at = models.DateTimeField(null=True, blank=True)  # what an agent told the customer, the earliest
    frustration = models.PositiveSmallIntegerField(default=0)  # 0–100
    round_trips = models.PositiveSmallIntegerField(default=0)
    reopened = models.PositiveSmallIntegerField(default=0)  # times
    transfers = models.PositiveSmallIntegerField(default=0)  # moves between teams
    handed_at = models.DateTimeField(null=True, blank=True)  # handed over since then, and not yet accepted
    language = models.CharField(max_length=2, default="fa")
    follows = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="follow_ups"
    )
    may_belong_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    joined_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="joined", db_index=False
    )  # its conversations are there; see `tickets.joined`
    joined_at = models.DateTimeField(
        null=True, blank=True
    )  # conversations last came or went by a join or its undoing: who held one before looks again
    tags = models.ManyToManyField(Tag, blank=True, related_name="tickets")
    preview = models.CharField(max_length=160, blank=True)
    bot_at = models.DateTimeField(
        null=True, blank=True
    )  # the bot talks with the customer since then: he waits for nobody, no clock runs, no queue holds it
    hold_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=now)
    registered_at = models.DateTimeField(null=True, blank=True)
    first_answer_at = models.DateTimeField(null=True, blank=True)  # by a person, reaching the customer
    waiting_since = models.DateTimeField(null=True, blank=True)  # the customer waits for us since then
    last_at = models.DateTimeField(default=now)  # last message either way: the order of lists
    solved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = Tickets.as_manager()

    class Meta:
        indexes = [
            # one index per live list, in its order (see `lists`); partial, so that done work costs open work nothing
            models.Index(
                fields=["assignee", "-last_at", "-id"], name="open_mine", condition=IS_OPEN
            ),  # and nobody's
            models.Index(fields=["team", "-last_at", "-id"], name="open_team", condition=IS_OPEN),
            models.Index(fields=["tier", "-last_at", "-id"], name="open_tier", condition=IS_OPEN),
            models.Index(fields=["-last_at", "-id"], name="open_all", condition=IS_OPEN),
            # the same lists by urgency
            models.Index(fields=["assignee", "rank_at", "id"], name="rank_mine", condition=IS_OPEN),
            models.Index(fields=["team", "rank_at", "id"], name="rank_team", condition=IS_OPEN),
            models.Index(fields=["tier", "rank_at", "id"], name="rank_tier", condition=IS_OPEN),
            models.Index(fields=["rank_at", "id"], name="rank_all", condition=IS_OPEN),
            models.Index(
                fields=["assignee", "team"], name="late_ones", condition=IS_OPEN & models.Q(alarm__gte=2)
            ),  # counted beside each list
            models.Index(fields=["assignee", "-last_at", "-id"], name="done_mine", condition=IS_DONE),
            models.Index(fields=["tier", "-last_at", "-id"], name="done_tier", condition=IS_DONE),
            models.Index(fields=["-last_at", "-id"], name="list_all"),
            models.Index(fields=["customer", "-last_at"], name="list_customer"),
            # nothing forgotten, see `forgotten`
            models.Index(fields=["waiting_since"], name="forgot_silent", condition=SILENT),
            models.Index(fields=["last_at"], name="forgot_next", condition=NO_NEXT),
            models.Index(fields=["promised_at"], name="forgot_promise", condition=PROMISED),
            models.Index(fields=["last_at"], name="forgot_waiting", condition=models.Q(status="waiting")),
            models.Index(fields=["last_at"], name="forgot_held", condition=HELD),
            models.Index(
                fields=["joined_into"], name="joined_tickets", condition=models.Q(joined_into__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.subject}" if self.number else self.subject

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATES


class Counter(models.Model):
    """The next ticket number: one row, incremented inside the registering transaction."""

    name = models.CharField(max_length=20, primary_key=True)
    value = models.PositiveBigIntegerField()


class Outcome(models.TextChoices):
    ESCALATED = "escalated", _("Escalated")
    RETURNED = "returned", _("Returned")
    HANDED_OVER = "handed_over", _("Handed over")
    SOLVED = "solved", pgettext_lazy("outcome", "Solved")
    CLOSED = "closed", pgettext_lazy("outcome", "Closed")
    JOINED = "joined", pgettext_lazy("outcome", "Joined into another ticket")


class Stay(models.Model):
    """The time that a ticket spends at one tier with one team."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="stays")
    tier = models.ForeignKey(Tier, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)
    first_answer_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    why = models.TextField(blank=True)  # why it came here
    sent_from = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )  # who handed it over; None where nobody did: it arrived here, or came back
    sent_by = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    despite = models.TextField(blank=True)  # why it came although nobody here has the skill
    missing = models.JSONField(
        default=list, blank=True
    )  # came back for want of these; see tickets.packs.fields

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["entered_at"], name="handed_over", condition=models.Q(sent_from__isnull=False)
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"], condition=models.Q(left_at__isnull=True), name="one_stay_at_a_time"
            )
        ]
