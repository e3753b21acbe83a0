"""Handing over on screen: dialogs offer what fits, refuse what does not, and the page shows who has it and what came along."""

from __future__ import annotations

import re

import pytest

from pelekan.demo.world import World
from pelekan.people.models import AgentSkill, Skill, Team, Tier
from pelekan.tickets import actions, shaping
from pelekan.tickets.models import Inbox, Ticket
from tests.conftest import NOON


@pytest.fixture
def bank(world: World) -> Skill:
    skill = Skill.objects.create(name="Bank panel")
    category = world.categories["bank"]
    category.skill, category.skill_level = skill, 2
    category.save()
    AgentSkill.objects.create(agent=world.agents["dara"], skill=skill, level=3)
    world.agents["sara"].user.language = "en"
    world.agents["sara"].user.save()
    return skill


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def test_the_dialog_offers_what_fits_and_folds_the_rest(world: World, bank, at_desk, write) -> None:
    ticket = write()
    actions.categorise(ticket, world.categories["bank"], by=world.agents["sara"])
    page = at_desk("sara").get(f"/desk/tickets/{ticket.pk}/dialogs/escalate/").content.decode()
    fit, others = page.split("people__others")
    payments, technical = world.teams["payments"].pk, world.teams["technical"].pk
    assert f'value="{payments}"' in fit and "can do this: ⁨Bank panel⁩ (able)" in fit
    assert f'value="{technical}"' in others and "Nobody here can do this" in others
    assert re.search(rf'value="{payments}"[^>]*checked', page)  # the suitable one is chosen already


def test_an_unfit_choice_needs_its_reason(world: World, bank, at_desk, write) -> None:
    ticket = write()
    actions.categorise(ticket, world.categories["bank"], by=world.agents["sara"])
    sara, url = at_desk("sara"), f"/desk/tickets/{ticket.pk}/"
    form = {"team": world.teams["technical"].pk, "why": "x"}
    refused = sara.post(url + "escalate/", form)
    assert refused.status_code == 422 and "say why it should go there anyway" in refused.content.decode()
    refused = sara.post(url + "assign/", {"agent": world.agents["omid"].pk})
    assert refused.status_code == 422 and "say why it should be this person" in refused.content.decode()
    assert (fresh(ticket).team, fresh(ticket).assignee) == (world.teams["front"], None)
    assert sara.post(url + "escalate/", {**form, "despite": "Dara is ill"}).status_code == 200
    assert fresh(ticket).team == world.teams["technical"]


def test_one_click_registering_asks_as_well(world: World, bank, at_desk, write) -> None:
    Inbox.objects.filter(pk=world.inboxes["shop"].pk).update(specialists=world.teams["technical"])
    world.categories["payment"].team = world.categories["bank"].team = None
    world.categories["payment"].save(), world.categories["bank"].save()
    ticket = write("خطای بانک: پول کسر شد", channel="chat")
    sara, url = at_desk("sara"), f"/desk/tickets/{ticket.pk}/register/"
    form = {
        "subject": "x", "category": world.categories["bank"].pk, "team": world.teams["technical"].pk, "impact": 2, "urgency": 2,
    }  # fmt: skip
    assert sara.post(url, form).status_code == 422 and fresh(ticket).number is None
    assert sara.post(url, {**form, "despite": "nobody is there"}).status_code == 200
    assert fresh(ticket).team == world.teams["technical"]


def test_the_tier_gets_what_it_asks_for(world: World, at_desk, write) -> None:
    tier = world.tiers[3]
    shaping.describe_tier(
        tier, by=world.agents["arash"], name=tier.name, asks=["reproduction", "version", "x"]
    )
    assert Tier.objects.get(pk=tier.pk).asks == ["reproduction", "version"]
    world.agents["sara"].user.language = "en"
    world.agents["sara"].user.save()
    ticket = write()
    sara, url = at_desk("sara"), f"/desk/tickets/{ticket.pk}/escalate/"
    form = {"team": world.teams["developers"].pk, "why": "a fault"}
    refused = sara.post(url, form).content.decode()
    assert "How to reproduce it, Version" in refused and fresh(ticket).team == world.teams["front"]
    form |= {"reproduction": "open it", "version": "7", "tried": "this\nthat", "issue": "javascript:alert(1)"}
    assert "no web address" in sara.post(url, form).content.decode()
    form["issue"] = "https://git.example.org/i/7"
    assert sara.post(url, form).status_code == 200
    assert fresh(ticket).packs.get().tried == ["this", "that"]


