"""Service levels in the settings: the preset, a policy through its form and back, drafts, order, versions."""

from __future__ import annotations

import re

import pytest
from django.http import QueryDict
from django.utils import translation

from pelekan.sla.policies import parse
from pelekan.sla.presets import document_348, steps_348
from pelekan.tickets import rulebooks
from pelekan.tickets.models import Rulebook
from pelekan.tickets.webhooks.models import Webhook
from pelekan.web.admin import sla_form
from pelekan.web.admin.sla_differences import told
from tests.web.forms import fields

HOME = "/desk/settings/sla/"
BOOKS = "/desk/settings/books/sla/"


def filled(page: str, **changes: str) -> dict[str, list[str]]:
    """What a browser sends for the policy's form when these fields are changed."""
    form = page[page.index('<form method="post" class="topics"') : page.index('class="savebar"')]
    found: dict[str, list[str]] = {}
    for name, value in fields(re.sub(r"(?s)<template.*?</template>", "", form)):
        found.setdefault(name, []).append(value)
    return found | {name: [value] for name, value in changes.items()}


def draft() -> Rulebook:
    return Rulebook.objects.get(kind="sla", enabled_at=None, discarded_at=None)


def active() -> Rulebook | None:
    return Rulebook.objects.filter(kind="sla", enabled_at__isnull=False, ended_at=None).first()


def test_the_preset_is_one_click_and_a_draft_until_it_is_put_in_force(admin) -> None:
    Rulebook.objects.filter(kind="sla").delete()
    page = admin.post(HOME + "preset/", follow=True).content.decode()
    assert active() is None
    assert draft().body == document_348()
    assert "۳ ساعت" in page
    assert "۲۴ ساعت" in page, "the picture of the steps ends with the public promise"
    admin.post(BOOKS + "enable/")
    now = active()
    assert now is not None
    assert now.enabled_by is not None
    assert now.enabled_by.user.email.startswith("arash")
    assert parse(now.body).policies[0].targets["first_response"].minutes == 180


@pytest.mark.parametrize("digits", ["fa", "ar", "en"])
def test_the_form_gives_back_what_it_was_given(digits: str) -> None:
    """Every policy survives its form, in whichever digits it is shown."""
    policy = steps_348()
    policy["hours"] = 7
    policy["targets"]["acceptance"] = {
        "within_minutes": 95, "clock": "elapsed", "pause": [],
        "steps": [
            {"id": "a", "at": {"minutes": 30}, "do": [{"act": "escalate", "team": 3}, {"act": "reassign"}]},
            {"id": "b", "at": {"share": 1.5}, "do": [{"act": "tell", "whom": "agent:5", "by": ["mail"]}]},
        ],
    }  # fmt: skip
    form = sla_form.form_of(policy, digits)
    data = QueryDict(mutable=True)
    for code, text in form.names.items():
        data[f"name_{code}"] = text
    data["hours"], data["promise_h"], data["promise_m"] = form.hours, form.promise_hours, form.promise_minutes
    for target in form.targets:
        if not target.on:
            continue
        data[f"{target.kind}_on"] = "on"
        data[f"{target.kind}_h"], data[f"{target.kind}_m"] = target.hours, target.minutes
        data[f"{target.kind}_clock"] = target.clock
        data.setlist(f"{target.kind}_pause", list(target.pause))
        for row in target.rows:
            for name in ("id", "how", "hours", "minutes", "share", "act", "by", "agent", "team", "hook"):
                data.appendlist(f"{target.kind}_step_{name}", getattr(row, name))
            for code in ("fa", "ar", "en"):
                data.appendlist(f"{target.kind}_step_say_{code}", row.say.get(code, ""))
    again = sla_form.typed(data)
    assert not again.is_wrong
    assert sla_form.document_of(again, "p-348", {"always": True}, iter(())) == policy


def test_a_policy_is_changed_on_its_page(admin) -> None:
    Rulebook.objects.filter(kind="sla").delete()
    rulebooks.enable(rulebooks.keep("sla", document_348(), by=None), by=None)
    page = admin.get(HOME + "policies/p-348/")
    form = filled(page.content.decode(), first_response_h="۲", first_response_m="۳۰", name_en="Everyone")
    assert admin.post(HOME + "policies/p-348/", form).status_code == 302
    assert active().body == document_348(), "what is in force stays until the draft is put in force"
    changed = draft().body["policies"][0]
    assert changed["targets"]["first_response"]["within_minutes"] == 150
    assert changed["name"]["en"] == "Everyone"
    assert [step["id"] for step in changed["targets"]["first_response"]["steps"]] == [
        "soon",
        "remind",
        "call",
    ]
    assert changed["targets"]["resolution"] == document_348()["policies"][0]["targets"]["resolution"]
    assert admin.post(HOME + "policies/p-348/", {**form, "enable": "1"}).status_code == 302
    assert active().body["policies"][0]["targets"]["first_response"]["within_minutes"] == 150
    assert active().came_from is not None


