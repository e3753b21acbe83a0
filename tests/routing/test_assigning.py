"""Who gets a ticket, as a table; and what holds for every office that one can think of."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pelekan.routing.acts import BadRules
from pelekan.routing.assigning import assignment_from, choose


def one(agent: int, **other: Any) -> dict[str, Any]:
    return {
        "agent": agent, "online": True, "on_shift": True, "languages": ["fa"], "skills": {}, "tickets": 0, "urgent": 0,
        "capacity": 3, "chats": 0, "last_at": None, "before": False, **other,
    }  # fmt: skip


def asked(*candidates: dict[str, Any], way: str = "least_busy", switches: Any = None, **facts: Any) -> Any:
    document = assignment_from({"teams": {"3": {"way": way, **(switches or {})}}})
    return choose(
        document, {"team": 3, "language": "fa", "need": None, "candidates": list(candidates), **facts}
    )


@pytest.mark.parametrize(
    ("candidates", "facts", "agent"),
    [
        ([], {}, None),
        ([one(1, online=False)], {}, None),
        ([one(1, on_shift=False), one(2)], {}, 2),
        ([one(1, tickets=2), one(2, tickets=1)], {}, 2),
        ([one(1, tickets=1, capacity=10), one(2, tickets=1)], {}, 1),  # of his capacity, not by the head
        ([one(1, tickets=1, urgent=1), one(2, tickets=1)], {}, 2),
        ([one(1, chats=1), one(2, tickets=1)], {}, 2),
        ([one(1, tickets=3), one(2, tickets=3)], {}, None),
        ([one(1), one(2, languages=["ar"])], {"language": "ar"}, 2),
        ([one(1), one(2, languages=["ar"], tickets=3)], {"language": "ar"}, None),  # he comes back to it
        ([one(1), one(2)], {"language": "ar"}, 1),  # nobody here speaks it at all
        ([one(1), one(2, skills={"7": 2})], {"need": [7, 2]}, 2),
        ([one(1, skills={"7": 3}), one(2, skills={"7": 2})], {"need": [7, 2]}, 2),  # the expert stays free
        ([one(1), one(2, skills={"7": 1})], {"need": [7, 2]}, None),
        ([one(1), one(2, before=True, tickets=2)], {}, 2),
        ([one(1), one(2, before=True, tickets=3)], {}, 1),
        ([one(1), one(2)], {"refused": [1]}, 2),
    ],
)
def test_who_gets_it(candidates: list[dict[str, Any]], facts: dict[str, Any], agent: int | None) -> None:
    assert asked(*candidates, **facts).agent == agent


def test_round_robin_goes_by_who_has_waited_longest() -> None:
    early, late = "2026-11-22T08:00:00+00:00", "2026-11-22T11:00:00+03:00"  # one moment
    given_ = asked(one(1, last_at=late), one(2, last_at=early), one(3, last_at="2026-11-22T08:00:01+00:00"),
                   way="round_robin")  # fmt: skip
    assert [scored.agent for scored in given_.ranked] == [1, 2, 3]
    assert given_.because == ("speaks", "longest_without")


def test_a_queue_chooses_nobody_and_that_is_no_alarm() -> None:
    assert asked(one(1), way="queue").agent is None and not asked(one(1), way="queue").nobody_free
    assert asked(one(1, online=False)).nobody_free


def test_switches() -> None:
    away = one(1, online=False, on_shift=False, languages=["en"])
    assert asked(away, one(2, tickets=3)).agent is None
    assert (
        asked(away, one(2, tickets=3), switches={"presence": False, "shift": False, "languages": False}).agent
        == 1
    )


@pytest.mark.parametrize(
    ("way", "code"),
    [
        ({"way": "raffle"}, "no_team_way"),
        ({"way": "queue", "sticky": "yes"}, "no_flag"),
        ({"way": "queue", "weights": {"ticket": -1}}, "no_weight"),
        ({"way": "queue", "colour": 1}, "unknown_value"),
    ],
)
def test_bad_documents(way: Any, code: str) -> None:
    with pytest.raises(BadRules) as refused:
        assignment_from({"teams": {"3": way}})
    assert [fault.code for fault in refused.value.faults] == [code]


people = st.lists(
    st.builds(
        one,
        st.integers(1, 50), online=st.booleans(), on_shift=st.booleans(), tickets=st.integers(0, 5),
        capacity=st.integers(0, 5), chats=st.integers(0, 3), before=st.booleans(),
        languages=st.lists(st.sampled_from(["fa", "ar", "en"]), unique=True),
        skills=st.dictionaries(st.sampled_from(["7", "8"]), st.integers(1, 3)),
    ),
    max_size=6, unique_by=lambda found: found["agent"],
)  # fmt: skip


@given(
    people, st.sampled_from(["round_robin", "least_busy"]), st.sampled_from([None, [7, 2], [8, 1]]), st.data()
)
def test_nobody_beyond_his_capacity_or_his_skill(found: list[Any], way: str, need: Any, data: Any) -> None:
    given_ = asked(*found, way=way, need=need)
    if given_.agent is not None:
        chosen = next(person for person in found if person["agent"] == given_.agent)
        assert chosen["tickets"] < chosen["capacity"] and chosen["online"] and chosen["on_shift"]
        assert need is None or chosen["skills"].get(str(need[0]), 0) >= need[1]
        assert given_.because
    else:
        assert all(scored.barred for scored in given_.ranked)
    # in whatever order the database gives them
    assert asked(*data.draw(st.permutations(found)), way=way, need=need) == given_
