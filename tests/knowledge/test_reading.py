"""Who may read what: one rule for every door."""

from __future__ import annotations

import pytest

from pelekan.knowledge import actions, readers
from pelekan.knowledge.models import Section, Translation, Visibility
from pelekan.people.models import Agent, Customer, CustomerGroup, Tier

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(world: object) -> Section:
    return Section.objects.create(slug="billing", names={"en": "Billing", "fa": "پرداخت"})


def out(shelf: Section, visibility: str, **known: object) -> Translation:
    made = actions.begin(
        shelf, language="en", title=visibility, body="<p>words</p>", by=None, visibility=visibility, **known
    )
    return actions.publish(made, by=None)


def titles(reader: readers.Reader) -> set[str]:
    rows = Translation.objects.readable_by(reader).select_related("published")
    return {row.published.title for row in rows if row.published}


def test_everyone_reads_what_is_meant_for_him_and_nothing_else(shelf: Section) -> None:
    customer = Customer.objects.filter(user__isnull=False).first() or Customer.objects.first()
    assert customer is not None
    agent = Agent.objects.filter(role="agent").first()
    assert agent is not None
    for visibility in Visibility.values:
        if visibility != Visibility.TIER:
            out(shelf, visibility)
    high = Tier.objects.order_by("-level").first()
    out(shelf, Visibility.TIER, tier=high)
    assert titles(readers.ANYONE) == {"public"}
    assert titles(readers.of_customer(customer)) == {"public", "customers"}
    group = CustomerGroup.objects.create(name="Gold", plans=["Gold"])
    article = Translation.objects.get(published__title="groups").article
    article.groups.add(group)
    assert titles(readers.of_customer(customer)) == {"public", "customers"}
    customer.facts = {"plan": " GOLD "}
    assert titles(readers.of_customer(customer)) == {"public", "customers", "groups"}
    low = readers.Reader(agent=agent, level=1)
    assert titles(low) == {"public", "customers", "groups", "agents"}
    assert titles(readers.Reader(agent=agent, level=high.level if high else 3)) == titles(low) | {"tier"}


def test_a_draft_is_read_by_nobody_and_a_new_version_only_once_it_is_out(shelf: Section) -> None:
    made = actions.begin(shelf, language="en", title="First", body="<p>one</p>", by=None)
    assert not titles(readers.ANYONE)
    actions.publish(made, by=None)
    actions.write(made.article, language="en", title="Second", body="<p>two</p>", by=None)
    assert titles(readers.ANYONE) == {"First"}
    actions.publish(made, by=None)
    assert titles(readers.ANYONE) == {"Second"}


def test_bodies_hold_no_scripts_no_foreign_pictures_no_hidden_hosts(shelf: Section) -> None:
    made = actions.begin(
        shelf, language="en", title="x", by=None,
        body='<p dir="rtl" onclick="x()">a<script>b()</script></p><img src="https://example.org/x.png"><img src="/help/files/1">'
        '<a href="//example.org/">c</a><a href="javascript:d()">d</a><a href="/help/">e</a>',
    )  # fmt: skip
    assert made.newest is not None
    body = made.newest.body
    assert "script" not in body and "onclick" not in body and "example.org" not in body
    assert 'src="/help/files/1"' in body and 'href="/help/"' in body and 'dir="rtl"' in body
    assert made.newest.text.split() == ["a", "cde"] or "b()" not in made.newest.text
