"""The editor of conditions: what is drawn and sent back is the same condition; buttons change what they say."""

from __future__ import annotations

from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as some

from pelekan.demo.world import World
from pelekan.tickets.conditions import ast
from pelekan.web.admin import condition_rows as rows
from pelekan.web.admin import conditions
from pelekan.web.admin.condition_rows import Row
from tests.web.forms import fields, posted


def drawn(condition: dict[str, Any] | None, **options: Any) -> str:
    return render_to_string(
        "settings/condition_part.html", {"condition": conditions.editor(condition, **options)}
    )


def sent_back(condition: dict[str, Any]) -> tuple[dict[str, Any] | None, list[str]]:
    return conditions.read(posted(fields(drawn(condition))), "when")


def same(condition: dict[str, Any]) -> None:
    found, errors = sent_back(condition)
    assert errors == [] and found is not None
    assert ast.parse(found) == ast.parse(condition)


def test_every_kind_of_question_comes_back(world: World) -> None:
    bank, front = world.categories["bank"].pk, world.teams["front"].pk
    same(
        {
            "all": [
                {"field": "channel", "is": "one_of", "value": ["chat", "email"]},
                {"field": "category", "is": "one_of", "value": [bank]},
                {"field": "team", "is": "none_of", "value": [front]},
                {"field": "tier", "is": "one_of", "value": [1]},
                {"field": "priority", "is": "at_least", "value": 3},
                {"field": "waiting", "is": "at_least", "value": 0.5},
                {"field": "age", "is": "at_least", "value": 72},
                {"field": "round_trips", "is": "at_most", "value": 4},
                {"field": "assignee", "is": "unknown"},
                {"field": "registered", "is": "yes"},
                {
                    "any": [
                        {"field": "subject", "is": "has_any", "value": ["کسر شد", "refund"]},
                        {"field": "customer_fact.plan", "is": "one_of", "value": ["gold"]},
                        {"not": {"any": [{"field": "text", "is": "has_all", "value": ["بانک"]},
                                         {"field": "files", "is": "no"}]}},
                        {"not": {"all": [{"field": "language", "is": "one_of", "value": ["fa"]},
                                         {"field": "importance", "is": "at_least", "value": 1}]}},
                    ]
                },
            ]
        }
    )  # fmt: skip
    assert sent_back({"always": True}) == ({"always": True}, [])


def test_a_lonely_test_gets_a_group_around_it(world: World) -> None:
    found, _errors = sent_back({"field": "registered", "is": "yes"})
    assert found == {"all": [{"field": "registered", "is": "yes"}]}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"name": "channel", "op": "one_of"}, "Choose at least one."),
        ({"name": "priority", "op": "at_least"}, "Choose how much."),
        ({"name": "waiting", "op": "at_least", "value": "soon"}, "Write a number."),
        ({"name": "subject", "op": "has_any", "value": " ، "}, "Write at least one word."),
        ({"name": "subject", "op": "has_any", "value": "؟!"}, "holds no letter"),
        ({"name": "team", "op": "one_of", "value": "99999"}, "no longer exists"),
        ({"name": "customer_fact", "op": "known", "extra": ""}, "Write the name of the fact."),
    ],
)  # fmt: skip
def test_bad_input_is_said_at_its_row(world: World, values: dict[str, str], said: str) -> None:
    sent = [
        ("when-row", "0"),
        ("when-0-depth", "0"),
        ("when-0-way", "all"),
        ("when-row", "1"),
        ("when-1-depth", "1"),
    ]
    post = posted([*sent, *((f"when-1-{name}", value) for name, value in values.items())])
    with translation.override("en"):
        found, errors = conditions.read(post)
        assert found is None and said in errors[0]
        node = conditions.editor(None, post=post)["root"]["children"][0]
    assert said in node["error"]


def test_blank_is_never_everything(world: World) -> None:
    empty = posted([("when-row", "0"), ("when-0-depth", "0"), ("when-0-way", "all")])
    assert conditions.read(empty)[0] is None
    assert conditions.read(posted([]))[0] is None
    everything = posted([("when-row", "0"), ("when-0-way", "always")])
    assert conditions.read(everything)[0] == {"always": True}
    assert conditions.read(everything, always=False)[0] is None


def test_lists_refuse_what_only_a_moment_knows(world: World) -> None:
    post = posted(fields(drawn({"field": "office_open", "is": "yes"})))
    assert conditions.read(post)[0] is not None
    assert conditions.read(post, sets=True)[0] is None


def test_digits_of_the_reader(world: World) -> None:
    sent = fields(drawn({"field": "waiting", "is": "at_least", "value": 4}))
    with translation.override("fa"):
        shown = dict(fields(drawn({"field": "waiting", "is": "at_least", "value": 4})))
        assert shown["when-1-value"] == "۴"
        changed = [(name, "۹۰" if name == "when-1-value" else value) for name, value in sent]
        changed = [(name, "minutes" if name == "when-1-unit" else value) for name, value in changed]
        assert conditions.read(posted(changed))[0] == {
            "all": [{"field": "waiting", "is": "at_least", "value": 1.5}]
        }


def test_the_sentence(world: World) -> None:
    with translation.override("en"):
        said = conditions.sentence(
            {"all": [{"field": "channel", "is": "one_of", "value": ["email"]},
                     {"any": [{"field": "priority", "is": "at_least", "value": 3}, {"field": "registered", "is": "no"}]}]}
        )  # fmt: skip
    plain = said.replace("\u2068", "").replace("\u2069", "")
    assert plain == "If Channel is E-mail and (Priority is at least High or it is not registered)"


def test_buttons_by_script_and_without(world: World, client: Client) -> None:
    client.force_login(world.agents["sara"].user, backend="pelekan.people.backends.Backend")
    sent = fields(drawn({"field": "registered", "is": "yes"}))
    answer = client.post("/desk/condition/", posted([*sent, ("name", "when"), ("when-act", "group:0")]))
    assert answer.status_code == 200 and answer["X-Focus"] == "when-row-3"
    again = dict(fields(answer.content.decode()))
    assert again["when-2-way"] == "any" and again["when-3-depth"] == "2"
    assert client.post("/desk/condition/", {"name": "<b>"}).status_code == 400


_rows = some.lists(
    some.builds(Row, depth=some.integers(0, 9), way=some.sampled_from(["", "all", "any", "none", "not_all"])), max_size=14
)  # fmt: skip


@given(
    _rows,
    some.sampled_from(["add", "group", "remove", "in", "out", "up", "down", "nonsense"]),
    some.integers(-1, 15),
)
def test_no_act_loses_or_breaks_rows(given_rows: list[Row], what: str, at: int) -> None:
    before = rows.settled(given_rows)
    after, place = rows.act(before, what, at, Row(1, name="channel"))
    assert after == rows.settled(after)  # always well-formed
    assert 0 <= place < len(after)
    tests = [row for row in before if not row.is_group]
    left = [row for row in after if not row.is_group]
    if what in ("in", "out", "up", "down", "nonsense"):
        assert len(left) == len(tests)
    if what in ("in", "out"):  # the order stays, or the row comes to stand behind its group
        assert {row.name for row in left} == {row.name for row in tests}


def test_enter_keeps_and_never_removes_a_row(world: World, client: Client) -> None:
    """The first button of a form is what Enter presses: it must not be one that changes rows."""
    client.force_login(world.agents["sara"].user, backend="pelekan.people.backends.Backend")
    page = client.get("/desk/views/new/").content.decode()
    form = page[page.index("data-view-form") :]
    assert "data-default" in form[form.index("<button") :][:120]