def test_what_can_not_be_is_said_at_its_place(admin) -> None:
    Rulebook.objects.filter(kind="sla").delete()
    admin.post(HOME + "preset/")
    form = filled(admin.get(HOME + "policies/p-348/").content.decode())
    before = draft().body
    for name, value in (("first_response_h", "سه"), ("resolution_h", "۹۹۹۹۹۹"), ("promise_h", "-1")):
        answer = admin.post(HOME + "policies/p-348/", {**form, name: value, f"{name[:-1]}m": ""})
        assert answer.status_code == 422, name
        assert "aria-invalid" in answer.content.decode()
    assert draft().body == before


def test_order_default_and_removal_make_a_draft(admin) -> None:
    Rulebook.objects.filter(kind="sla").delete()
    first, second = steps_348(), {**steps_348(), "id": "p-two"}
    rulebooks.enable(
        rulebooks.keep("sla", {"policies": [first, second], "default": "p-348"}, by=None), by=None
    )
    part = admin.post(HOME + "order/", {"order": "p-two,p-348"}, headers={"X-Part": "1"})
    assert re.findall(r'data-sort-id="([^"]+)"', part.content.decode()) == ["p-two", "p-348"]
    admin.post(HOME + "policies/p-two/move/", {"way": "down"})
    assert [one["id"] for one in draft().body["policies"]] == ["p-348", "p-two"]
    admin.post(HOME + "policies/p-348/remove/")
    assert draft().body == {"policies": [second], "default": None}
    admin.post(HOME + "default/", {"default": "p-two"})
    assert draft().body["default"] == "p-two"
    admin.post(BOOKS + "discard/")
    assert active().body["default"] == "p-348"
    assert not Rulebook.objects.filter(kind="sla", enabled_at=None, discarded_at=None).exists()


def test_an_earlier_version_is_brought_back(admin) -> None:
    Rulebook.objects.filter(kind="sla").delete()
    old = rulebooks.enable(rulebooks.keep("sla", document_348(), by=None), by=None)
    rulebooks.enable(rulebooks.keep("sla", {"policies": [], "default": None}, by=None), by=None)
    page = admin.get(BOOKS).content.decode()
    assert f"/books/sla/{old.number}/back/" in page
    admin.post(f"{BOOKS}{old.number}/back/")
    assert active().body == document_348()
    assert active().number == 3


def test_differences_are_said_in_sentences() -> None:
    before, after = document_348(), document_348()
    policy = after["policies"][0]
    policy["targets"]["resolution"]["within_minutes"] = 600
    policy["targets"]["first_response"]["steps"].pop()
    del policy["targets"]["next_response"]
    policy["promise"] = None
    after["default"] = None
    with translation.override("en"):
        assert told(before, after) == [
            "⁨All requests⁩: other steps on the way to First answer",
            "⁨All requests⁩: Solution within 10 hours; it was 8 hours",
            "⁨All requests⁩ no longer has the target Next answer",
            "⁨All requests⁩ promises customers nothing",
            "Tickets that fit no policy are promised nothing",
        ]
        assert told(before, before) == []


def test_a_webhook_can_be_called_once_there_is_one(admin, world) -> None:
    Rulebook.objects.filter(kind="sla").delete()
    admin.post(HOME + "preset/")
    page = HOME + "policies/p-348/"
    assert 'value="webhook"' not in admin.get(page).content.decode()
    hook = Webhook.objects.create(name="Ops", address="https://ops.example.com/in", secret="x")
    html = admin.get(page).content.decode()
    assert 'value="webhook"' in html
    form = filled(html)
    form["resolution_step_act"][-1], form["resolution_step_hook"][-1] = "webhook", str(hook.pk)
    assert admin.post(page, form).status_code == 302
    assert {"act": "webhook", "hook": hook.pk} in draft().body["policies"][0]["targets"]["resolution"][
        "steps"
    ][-1]["do"]
    assert "Ops" in admin.get(HOME).content.decode()
