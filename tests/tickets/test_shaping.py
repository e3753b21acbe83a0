"""Building the desk: what must hold whatever an admin does to it."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from pelekan.demo.world import World
from pelekan.people import setup, tokens
from pelekan.people.desk import forget, sign
from pelekan.people.models import Agent, Customer, Team, Tier, Token
from pelekan.tickets import search, shaping
from pelekan.tickets.actions import assign, escalate, receive, tag
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Category, Event, Inbox, Stay, Tag, Ticket
from pelekan.tickets.shaping.folk import customers_seen_by
from pelekan.tickets.shaping.founding import AlreadyFounded, Founding
from tests.conftest import NOON


def ticket(world: World, customer: str = "mina", **values: object) -> Ticket:
    base = {
        "inbox_id": world.inboxes["mail"].pk, "channel": "email", "customer_id": world.customers[customer].pk,
        "text": "سفارش من نرسیده است", "language": "fa",
    }  # fmt: skip
    return receive(Incoming(**{**base, **values}), now=NOON).ticket  # type: ignore[arg-type]


def levels() -> dict[int, str]:
    return dict(Tier.objects.values_list("level", "name"))


# S2: the staircase


def test_s2_a_step_can_be_added_above_and_between(world: World) -> None:
    arash = world.agents["arash"]
    shaping.add_tier("Tier 4", by=arash)
    shaping.add_tier("میانه", level=2, by=arash)
    assert [levels()[n] for n in range(6)] == [
        "خودیاری",
        "خط اول",
        "میانه",
        "متخصصان",
        "توسعه و زیرساخت",
        "Tier 4",
    ]


def test_s2_nothing_refers_to_a_deleted_step(world: World) -> None:
    arash, technical = world.agents["arash"], world.teams["technical"]
    one = ticket(world)
    escalate(one, world.teams["developers"], by=arash, because="panel", now=NOON)
    with pytest.raises(shaping.CannotBe) as refused:
        shaping.delete_tier(world.tiers[3], by=arash)
    assert refused.value.field == "move_to"
    gone = world.tiers[3].pk
    shaping.delete_tier(world.tiers[3], by=arash, move_to=world.tiers[2])
    assert sorted(levels()) == [0, 1, 2]
    assert Team.objects.get(name="توسعه‌دهندگان").tier == technical.tier
    assert not Stay.objects.filter(tier_id=gone).exists()
    assert Ticket.objects.get(pk=one.pk).tier_id == world.tiers[2].pk
    event = Event.objects.get(name="tier.deleted")
    assert event.data["title"] == "توسعه و زیرساخت"
    assert f"revoke:agent:{world.agents['james'].pk}" in event.topics.split()


def test_s7_two_steps_and_back_to_four(world: World) -> None:
    arash = world.agents["arash"]
    shaping.shape_staircase(2, by=arash)
    assert sorted(levels()) == [1, 2]
    assert not Team.objects.exclude(tier__level__in=[1, 2]).exists()
    shaping.shape_staircase(4, by=arash)
    assert sorted(levels()) == [0, 1, 2, 3]


def test_the_last_step_where_people_work_stays(world: World) -> None:
    arash = world.agents["arash"]
    shaping.delete_tier(world.tiers[3], by=arash, move_to=world.tiers[1])
    shaping.delete_tier(world.tiers[2], by=arash, move_to=world.tiers[1])
    with pytest.raises(shaping.CannotBe):
        shaping.delete_tier(world.tiers[1], by=arash, move_to=world.tiers[0])


# Teams


def test_s11_a_team_is_usable_at_once_and_its_people_see_its_step(world: World) -> None:
    omid = world.agents["omid"]
    team = shaping.save_team(
        None, by=world.agents["arash"], name="بازگشت کالا", tier=world.tiers[2], agents=[omid], offered=True
    )
    assert Agent.objects.get(pk=omid.pk).tier_ids == [world.tiers[1].pk, world.tiers[2].pk]
    event = Event.objects.get(name="team.added")
    assert {f"team:{team.pk}", f"revoke:agent:{omid.pk}"} <= set(event.topics.split())


def test_tickets_follow_their_team_to_another_step(world: World) -> None:
    one = ticket(world)
    shaping.save_team(world.teams["front"], by=world.agents["arash"], name="پیشخوان", tier=world.tiers[2])
    one.refresh_from_db()
    assert (one.tier_id, one.stays.get(left_at=None).tier_id) == (world.tiers[2].pk,) * 2
    assert Ticket.objects.visible_to(Agent.objects.get(pk=world.agents["sara"].pk)).filter(pk=one.pk).exists()


def test_an_archived_team_leaves_nothing_ownerless(world: World) -> None:
    arash, front = world.agents["arash"], world.teams["front"]
    one = ticket(world)
    with pytest.raises(shaping.CannotBe):
        shaping.archive_team(front, by=arash)
    shaping.archive_team(front, by=arash, move_to=world.teams["technical"])
    one.refresh_from_db()
    assert one.team == world.teams["technical"]
    assert not Inbox.objects.filter(team=front).exists()
    shaping.restore_team(front, by=arash)
    assert Team.objects.get(pk=front.pk).archived_at is None


# Agents


def test_the_last_admin_stays(world: World) -> None:
    arash = world.agents["arash"]
    for refused in (
        lambda: shaping.change_agent(arash, by=arash, role="agent"),
        lambda: shaping.disable_agent(arash, by=arash),
    ):
        with pytest.raises(shaping.CannotBe):
            refused()
    shaping.change_agent(world.agents["nika"], by=arash, role="admin")
    assert shaping.change_agent(arash, by=arash, role="agent").role == "agent"


@pytest.mark.parametrize("who", ["sara", "nika"])
def test_az_11_role_climbing(world: World, who: str) -> None:
    climber, arash = world.agents[who], world.agents["arash"]
    for refused in (
        lambda: shaping.change_agent(climber, by=climber, role="admin"),
        lambda: shaping.change_agent(arash, by=climber, name="دیگری"),
        lambda: shaping.hire(by=climber, email="x@example.com", name="x", role="admin"),
        lambda: shaping.reinvite(arash, by=climber),
        lambda: shaping.disable_agent(arash, by=climber),
        lambda: shaping.save_team(None, by=climber, name="x", tier=world.tiers[1]),
    ):
        with pytest.raises(PermissionError):
            refused()
    assert not Event.objects.filter(agent=climber).exists()


def test_a_disabled_agent_loses_streams_and_keeps_no_ticket(world: World) -> None:
    sara = world.agents["sara"]
    one = assign(ticket(world), sara, by=sara)
    shaping.disable_agent(sara, by=world.agents["arash"])
    one.refresh_from_db()
    assert (one.assignee, one.team) == (None, world.teams["front"])
    assert f"revoke:agent:{sara.pk}" in Event.objects.get(name="agent.disabled").topics.split()
    assert not Ticket.objects.visible_to(Agent.objects.get(pk=sara.pk)).exists()


def test_az_14_revocation_is_immediate(world: World) -> None:
    """A change of rights ends the streams; a change of title does not."""
    laila, arash = world.agents["laila"], world.agents["arash"]
    shaping.change_agent(laila, by=arash, title="خدمات")
    shaping.change_agent(laila, by=arash, teams=[world.teams["front"]])
    mild, hard = Event.objects.filter(name="agent.changed").order_by("id")
    assert "revoke:" not in mild.topics
    assert f"revoke:agent:{laila.pk}" in hard.topics.split()


def test_an_invited_agent_has_teams_and_a_link(world: World) -> None:
    agent, link = shaping.hire(
        by=world.agents["arash"],
        email=" New@Example.com ",
        name="نو",
        teams=[world.teams["front"]],
        language="en",
    )
    assert (agent.user.email, agent.user.has_usable_password(), agent.team_ids) == (
        "new@example.com", False, [world.teams["front"].pk],
    )  # fmt: skip
    assert "/accounts/invite/" in link
    with pytest.raises(shaping.CannotBe) as refused:
        shaping.hire(by=world.agents["arash"], email="new@example.com", name="نو")
    assert refused.value.field == "email"


# Sorting, customers, keys


def test_merged_tags_stand_once_on_each_ticket(world: World) -> None:
    arash = world.agents["arash"]
    both, one = ticket(world), ticket(world, "emma")
    for name in ("بانک", "بانکی"):
        tag(both, name, by=arash)
    tag(one, "بانکی", by=arash)
    old, kept = Tag.objects.get(name="بانکی"), Tag.objects.get(name="بانک")
    assert shaping.merge_tags(old, kept, by=arash) == 2
    assert [list(row.tags.values_list("name", flat=True)) for row in (both, one)] == [["بانک"], ["بانک"]]


def test_categories_end_at_three_levels_and_rest_with_their_branch(world: World) -> None:
    arash = world.agents["arash"]
    with pytest.raises(shaping.CannotBe):
        shaping.save_category(None, by=arash, parent=world.categories["gateway"], name="x")
    with pytest.raises(shaping.CannotBe):
        shaping.save_category(None, by=arash, name="پرداخت")
    shaping.archive_category(world.categories["payment"], by=arash)
    assert not Category.objects.filter(
        name__in=["پرداخت", "خطای بانک", "درگاه پرداخت"], archived_at=None
    ).exists()
    shaping.restore_category(Category.objects.get(name="درگاه پرداخت"), by=arash)
    assert Category.objects.filter(name__in=["پرداخت", "خطای بانک"], archived_at=None).count() == 2


def test_a_customer_is_found_by_a_new_name(world: World) -> None:
    one = ticket(world)
    mina, sara = Customer.objects.get(pk=world.customers["mina"].pk), world.agents["sara"]
    shaping.save_customer(mina, by=sara, name="مینا كاظمی")
    assert [hit.ticket.pk for hit in search.find("کاظمي", sara)[0]] == [one.pk]
    with pytest.raises(PermissionError):
        shaping.save_customer(mina, by=sara, importance=3)


def test_az_19_autocomplete_of_customers(world: World) -> None:
    """An agent finds only customers with a ticket that he may see."""
    ticket(world, "emma")
    seen = {
        name: set(customers_seen_by(world.agents[name]).values_list("name", flat=True))
        for name in ("sara", "dara", "nika")
    }
    assert seen["sara"] == {"Emma Clarke"}
    assert seen["dara"] == set()
    assert len(seen["nika"]) == 4


def test_az_12_organization_by_e_mail_domain(world: World) -> None:
    """A domain is one company's and never a public mail host's."""
    nika = world.agents["nika"]
    for domain in ("gmail.com", "sepehr-trading.example", "no domain", "localhost"):
        with pytest.raises(shaping.CannotBe):
            shaping.save_organization(None, by=nika, name="نو", domains=[domain])


def test_a_key_works_until_it_is_revoked(world: World) -> None:
    arash = world.agents["arash"]
    row, secret = shaping.create_key("panel", scopes=("tickets:read",), by=arash)
    assert tokens.find(secret) == row
    assert secret not in str(list(Event.objects.values()))
    shaping.revoke_key(row, by=arash)
    assert tokens.find(secret) is None


# The log


def test_pr_06_audit_complete_and_fixed(world: World) -> None:
    """The database itself refuses to rewrite an event; a ticket that goes takes its events along."""
    one = ticket(world)
    for values in ({"name": "x"}, {"agent": world.agents["sara"]}, {"because": "x"}, {"data": {"x": 1}}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Event.objects.filter(ticket=one).update(**values)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE tickets_event SET at = '2020-01-01 00:00:00+00:00'")
    one.delete()
    assert not Event.objects.filter(ticket_id=one.pk).exists()


# The beginning

BEGIN = Founding("en", "Chakad", 4, "first@example.com", "First", "a long password")


def test_an_office_is_founded_once(db: None) -> None:
    admin = shaping.found_office(BEGIN)
    forget()
    assert (admin.role, sign().name, sorted(levels())) == ("admin", "Chakad", [0, 1, 2, 3])
    assert set(Inbox.objects.values_list("channel", flat=True)) == {"portal", "api"}
    with pytest.raises(AlreadyFounded):
        shaping.found_office(BEGIN)


def test_only_the_newest_setup_secret_opens(db: None) -> None:
    old, new = setup.new_secret(now=NOON), setup.new_secret(now=NOON)
    assert [setup.opens(secret, now=NOON) for secret in (old, new, "", "x" * 32)] == [
        False,
        True,
        False,
        False,
    ]
    assert new not in str(list(Token.objects.values()))
    assert not setup.opens(new, now=NOON + setup.LIVES)
