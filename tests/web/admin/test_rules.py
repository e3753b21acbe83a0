"""Routing rules, automations and assignment on their pages: a draft, its order, in force, versions, files, refusals."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from pelekan.demo.world import World
from pelekan.lib.time import now as clock
from pelekan.tickets.actions import escalate, receive
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Event, Tag, Ticket
from pelekan.tickets.rulebooks.models import Decision, Rulebook
from pelekan.web.admin import carrying, drafts, rule_words
from pelekan.web.admin.choices import Choices
from tests.conftest import NOON
from tests.routing import test_engine as tests_engine
from tests.web.forms import fields

RULES = "/desk/settings/rules/"
Forms = list[tuple[str, str]]


def browser(world: World, who: str = "arash") -> Client:
    one = Client(headers={"accept-language": "en"})
    user = world.agents[who].user
    user.language = "en"
    user.save()
    one.force_login(user, backend="pelekan.people.backends.Backend")
    return one


@pytest.fixture
def arash(world: World) -> Client:
    return browser(world)


def form_of(page: str, marked: str) -> Forms:
    """The fields of the form that bears `marked`."""
    form = re.search(rf"<form[^>]*{marked}.*?</form>", page, re.DOTALL)
    assert form, marked
    return fields(form[0])


def filled(sent: Forms, **values: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in sent:
        found.setdefault(name, []).append(value)
    for name, value in values.items():
        found[name.replace("_", "-")] = value if isinstance(value, list) else [value]
    return {name: value for name, value in found.items() if value}


def add_rule(client: Client, name: str, channel: str, team: int, kind: str = "routing") -> None:
    page = client.get(f"{RULES}{kind}/new/").content.decode()
    values = filled(form_of(page, "data-rule"), name=name, when_1_value=[channel])
    values["do-0-what"], values["do-0-team"] = ["team"], [str(team)]
    answer = client.post(f"{RULES}{kind}/new/", values)
    assert answer.status_code == 302, re.findall(r'banner__text">(.*?)</div>', answer.content.decode())


@pytest.fixture
def mail_ticket(world: World) -> Ticket:
    message = receive(
        Incoming(
            inbox_id=world.inboxes["mail"].pk, channel="email", customer_id=world.customers["emma"].pk,
            text="I was charged twice", subject="Charged twice", language="en",
        ),
        now=NOON,
    )  # fmt: skip
    return Ticket.objects.get(pk=message.ticket_id)


@pytest.fixture
def three(arash: Client, world: World) -> list[str]:
    """Three routing rules in a draft; their ids."""
    for name, channel in (("Mail", "email"), ("Chats", "chat"), ("Calls", "phone")):
        add_rule(arash, name, channel, world.teams["payments"].pk)
    return [rule["id"] for rule in drafts.body_of("routing")["rules"]]


def names(kind: str = "routing") -> list[str]:
    return [rule["name"] for rule in drafts.body_of(kind)["rules"]]


def test_rules_are_a_draft_until_they_are_put_in_force(arash: Client, three: list[str]) -> None:
    assert drafts.active_of("routing") is None
    assert names() == ["Mail", "Chats", "Calls"]
    page = arash.get(RULES).content.decode()
    assert "3 differences from what is in force" in page
    arash.post("/desk/settings/books/routing/enable/", {"note": "The first ones"})
    book = drafts.active_of("routing")
    assert book is not None and book.note == "The first ones" and drafts.draft_of("routing") is None
    assert Event.objects.filter(name="rulebook.enabled").count() == 1


def test_order_by_dragging_and_by_buttons(arash: Client, three: list[str]) -> None:
    mail, chats, calls = three
    part = arash.post(f"{RULES}routing/order/", {"order": f"{calls},{mail}"}, headers={"X-Part": "1"})
    assert part.status_code == 200 and b"<html" not in part.content
    assert names() == ["Calls", "Mail", "Chats"]
    arash.post(f"{RULES}routing/{chats}/up/")
    assert names() == ["Calls", "Chats", "Mail"]
    arash.post(f"{RULES}routing/{calls}/copy/")
    assert names() == ["Calls", "Calls (copy)", "Chats", "Mail"]
    assert drafts.body_of("routing")["rules"][1]["off"] is True
    arash.post(f"{RULES}routing/{mail}/remove/")
    arash.post(f"{RULES}routing/{calls}/off/")
    assert names() == ["Calls", "Calls (copy)", "Chats"]
    assert drafts.body_of("routing")["rules"][0]["off"] is True
    assert Rulebook.objects.count() == 1  # all of it one draft


def test_a_rule_is_opened_changed_and_comes_back_as_it_was(
    arash: Client, three: list[str], world: World
) -> None:
    before = drafts.body_of("routing")["rules"][0]
    page = arash.get(f"{RULES}routing/{three[0]}/").content.decode()
    sent = form_of(page, "data-rule")
    arash.post(f"{RULES}routing/{three[0]}/", filled(sent))
    assert drafts.body_of("routing")["rules"][0] == before
    arash.post(f"{RULES}routing/{three[0]}/", filled(sent, name="نامه‌ها"))
    assert names()[0] == "نامه‌ها"


def test_what_is_wrong_is_said_and_nothing_is_lost(arash: Client, three: list[str]) -> None:
    page = arash.get(f"{RULES}routing/{three[0]}/").content.decode()
    sent = form_of(page, "data-rule")
    answer = arash.post(f"{RULES}routing/{three[0]}/", filled(sent, name="", when_1_value=[], do_0_team=""))
    said = answer.content.decode()
    assert answer.status_code == 422
    for words in ("Give the rule a name.", "Choose at least one.", "Choose"):
        assert words in said
    assert names()[0] == "Mail"


def test_buttons_work_without_a_script(arash: Client, three: list[str]) -> None:
    page = arash.get(f"{RULES}routing/{three[0]}/").content.decode()
    sent = filled(form_of(page, "data-rule"), name="Typed")
    again = arash.post(f"{RULES}routing/{three[0]}/", sent | {"when-act": ["add:0"]})
    assert again.status_code == 200 and "Typed" in again.content.decode()
    more = filled(form_of(again.content.decode(), "data-rule"))
    assert more["when-row"] == ["0", "1", "2"]
    third = arash.post(f"{RULES}routing/{three[0]}/", more | {"do-act": ["add:0"]})
    assert filled(form_of(third.content.decode(), "data-rule"))["do-row"] == ["0", "1"]
    assert names()[0] == "Mail"


def test_automations_by_time_and_by_the_clock(arash: Client, world: World) -> None:
    new = f"{RULES}automations/new/"
    page = arash.get(new).content.decode()
    base = filled(
        form_of(page, "data-rule"),
        name="Silent",
        mode="after",
        after="۹۰",
        after_unit="minutes",
        since="waiting_since",
    )
    base |= {"when-0-way": ["always"], "when-row": ["0"], "do-0-what": ["tag"], "do-0-tag": ["late"]}
    assert arash.post(new, base).status_code == 302
    daily = base | {
        "name": ["Daily"],
        "mode": ["daily"],
        "at": ["۹:۰۰"],
        "days": ["0", "5"],
        "zone": ["Asia/Tehran"],
    }
    assert arash.post(new, daily).status_code == 302
    silent, by_clock = drafts.body_of("automations")["rules"]
    assert silent["on"] == {"after_hours": 1.5, "since": "waiting_since", "again": False}
    assert by_clock["on"] == {"at": "09:00", "days": [0, 5], "zone": "Asia/Tehran"}
    page = (
        arash.get("/desk/settings/automations/").content.decode().replace("\u2068", "").replace("\u2069", "")
    )
    assert "90 minutes after the customer began to wait" in page and "On Monday and Saturday at 09:00" in page


def test_versions_are_brought_back(arash: Client, three: list[str]) -> None:
    arash.post("/desk/settings/books/routing/enable/")
    arash.post(f"{RULES}routing/{three[1]}/remove/")
    arash.post("/desk/settings/books/routing/enable/")
    page = arash.get("/desk/settings/books/routing/").content.decode()
    assert "Gone: \u2068Chats\u2069" in page and "In force" in page
    arash.post("/desk/settings/books/routing/1/back/")
    assert names() == ["Mail", "Chats", "Calls"] and drafts.draft_of("routing") is None
    assert Rulebook.objects.count() == 3


def test_planned_for_a_moment_and_put_away(arash: Client, three: list[str]) -> None:
    plan = "/desk/settings/books/routing/schedule/"
    arash.post(plan, {"day": "2027/13/45", "time": "09:00"})
    assert drafts.draft_of("routing").due_at is None  # type: ignore[union-attr]
    arash.post(plan, {"day": "2099/1/2", "time": "09:00"})
    assert drafts.draft_of("routing").due_at is not None  # type: ignore[union-attr]
    arash.post("/desk/settings/books/routing/unschedule/")
    arash.post("/desk/settings/books/routing/discard/")
    assert drafts.draft_of("routing") is None and names() == []


def test_differences_in_words(world: World) -> None:
    def rule(key: str, channel: str = "email", **more: Any) -> dict[str, Any]:
        return {"id": key, "name": key, "on": ["created"], "when": {"field": "channel", "is": "one_of", "value": [channel]},
                "do": [{"act": "tag", "tag": "x"}], **more}  # fmt: skip

    with translation.override("en"):
        tell = lambda before, after: [  # noqa: E731
            line.replace("\u2068", "").replace("\u2069", "")
            for line in rule_words.differences("routing", {"rules": before}, {"rules": after}, Choices("en"))
        ]
        a, b, c, d = rule("A"), rule("B"), rule("C"), rule("D")
        assert tell([a, b], [a, b]) == []
        assert tell([a, b, c, d], [d, a, b, c]) == ["D moved from place 4 to 1"]
        assert tell([a, b], [a]) == ["Gone: B"]
        assert tell([a], [rule("A", off=True)]) == ["A is switched off"]
        assert (
            "instead of “If Channel is E-mail” now “If Channel is Chat”" in tell([a], [rule("A", "chat")])[0]
        )


def test_files_go_out_and_come_in_by_name(arash: Client, world: World) -> None:
    choices = Choices("en")
    bank, pay = world.categories["bank"].pk, world.teams["payments"].pk
    body = {"rules": [{"id": "a", "name": "Bank", "on": ["created"],
                       "when": {"field": "category", "is": "one_of", "value": [bank]},
                       "do": [{"act": "team", "team": pay}, {"act": "tell", "whom": f"team:{pay}"}]}]}  # fmt: skip
    file = carrying.out("routing", body, choices)
    assert file["names"]["team"] == {str(pay): "پرداخت و مالی"}
    elsewhere = json.loads(
        json.dumps(file).replace(f'"team": {pay}', '"team": 900').replace(f"team:{pay}", "team:900")
    )
    elsewhere["names"]["team"] = {"900": "پرداخت و مالی"}
    assert carrying.into("routing", json.dumps(elsewhere), choices) == body
    answer = arash.post("/desk/settings/books/routing/in/", {"text": json.dumps(elsewhere)})
    assert answer.status_code == 302 and drafts.body_of("routing") == body
    elsewhere["names"]["team"] = {"900": "Nobody's"}
    refused = arash.post("/desk/settings/books/routing/in/", {"text": json.dumps(elsewhere)})
    assert refused.status_code == 422 and "the team \u2068Nobody&#39;s\u2069" in refused.content.decode()
    for junk in ("", "[]", '{"pelekan": "rulebook"}', json.dumps(file | {"kind": "sla"}), "[" * 50_000):
        assert arash.post("/desk/settings/books/routing/in/", {"text": junk}).status_code == 422


def test_a_ticket_is_tried_under_the_draft(
    arash: Client, three: list[str], world: World, mail_ticket: Ticket
) -> None:
    page = arash.get(f"{RULES}routing/try/?ticket={mail_ticket.number}").content.decode()
    plain = page.replace("\u2068", "").replace("\u2069", "")
    assert "Rule 1 of 3 fits: <bdi>Mail</bdi>." in plain and "skipped" in plain
    assert "no ticket with this number" in arash.get(f"{RULES}routing/try/?ticket=۹۹۹۹۹۹").content.decode()


def test_assignment_per_team(arash: Client, world: World) -> None:
    pay = world.teams["payments"].pk
    page = arash.get("/desk/settings/assignment/").content.decode()
    sent = filled(form_of(page, 'class="topics assignment"'))
    sent[f"{pay}-way"], sent[f"{pay}-chat"] = ["least_busy"], ["۱٫۵"]
    sent.pop(f"{pay}-sticky")
    assert arash.post("/desk/settings/assignment/", sent).status_code == 302
    way = drafts.body_of("assignment")["teams"][str(pay)]
    assert (
        way["way"] == "least_busy"
        and way["weights"]["chat"] == 1.5
        and way["sticky"] is False
        and way["skills"]
    )
    sent[f"{pay}-chat"] = ["many"]
    assert arash.post("/desk/settings/assignment/", sent).status_code == 422


def test_s12_only_admins_and_attempts_are_kept(world: World) -> None:
    nika = browser(world, "nika")
    assert nika.get(RULES).status_code == 403
    assert nika.post(f"{RULES}routing/order/", {"order": "x"}).status_code == 403
    assert nika.get("/desk/settings/books/routing/").status_code == 403
    assert "settings/rules" not in nika.get("/desk/settings/health/").content.decode()
    kept = Event.objects.filter(name="rules.refused", agent=world.agents["nika"])
    assert [one.because for one in kept][:2] == [f"GET {RULES}", f"POST {RULES}routing/order/"]


def test_names_are_never_markup(arash: Client, three: list[str]) -> None:
    Tag.objects.create(name="<b>x</b>")
    sent = filled(
        form_of(arash.get(f"{RULES}routing/{three[0]}/").content.decode(), "data-rule"), name="<img src=x>"
    )
    sent |= {"do-0-what": ["tag"], "do-0-tag": ["<b>x</b>"]}
    arash.post(f"{RULES}routing/{three[0]}/", sent)
    page = arash.get(RULES).content.decode()
    assert "<img src=x>" not in page and "<b>x</b>" not in page and "&lt;b&gt;x" in page


def test_the_linter_marks_what_can_never_fire(arash: Client, world: World) -> None:
    for name in ("Mail", "Mail again"):
        add_rule(arash, name, "email", world.teams["payments"].pk)
    page = arash.get(RULES).content.decode()
    assert page.count("It is never reached") == 2  # in the panel, and at the rule
    assert "lint__one--breach" in page


def test_a_draft_that_can_not_be_put_in_force_says_why(arash: Client, world: World) -> None:
    add_rule(arash, "To the bank", "email", world.teams["payments"].pk)
    assert "put in force as it is" not in arash.get(RULES).content.decode()
    (draft,) = Rulebook.objects.filter(kind="routing")
    draft.body["rules"][0]["do"] = []  # what it did is gone since
    draft.save(update_fields=["body"])
    page = arash.get(RULES).content.decode()
    assert "put in force as it is" in page and 'role="alert"' in page


def test_s82_the_misrouting_rate_and_its_tickets(world: World, arash: Client) -> None:
    tests_engine.in_force(
        world, "routing", tests_engine.rule("bank", tests_engine.move(world, "payments"), on=("created",))
    )
    assert "Nothing was placed in this time." in arash.get(RULES).content.decode()
    ticket = tests_engine.mail(world)
    Decision.objects.update(at=clock())
    escalate(ticket, world.teams["technical"], by=world.agents["dara"], because="x", despite="x")
    page = arash.get(RULES + "?days=7").content.decode()
    assert (
        "Tickets that a person gave to another team within an hour" in page
        and 'aria-current="true">⁨7⁩ days' in page
    )
    assert re.search(r'href="/desk/settings/rules/misrouted/\?days=7&amp;rule=bank"', page)
    listed = arash.get(RULES + "misrouted/?days=7&rule=bank").content.decode()
    assert f"/desk/tickets/{ticket.pk}/" in listed and world.teams["technical"].name in listed
    assert "No ticket was misrouted" in arash.get(RULES + "misrouted/?rule=other").content.decode()
    assert browser(world, "sara").get(RULES + "misrouted/").status_code == 403
