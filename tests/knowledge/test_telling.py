"""Other programs hear of articles through webhooks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pelekan.demo.world import World
from pelekan.knowledge import actions, keeping, loading, reviewing
from pelekan.knowledge.files import Row
from pelekan.knowledge.models import Section, Translation
from pelekan.tickets import webhooks
from pelekan.tickets.models import Webhook, WebhookCall
from pelekan.tickets.webhooks.events import ARTICLES

pytestmark = pytest.mark.django_db


def told() -> list[tuple[str, dict[str, Any]]]:
    return [(one.event, json.loads(one.body)) for one in WebhookCall.objects.order_by("pk")]


def draft(world: World) -> Translation:
    section = Section.objects.create(slug="billing", names={"en": "Billing"})
    return actions.begin(
        section, language="en", title="Renew", body="<p>secret words</p>", by=world.agents["nika"]
    )


def test_what_readers_see_is_told_and_drafts_are_not(world: World) -> None:
    Webhook.objects.create(name="site", address="https://example.com/hook", secret="x", events=list(ARTICLES))
    webhooks.forget()
    row = draft(world)
    keeping.describe(row.article, by=None, position=2)
    assert told() == [], "nobody has read it yet"
    actions.publish(row, by=None)
    keeping.describe(row.article, by=None, visibility="customers")
    keeping.archive(row.article, by=None)
    keeping.bring_back(row.article, by=None)
    reviewing.withdraw(row, by=None)
    first, described, archived, restored, withdrawn = told()
    assert first[0] == "article.published" and first[1]["id"].startswith("msg_")
    article = first[1]["article"]
    assert (article["section"], article["language"]) == ("billing", "en")
    assert article["published"]["en"]["title"] == "Renew" and article["published"]["en"]["url"].startswith(
        "http"
    )
    assert described[1]["article"]["changed"] == ["visibility"]
    assert described[1]["article"]["visibility"] == "customers"
    assert [one[1]["article"]["archived"] for one in (archived, restored)] == [True, False]
    assert withdrawn[0] == "article.withdrawn" and withdrawn[1]["article"]["published"] == {}
    assert not any("secret words" in json.dumps(body) for _event, body in told())


def test_only_who_asked_is_told_and_many_at_once_are_one_call(world: World) -> None:
    Webhook.objects.create(name="crm", address="https://example.com/a", secret="x", events=["ticket.created"])
    Webhook.objects.create(
        name="site", address="https://example.com/b", secret="x", events=["article.imported"]
    )
    webhooks.forget()
    actions.publish(draft(world), by=None)
    loading.load([Row(str(n), f"Title {n}", "<p>x</p>", "en") for n in range(5)])
    ((event, body),) = told()
    assert event == "article.imported" and body["number"] == 5 and len(body["articles"]) == 5
