"""Customers and organizations, as the desk knows them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from pelekan.lib.text import clean_controls, one_line
from pelekan.people.access import can
from pelekan.people.models import Agent, Customer, Language, Organization, Sharing
from pelekan.tickets.actions.knowing import know_customer
from pelekan.tickets.events import action, record
from pelekan.tickets.models import Ticket
from pelekan.tickets.shaping.values import CannotBe, put, require

IMPORTANCE = (0, 1, 2, 3)
MANAGED = ("organization", "importance")
"""What moves a customer's tickets in the queue or opens a company's: for managers."""
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


@action
def save_customer(
    customer: Customer,
    *,
    by: Agent,
    name: str | None = None,
    language: str | None = None,
    notes: str | None = None,
    now: datetime | None = None,
    **managed: Any,
) -> Customer:
    """Change what is given. `managed` holds what is in MANAGED, which takes a manager (PermissionError). Whether `by`
    may see this customer is for the caller to ask first."""
    require(by, "work")
    if language is not None and language not in Language.values:
        raise CannotBe("language", _("Choose a language."))
    if managed.get("importance", 0) not in IMPORTANCE:
        raise CannotBe("importance", _("Choose from the list."))
    company = customer.organization_id
    changed = put(customer, managed, MANAGED)
    if changed:
        require(by, "see_all")
        customer.save(update_fields=list(changed))
        if "organization" in changed:
            of_open = Ticket.objects.open().filter(customer=customer, organization=company)
            of_open.update(organization=customer.organization)
        record("customer.placed", by=by, at=now, topics=["desk"], customer=customer.pk, changed=changed)
    return know_customer(customer, by=by, name=name, language=language, notes=notes, now=now)


@action
def save_organization(
    organization: Organization | None,
    *,
    by: Agent,
    name: str,
    domains: Iterable[str] = (),
    importance: int = 0,
    notes: str = "",
    sharing: str | None = None,
    viewers: Iterable[Customer] | None = None,
    following: bool | None = None,
    now: datetime | None = None,
) -> Organization:
    """Make an organization, or change this one. A domain belongs to one organization: proved addresses of it make
    their customers its own."""
    require(by, "see_all")
    name = one_line(name, 160)
    if not name:
        raise CannotBe("name", _("Give the organization a name."))
    if importance not in IMPORTANCE:
        raise CannotBe("importance", _("Choose from the list."))
    found = _domains(domains, organization)
    made = organization is None
    organization = organization or Organization()
    values: dict[str, Any] = {
        "name": name,
        "domains": found,
        "importance": importance,
        "notes": clean_controls(notes).strip(),
    }
    if sharing is not None:
        if sharing not in Sharing.values:
            raise CannotBe("sharing", _("Choose from the list."))
        values["sharing"] = sharing
    if following is not None:
        values["following"] = following
    changed = put(organization, values, values)
    organization.save()
    if viewers is not None:
        before, after = (
            set(organization.viewers.values_list("pk", flat=True)),
            {one.pk for one in viewers if one.organization_id == organization.pk},
        )
        if before != after:
            organization.viewers.set(after)
            changed["viewers"] = sorted(after)
    if made or changed:
        event = "organization.added" if made else "organization.changed"
        topics = ["desk"]
        record(
            event,
            by=by,
            at=now,
            topics=topics,
            organization=organization.pk,
            title=name,
            changed=sorted(changed),
        )
    return organization


PUBLIC = {
    "gmail.com", "googlemail.com", "yahoo.com", "outlook.com", "hotmail.com", "live.com", "icloud.com", "me.com",
    "aol.com", "gmx.com", "gmx.net", "gmx.de", "web.de", "proton.me", "protonmail.com", "mail.ru", "yandex.ru",
    "chmail.ir", "mail.com", "zoho.com", "fastmail.com",
}  # fmt: skip
"""Where anybody gets an address: such a domain proves no company."""


def _domains(domains: Iterable[str], organization: Organization | None) -> list[str]:
    found = []
    for text in domains:
        domain = text.strip().lower().lstrip("@").rstrip(".")
        if not domain:
            continue
        if not _DOMAIN.fullmatch(domain):
            raise CannotBe(
                "domains",
                _("“%(domain)s” is no domain; write it like example.com.") % {"domain": text.strip()[:80]},
            )
        if domain in PUBLIC:
            raise CannotBe(
                "domains",
                _("Anybody gets an address at %(domain)s, so it proves no company.") % {"domain": domain},
            )
        found.append(domain)
    others = Organization.objects.exclude(domains=[])
    if organization is not None:
        others = others.exclude(pk=organization.pk)
    for other in others:
        if taken := set(found) & set(other.domains):
            text = _("%(domain)s belongs to %(name)s already.")
            raise CannotBe("domains", text % {"domain": sorted(taken)[0], "name": other.name})
    return list(dict.fromkeys(found))


def customers_seen_by(agent: Agent) -> Any:
    """The customers that `agent` may look up: all for managers and agents of all tiers; else those who have a
    ticket that he may see. So nobody finds other desks' customers by typing names."""
    rows = Customer.objects.filter(merged_into=None)
    if not can(agent, "work"):
        return rows.none()
    if agent.sees_all:
        return rows
    return rows.filter(pk__in=Ticket.objects.visible_to(agent).values("customer_id"))