def test_accepting_and_returning_by_page(world: World, at_desk, write) -> None:
    for name in ("sara", "dara"):
        world.agents[name].user.language = "en"
        world.agents[name].user.save()
    ticket = write()
    actions.take(ticket, by=world.agents["sara"], now=NOON)
    actions.escalate(
        ticket, world.teams["payments"], by=world.agents["sara"], because="the bank", pack={"problem": "quartz"}, now=NOON
    )  # fmt: skip
    url, sara, dara = f"/desk/tickets/{ticket.pk}/", at_desk("sara"), at_desk("dara")
    page = dara.get(url).content.decode()
    assert "handed it over: ⁨the bank⁩" in page and "quartz" in page and "take-on/" in page
    queue = dara.get(f"/desk/list/queue-{world.teams['payments'].pk}/").content.decode()
    assert 'aria-label="To accept"' in queue
    assert dara.post(url + "send-back/", {"why": ""}).status_code == 422
    assert dara.get(url + "dialogs/send-back/").status_code == 200
    assert dara.post(url + "send-back/", {"why": "which order?", "missing": ["version"]}).status_code == 200
    page = sara.get(url).content.decode()
    assert "returned it: ⁨which order?⁩" in page and "Missing: Version" in page
    assert sara.post(url + "pack/", {"problem": "quartz", "version": "7"}).status_code == 200
    sara.post(url + "escalate/", {"team": world.teams["payments"].pk, "why": "again", "version": "7"})
    assert dara.post(url + "take-on/").status_code == 200
    assert (fresh(ticket).assignee, fresh(ticket).handed_at) == (world.agents["dara"], None)
    versions = dara.get(url + "packs/").content.decode()
    assert "Version 3" in versions and "Version 1" in versions
    assert at_desk("dara").get(url + "beside/").content.decode().count('hx-swap-oob="true"') == 1
    assert sara.post(f"/desk/tickets/{write().pk}/send-back/", {"why": "x"}).status_code == 422


def test_a_link_says_where_else_it_stands(world: World, at_desk, write) -> None:
    one, two, far = write(), write(), write()
    link = "https://git.example.org/shop/issues/7"
    sara = at_desk("sara")
    for ticket in (one, two, far):
        assert sara.post(f"/desk/tickets/{ticket.pk}/link-issue/", {"url": link}).status_code == 200
    Ticket.objects.filter(pk=far.pk).update(tier=world.tiers[3], team=world.teams["developers"])
    page = sara.get(f"/desk/tickets/{one.pk}/").content.decode()
    assert f'href="{link}" target="_blank" rel="noopener noreferrer nofollow"' in page
    assert f'data-open-ticket="{two.pk}"' in page and f'data-open-ticket="{far.pk}"' not in page
    sara.post(f"/desk/tickets/{two.pk}/unlink-issue/", {"issue": one.issues.get().pk})
    assert one.issues.exists() and two.issues.exists()  # not that of another ticket
    sara.post(f"/desk/tickets/{one.pk}/unlink-issue/", {"issue": one.issues.get().pk})
    assert not one.issues.exists()
    assert sara.post(f"/desk/tickets/{one.pk}/link-issue/", {"url": "file:///etc/passwd"}).status_code == 422


def test_two_steps_show_nothing_of_missing_ones(world: World, at_desk, write) -> None:
    arash = world.agents["arash"]
    shaping.shape_staircase(2, by=arash)
    gone = [world.tiers[0].name, world.tiers[3].name]
    team = Team.objects.get(pk=world.teams["payments"].pk)
    ticket = write()
    actions.escalate(ticket, team, by=world.agents["sara"], because="x", pack={"problem": "y"}, now=NOON)
    boss = at_desk("arash")
    url = f"/desk/tickets/{ticket.pk}/"
    for path in (
        url, url + "beside/", url + "dialogs/escalate/", url + "dialogs/send-back/", url + "register/", "/desk/list/all/",
        "/desk/settings/staircase/", "/desk/settings/teams/", "/desk/settings/teams/new/", "/desk/settings/staircase/eyes/",
        "/desk/settings/agents/", f"/desk/search/?q={ticket.number}",
    ):  # fmt: skip
        page = boss.get(path).content.decode()
        if not path.endswith("settings/staircase/"):  # where the usual shapes are offered by name
            assert [name for name in gone if name in page] == [], path
        drawn = [svg for svg in re.findall(r'<svg class="steps".*?</svg>', page) if "<rect" in svg]
        if "staircase/" in path:  # there the usual shapes are offered
            drawn = [svg for svg in drawn if svg.count("<rect") != 3]
        assert all(svg.count("<rect") == 2 for svg in drawn), path
