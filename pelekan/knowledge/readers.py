"""Whose eyes an article is for. One rule, asked by pages, search, suggestions, the bot, files and feeds."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from pelekan.knowledge.models import Visibility
from pelekan.people.models import Agent, Customer, CustomerGroup

PLAN = "plan"
"""The fact of a customer that groups by plan look at."""


@dataclass(frozen=True)
class Reader:
    """Anyone who reads. `customer` only for who is signed in; `group_ids` are his; `level` is the highest step of an agent,
    None for everybody else."""

    customer: Customer | None = None
    agent: Agent | None = None
    group_ids: frozenset[int] = frozenset()
    level: int | None = None

    def may_read(self, where: str = "") -> Q:
        """The condition on articles; `where` is the way to the article, such as "article__"."""
        seen = Q(**{f"{where}visibility": Visibility.PUBLIC})
        if self.customer is not None or self.level is not None:
            seen |= Q(**{f"{where}visibility": Visibility.CUSTOMERS})
        if self.level is not None:
            seen |= Q(**{f"{where}visibility__in": [Visibility.GROUPS, Visibility.AGENTS]})
            seen |= Q(**{f"{where}visibility": Visibility.TIER, f"{where}tier__level__lte": self.level})
        elif self.group_ids:
            ids = CustomerGroup.objects.filter(pk__in=self.group_ids)
            seen |= Q(
                **{
                    f"{where}visibility": Visibility.GROUPS,
                    f"{where}pk__in": CustomerGroup.articles.through.objects.filter(
                        customergroup__in=ids
                    ).values("article"),
                }
            )
        return seen

    @property
    def key(self) -> str:
        """The same for readers who may read the same: "public", "customer", "groups:2,5", "agent:3". For caches."""
        if self.level is not None:
            return f"agent:{self.level}"
        if self.group_ids:
            return "groups:" + ",".join(str(pk) for pk in sorted(self.group_ids))
        return "customer" if self.customer is not None else "public"


ANYONE = Reader()


def of_customer(customer: Customer | None) -> Reader:
    """A signed-in customer, or anyone (None)."""
    return Reader(customer=customer, group_ids=groups_of(customer)) if customer is not None else ANYONE


def of_agent(agent: Agent) -> Reader:
    """An agent: all of the steps up to the highest of his teams'; admins and managers see all steps."""
    if agent.disabled_at or not agent.user.is_active:
        return ANYONE
    if agent.is_manager:
        return Reader(agent=agent, level=32_767)
    levels = agent.teams.values_list("tier__level", flat=True)
    return Reader(agent=agent, level=max(levels, default=0))


def groups_of(customer: Customer) -> frozenset[int]:
    """The groups that a customer is in, by himself, his organization or his plan. One query."""
    mine = Q(customers=customer)
    if customer.organization_id:
        mine |= Q(organizations=customer.organization_id)
    plan = str(customer.facts.get(PLAN) or "").strip().casefold()
    rows = CustomerGroup.objects.filter(archived_at=None)
    found = set(rows.filter(mine).values_list("pk", flat=True))
    if plan:
        found |= {
            pk for pk, plans in rows.exclude(plans=[]).values_list("pk", "plans") if plan in _folded(plans)
        }
    return frozenset(found)


def _folded(plans: list[str]) -> set[str]:
    return {str(one).strip().casefold() for one in plans}
