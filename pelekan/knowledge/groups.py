"""Groups of customers, who may read the same things."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from pelekan.knowledge import rights
from pelekan.knowledge.models import Article
from pelekan.lib.text import one_line
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent, Customer, CustomerGroup, Organization
from pelekan.tickets.events import action, record
from pelekan.tickets.shaping import CannotBe
from pelekan.tickets.shaping.values import unique


@action
def save(
    group: CustomerGroup | None,
    *,
    by: Agent | None,
    name: str,
    description: str = "",
    customers: Sequence[Customer] = (),
    organizations: Sequence[Organization] = (),
    plans: Sequence[str] = (),
) -> CustomerGroup:
    """Make a group or change it: who is in it by name, by organization, by plan."""
    rights.require_publisher(by)
    name = one_line(name, 80)
    if not name:
        raise CannotBe("name", _("Give the group a name."))
    unique(CustomerGroup.objects.all(), name, group, _("Another group has this name."))
    made = group is None
    group = group or CustomerGroup()
    group.name, group.description = name, description.strip()[:1000]
    group.plans = list(dict.fromkeys(one_line(plan, 80) for plan in plans if plan.strip()))
    group.save()
    group.customers.set(customers)
    group.organizations.set(organizations)
    record("customer_group.added" if made else "customer_group.changed", by=by, group=group.pk)
    return group


@action
def archive(group: CustomerGroup, *, by: Agent | None) -> None:
    """Nobody is in it any more; articles for it alone would be read by no customer, so there must be none."""
    rights.require_publisher(by)
    if Article.objects.filter(groups=group, archived_at=None).exists():
        raise CannotBe("", _("Articles are meant for this group. Choose others for them first."))
    group.archived_at = clock()
    group.save(update_fields=["archived_at"])
    record("customer_group.archived", by=by, group=group.pk)


@action
def restore(group: CustomerGroup, *, by: Agent | None) -> None:
    rights.require_publisher(by)
    group.archived_at = None
    group.save(update_fields=["archived_at"])
    record("customer_group.restored", by=by, group=group.pk)
