"""Settings → Bot: inboxes, flows step by step, talking to the draft, the model, and what the bot did."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client

from pelekan.demo.world import World
from pelekan.knowledge.bot import model
from pelekan.knowledge.bot.document import at_inbox
from pelekan.tickets.models import Rulebook
from tests.knowledge.bot.shop import ORDER_FLOW, RENEW, article, bot
from tests.web.admin.test_health import english

PAGE = "/desk/settings/bot/"


def draft() -> dict:
    return Rulebook.objects.filter(kind="bot", enabled_at=None).latest("number").body


@pytest.fixture
def arash(world: World) -> Client:
    return english(world, "arash")


def test_an_admin_sets_it_up_draws_a_flow_and_talks_to_the_draft(world: World, arash: Client) -> None:
    shop = world.inboxes["shop"]
    made = arash.post(
        PAGE + "flows/new/",
        {"name-en": "Returns", "words": "send it back\nreturn", "text-en": "You have 14 days."},
    )
    assert made.status_code == 302 and made["Location"].endswith("/flows/flow1/")
    flow = made["Location"]
    asked = {
        "text-en": "Is it damaged?", "as": "choice", "name": "damaged", "next": "", "label-0-en": "Yes", "to-0": "", "label-1-en": "No", "to-1": "s1",
    }  # fmt: skip
    # a circle with a question in it is fine
    assert arash.post(flow + "new/?kind=ask&after=s1", asked).status_code == 302
    nodes = draft()["flows"][0]["nodes"]
    assert nodes["s1"]["next"] == "s2" and [one["value"] for one in nodes["s2"]["choices"]] == ["c1", "c2"]
    assert (
        arash.post(flow + "new/?kind=hand&after=s2", {"text-en": "One moment.", "team": ""}).status_code
        == 302
    )
    assert draft()["flows"][0]["nodes"]["s2"]["next"] == "s3"
    shown = arash.get(flow).content.decode()
    assert "Is it damaged?" in shown and "is not written in: fa, ar" in shown
    kept = arash.post(
        PAGE,
        {
            f"when-{shop.pk}": "closed",
            f"sure-{shop.pk}": "40",
            f"name-{shop.pk}-en": "Helper",
            f"flows-{shop.pk}": ["flow1"],
        },
    )
    assert kept.status_code == 302, kept.content.decode()[:2000]
    talk = arash.post(
        PAGE + "talk/", {"session": "", "text": "I want to send it back", "language": "en"}
    ).content.decode()
    assert "You have 14 days." in talk and "Is it damaged?" in talk and "choice:c1|Yes" in talk
    assert arash.post("/desk/settings/books/bot/enable/", {}).status_code == 302
    found = at_inbox(shop.pk)
    assert found is not None and found.when == "closed" and found.flows == ("flow1",)
    assert f'name="name-{shop.pk}-en"' in arash.get(PAGE).content.decode()
    assert arash.get(PAGE).status_code == 200 and arash.get(flow + "s2/").status_code == 200


def test_what_is_wrong_is_said_and_nothing_is_kept(world: World, arash: Client) -> None:
    shop = world.inboxes["shop"]
    bot(shop, flows=[ORDER_FLOW])
    page = arash.post(PAGE, {f"when-{shop.pk}": "always", f"sure-{shop.pk}": "200"})
    assert page.status_code == 422 and "number from 10 to 95" in page.content.decode()
    round_ = {"id": "round", "name": {"en": "Round"}, "start": "a", "nodes": {
        "a": {"kind": "say", "text": {"en": "Hello"}, "next": "b"}, "b": {"kind": "say", "text": {"en": "again"}, "next": "a"}}}  # fmt: skip
    answer = arash.post(
        "/desk/settings/books/bot/import/",
        {"text": json.dumps({"kind": "bot", "body": {"inboxes": {}, "flows": [round_]}})},
    )
    assert not Rulebook.objects.filter(kind="bot", enabled_at=None).exists(), answer.content.decode()[:500]


def test_in_04_braces_are_filled_once_and_templates_are_text() -> None:
    from pelekan.knowledge.bot.flows import filled

    text = {"en": "{{7*7}} {order} {settings.SECRET_KEY} {% debug %} ${7*7}"}
    assert (
        filled(text, "en", {"order": "{plan}", "plan": "no"})
        == "{{7*7}} {plan} {settings.SECRET_KEY} {% debug %} ${7*7}"
    )


def test_wh_01_the_model_is_not_called_in_our_own_network_unless_an_admin_says_so(
    world: World, arash: Client
) -> None:
    form = {
        "on": "on",
        "base_url": "http://127.0.0.1:9/v1",
        "name": "small",
        "seconds": "2",
        "most_requests": "10",
        "most_tokens": "1000",
        "key": "sk-secret",
    }
    refused = arash.post(PAGE + "model/", form)
    assert refused.status_code == 422 and not model.is_on()
    assert arash.post(PAGE + "model/", {**form, "private": "on"}).status_code == 302
    assert model.is_on() and "sk-secret" not in model.row().key
    assert "sk-secret" not in arash.get(PAGE + "model/").content.decode()
    link_local = arash.post(
        PAGE + "model/", {**form, "private": "on", "base_url": "http://169.254.169.254/v1"}
    )
    assert link_local.status_code == 422


def test_what_it_did_has_a_list_behind_each_number(world: World, arash: Client) -> None:
    from pelekan.demo.assistant import _talk

    article("Renew a subscription", RENEW)
    bot(world.inboxes["shop"])
    from pelekan.lib.time import now

    _talk(
        world,
        world.customers["emma"],
        [("How do I renew my subscription?", ""), ("yes", "yes")],
        now() - timedelta(hours=1),
    )
    page = arash.get("/desk/insights/bot/?of=solved").content.decode()
    assert "How do I renew my subscription?" in page
    assert "There is none." in arash.get("/desk/insights/bot/?of=wrong").content.decode()
    assert english(world, "sara").get("/desk/insights/bot/").status_code == 403
