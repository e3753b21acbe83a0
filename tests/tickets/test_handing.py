"""Handing over: to whom it fits, what travels with it, and who accepts or returns it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pelekan.demo.world import World
from pelekan.people.models import AgentSkill, Skill, Team
from pelekan.tickets import actions
from pelekan.tickets.actions import NobodySent, PackMissing, WhyMissing
from pelekan.tickets.models import Category, Pack, Ticket
from pelekan.tickets.needs import DoesNotFit
from pelekan.tickets.packs.fields import BadLink
from pelekan.tickets.packs.quality import climbs
from tests.conftest import NOON
from tests.tickets.test_lists import write


@pytest.fixture
def ticket(world: World) -> Ticket:
    return write(world, text="پول کم شد. چه کنم؟")


def names(ticket: Ticket) -> list[str]:
    return list(ticket.events.order_by("id").values_list("name", flat=True))


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def up(ticket: Ticket, world: World, **values) -> Ticket:
    given = {"by": world.agents["sara"], "because": "بانک", "now": NOON, **values}
    return actions.escalate(ticket, world.teams[given.pop("team", "payments")], **given)


# accepting


def test_taking_accepts(world: World, ticket: Ticket) -> None:
    up(ticket, world)
    ticket = fresh(ticket)
    assert (ticket.handed_at, ticket.assignee, ticket.team) == (NOON, None, world.teams["payments"])
    stay = ticket.stays.get(left_at=None)
    assert (stay.sent_from, stay.sent_by) == (world.teams["front"], world.agents["sara"])
    later = NOON + timedelta(minutes=7)
    actions.accept(ticket, by=world.agents["dara"], now=later)
    ticket, stay = fresh(ticket), ticket.stays.get(left_at=None)
    assert (ticket.handed_at, ticket.assignee) == (None, world.agents["dara"])
    assert (stay.accepted_at, stay.accepted_by) == (later, world.agents["dara"])
    accepted = ticket.events.get(name="ticket.accepted")
    assert accepted.data["waited"] == 420
    actions.accept(ticket, by=world.agents["dara"], now=later)
    assert ticket.events.filter(name="ticket.accepted").count() == 1


def test_who_answers_or_solves_has_accepted(world: World, ticket: Ticket) -> None:
    up(ticket, world, to=world.agents["dara"])
    assert fresh(ticket).handed_at == NOON
    actions.reply(fresh(ticket), by=world.agents["nika"], text="سلام", now=NOON)
    assert fresh(ticket).handed_at is not None  # not his own
    actions.reply(fresh(ticket), by=world.agents["dara"], text="سلام", now=NOON)
    assert fresh(ticket).handed_at is None
    up(ticket, world, team="technical", by=world.agents["dara"])
    actions.solve(fresh(ticket), by=world.agents["laila"], now=NOON)
    assert fresh(ticket).handed_at is None and names(ticket).count("ticket.accepted") == 2


def test_a_rule_that_sorts_out_what_is_new_hands_nothing_over(world: World, ticket: Ticket) -> None:
    up(ticket, world, by=None)
    assert fresh(ticket).handed_at is None
    other = write(world)
    actions.take(other, by=world.agents["sara"], now=NOON)
    up(other, world, by=None)
    assert fresh(other).handed_at == NOON


def test_a_colleague_accepts_or_returns(world: World, ticket: Ticket) -> None:
    sara, omid = world.agents["sara"], world.agents["omid"]
    actions.take(ticket, by=sara, now=NOON)
    actions.hand_over(fresh(ticket), omid, by=sara, because="نوبت من تمام شد", now=NOON)
    ticket = fresh(ticket)
    assert (ticket.assignee, ticket.handed_at) == (omid, NOON)
    actions.send_back(ticket, by=omid, because="نمی‌رسم", now=NOON)
    ticket = fresh(ticket)
    assert (ticket.assignee, ticket.handed_at, ticket.team) == (sara, None, world.teams["front"])
    assert ticket.stays.count() == 2 and ticket.stays.filter(left_at=None).count() == 1


def test_who_was_given_it_accepts_or_returns(world: World, ticket: Ticket) -> None:
    sara, omid, nika = (world.agents[key] for key in ("sara", "omid", "nika"))
    actions.entrust(ticket, omid, by=sara, now=NOON)
    stay = fresh(ticket).stays.get(left_at=None)
    assert (fresh(ticket).assignee, fresh(ticket).handed_at, stay.sent_by) == (omid, NOON, sara)
    assert names(ticket).count("ticket.handed_over") == 0
    actions.send_back(fresh(ticket), by=omid, because="نمی‌رسم", now=NOON)
    assert (fresh(ticket).assignee, fresh(ticket).handed_at) == (sara, None)
    actions.entrust(fresh(ticket), omid, by=nika, now=NOON)  # who is in no team of it
    if world.teams["front"].pk not in nika.team_ids:
        actions.send_back(fresh(ticket), by=omid, because="نه", now=NOON)
        assert (fresh(ticket).assignee, fresh(ticket).handed_at) == (None, None), "the queue has it again"
    assert fresh(ticket).team == world.teams["front"]


def test_what_waits_already_is_given_on_and_returned_to_who_sent_it(world: World, ticket: Ticket) -> None:
    up(ticket, world)
    actions.entrust(
        fresh(ticket), world.agents["dara"], by=world.agents["nika"], now=NOON + timedelta(minutes=5)
    )
    stay = fresh(ticket).stays.get(left_at=None)
    assert (fresh(ticket).handed_at, stay.sent_by) == (NOON, world.agents["sara"])
    actions.send_back(fresh(ticket), by=world.agents["dara"], because="نه", now=NOON)
    assert fresh(ticket).assignee == world.agents["sara"]


def test_a_running_chat_waits_for_nobody(world: World) -> None:
    ticket = write(world, channel="chat")
    talk = actions.accept_chat(ticket.conversations.get(), by=world.agents["sara"], now=NOON)
    for who, by in (("omid", "sara"), ("dara", "omid")):
        actions.transfer_chat(talk, world.agents[who], by=world.agents[by], because="x", now=NOON)
        assert (fresh(ticket).assignee, fresh(ticket).handed_at) == (world.agents[who], None)


# returning


def test_a_return_goes_to_the_sender_with_what_is_missing(world: World, ticket: Ticket) -> None:
    actions.take(ticket, by=world.agents["sara"], now=NOON)
    up(ticket, world, team="developers")
    with pytest.raises(WhyMissing):
        actions.send_back(fresh(ticket), by=world.agents["james"], because=" ", now=NOON)
    actions.send_back(
        fresh(ticket), by=world.agents["james"], because="Which version?", missing=["version", "x"], now=NOON
    )
    ticket = fresh(ticket)
    stay = ticket.stays.get(left_at=None)
    assert (ticket.team, ticket.assignee, ticket.handed_at) == (
        world.teams["front"], world.agents["sara"], None,
    )  # fmt: skip
    assert (stay.missing, stay.why, stay.sent_from) == (["version"], "Which version?", None)
    assert [one.outcome for one in ticket.stays.all()] == ["escalated", "returned", ""]
    assert ticket.events.get(name="ticket.returned").data["bounced"] is True
    up(ticket, world, team="developers")  # and once more
    assert fresh(ticket).handed_at == NOON


@pytest.mark.parametrize("gone", ["disabled", "moved"])
def test_where_the_sender_is_gone_his_team_gets_it(world: World, ticket: Ticket, gone: str) -> None:
    up(ticket, world)
    sara = world.agents["sara"]
    if gone == "moved":
        sara.teams.set([world.teams["technical"]])
    else:
        sara.disabled_at = NOON
        sara.save()
    actions.send_back(fresh(ticket), by=world.agents["dara"], because="نه", now=NOON)
    ticket = fresh(ticket)
    assert (ticket.team, ticket.assignee, ticket.handed_at) == (world.teams["front"], None, NOON)


def test_what_nobody_sent_goes_nowhere(world: World, ticket: Ticket) -> None:
    with pytest.raises(NobodySent):
        actions.send_back(ticket, by=world.agents["sara"], because="x", now=NOON)


# fitting


@pytest.fixture
def bank(world: World, ticket: Ticket) -> Skill:
    """Bank failures need level 2, which only Dara has; Laila has begun to learn it."""
    skill = Skill.objects.create(name="درگاه بانک")
    world.categories["bank"].skill, world.categories["bank"].skill_level = skill, 2
    world.categories["bank"].save()
    AgentSkill.objects.create(agent=world.agents["dara"], skill=skill, level=2)
    AgentSkill.objects.create(agent=world.agents["laila"], skill=skill, level=1)
    actions.categorise(ticket, world.categories["gateway"], by=world.agents["sara"])  # below "bank"
    return skill


def test_az_22_an_unfit_team_needs_a_reason_at_the_action_too(
    world: World, ticket: Ticket, bank: Skill
) -> None:
    with pytest.raises(DoesNotFit) as refused:
        up(ticket, world, team="technical")
    assert refused.value.skill == "درگاه بانک" and fresh(ticket).team == world.teams["front"]
    up(ticket, world, team="technical", despite="دارا نیست")
    stay = ticket.stays.get(left_at=None)
    assert stay.despite == "دارا نیست" and fresh(ticket).team == world.teams["technical"]
    told = ticket.events.get(name="ticket.overridden")
    assert (told.because, told.data["skill"], told.data["level"]) == ("دارا نیست", "درگاه بانک", 2)
    up(ticket, world, by=world.agents["laila"], despite="not needed")  # where it fits nobody asks
    assert ticket.stays.get(left_at=None).despite == ""
    assert ticket.events.filter(name="ticket.overridden").count() == 1


def test_a_person_without_the_skill_needs_a_reason(world: World, ticket: Ticket, bank: Skill) -> None:
    sara, omid = world.agents["sara"], world.agents["omid"]
    with pytest.raises(DoesNotFit):
        actions.assign(ticket, omid, by=sara, now=NOON)
    with pytest.raises(DoesNotFit):
        actions.hand_over(ticket, omid, by=sara, because="x", now=NOON)
    with pytest.raises(DoesNotFit):
        up(ticket, world, to=omid)
    assert fresh(ticket).assignee is None and fresh(ticket).team == world.teams["front"]
    actions.take(ticket, by=omid, now=NOON)  # what one takes himself, he answers for himself
    actions.assign(ticket, world.agents["dara"], by=sara, now=NOON)
    actions.assign(ticket, omid, by=sara, now=NOON, despite="آموزش")
    assert fresh(ticket).assignee == omid and ticket.stays.get(left_at=None).despite == "آموزش"


def test_further_causes_ask_for_their_skills_too(world: World, ticket: Ticket, bank: Skill) -> None:
    """Whoever gets it must be able to do all of it."""
    kurdish = Skill.objects.create(name="کردی")
    cause = Category.objects.create(name="زبان", skill=kurdish, skill_level=1)
    up(ticket, world)  # Dara can do the bank
    actions.set_causes(fresh(ticket), [cause], by=world.agents["sara"], now=NOON)
    with pytest.raises(DoesNotFit) as refused:
        actions.assign(fresh(ticket), world.agents["dara"], by=world.agents["sara"], now=NOON)
    assert refused.value.skill == "درگاه بانک, کردی"
    AgentSkill.objects.create(agent=world.agents["dara"], skill=kurdish, level=1)
    actions.assign(fresh(ticket), world.agents["dara"], by=world.agents["sara"], now=NOON)
    assert fresh(ticket).assignee == world.agents["dara"]


def test_a_team_without_people_fits_nothing(world: World, ticket: Ticket) -> None:
    empty = Team.objects.create(tier=world.tiers[2], name="آرشیو")
    with pytest.raises(DoesNotFit) as refused:
        actions.escalate(ticket, empty, by=world.agents["sara"], because="x", now=NOON)
    assert refused.value.skill == ""


# packs


def test_only_what_the_tier_asks_for_is_required(world: World, ticket: Ticket) -> None:
    world.tiers[3].asks = ["problem", "reproduction", "version"]
    world.tiers[3].save()
    team = Team.objects.get(pk=world.teams["developers"].pk)
    sara = world.agents["sara"]

    def send(**pack: str) -> None:
        actions.escalate(fresh(ticket), team, by=sara, because="x", pack=pack, now=NOON)

    with pytest.raises(PackMissing) as refused:
        send(problem="پول کم شد")
    assert refused.value.fields == ("reproduction", "version")
    with pytest.raises(BadLink):
        send(problem="a", reproduction="b", version="1", issue="javascript:alert(1)")
    assert fresh(ticket).team == world.teams["front"] and not Pack.objects.exists()
    send(problem="a", reproduction="b", version="1", issue="https://git.example.org/i/7", tried="- c\n- d")
    pack = ticket.packs.get()
    assert (pack.number, pack.tried, pack.made_by, pack.team) == (1, ["c", "d"], sara, team)
    assert ticket.issues.get().host == "git.example.org"
    actions.keep_pack(ticket, {"problem": "a, more"}, by=world.agents["james"], now=NOON)
    assert [one.number for one in ticket.packs.all()] == [1, 2]
    assert ticket.packs.first().problem == "a"  # versions stay
    assert actions.keep_pack(ticket, {"problem": "a, more"}, by=world.agents["james"], now=NOON) is None


def test_what_is_known_fills_it(world: World, ticket: Ticket) -> None:
    sara = world.agents["sara"]
    actions.reply(ticket, by=sara, text="سلام. لطفاً یک بار از حساب خارج و دوباره وارد شوید.", now=NOON)
    write(world)  # another ticket's words stay there
    actions.note(ticket, by=sara, text="با درگاه تماس گرفتم و پاسخ ندادند.", now=NOON)
    write(world, text="شد. پولم کی برمی‌گردد؟ ممنون", conversation_id=ticket.conversations.get().pk)
    actions.register(ticket, by=sara, team=world.teams["payments"], now=NOON)
    up(ticket, world)
    pack = fresh(ticket).packs.last()
    assert pack is not None and "پول کم شد" in pack.problem
    assert pack.tried == [
        "لطفاً یک بار از حساب خارج و دوباره وارد شوید.",
        "با درگاه تماس گرفتم و پاسخ ندادند.",
    ]
    assert pack.questions == ["پولم کی برمی‌گردد؟"]


def test_what_climbs_is_counted(world: World, ticket: Ticket, bank: Skill) -> None:
    up(ticket, world, team="technical", despite="دارا نیست")
    actions.send_back(fresh(ticket), by=world.agents["laila"], because="نه", now=NOON)
    up(ticket, world)
    actions.accept(fresh(ticket), by=world.agents["dara"], now=NOON + timedelta(minutes=6))
    (row,) = climbs(NOON - timedelta(days=1))
    assert (row["level"], row["up"], row["accepted"], row["returned"], row["despite"]) == (2, 2, 1, 1, 1)
    assert row["waited"] == timedelta(minutes=6) and climbs(NOON + timedelta(days=1)) == []
