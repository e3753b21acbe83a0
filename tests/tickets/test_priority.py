"""Impact × urgency, with tables and properties; no database."""

from __future__ import annotations

import copy
import itertools

import pytest

from pelekan.tickets.grids import BadGrid, blank, default_body, read
from pelekan.tickets.priority import DEFAULT, LEVELS, UNLIFTED, assess, priority_of, weigh
from pelekan.tickets.urgency import found_in

MONEY = {"sort": "money", "impact": 0, "urgency": 3, "words": "کسر شد"}
HOURS = {"sort": "hours", "impact": 1, "urgency": 1, "words": "باز هستید"}
PAYMENT = {"id": 4, "kind": "fault", "impact": 3, "urgency": 2, "words": ["بانک"]}
HOWTO = {"id": 9, "kind": "howto", "impact": 1, "urgency": 1, "words": ["چطور"]}


@pytest.mark.parametrize(
    ("text", "sort", "words"),
    [
        ("سلام، مبلغ از حسابم كسر شده ولی چیزی ثبت نشده", "money", "کسر شده"),
        ("دیشب دو بار پول کم شد", "money", "بار پول کم شد"),
        ("تم خصم المبلغ مرتين من بطاقتي", "money", "خصم"),
        ("You charged my card twice!", "money", "charged my card twice"),
        ("نمی توانم وارد پنل شوم", "access", "وارد"),
        ("نمی‌تونم وارد بشم", "access", "وارد"),
        ("لا أستطيع تسجيل الدخول", "access", "لا أستطيع تسجيل"),
        ("I can’t log in since noon", "access", "can’t log"),
        ("از صبح سایت بالا نمی‌آید", "outage", "بالا نمی‌آید"),
        ("درگاه پرداخت باز نمی‌شود", "outage", "باز نمی‌شود"),
        ("الموقع لا يعمل منذ الصباح", "outage", "الموقع لا يعمل"),
        ("The whole shop is down", "outage", "shop is down"),
        ("اکانت ما هک شده است", "danger", "هک شده"),
        ("روز تعطیل رسمی باز هستید؟", "hours", "تعطیل رسمی باز"),
        ("هل أنتم مفتوحون يوم العيد؟", "hours", "مفتوحون يوم العيد"),
        ("Are you open on the bank holiday?", "hours", "open on the bank holiday"),
        ("عجله‌ای نیست، هر وقت شد", "calm", "عجله‌ای نیست"),
    ],
)
def test_words_that_say_what_happened(text: str, sort: str, words: str) -> None:
    found = {one.sort: one.words.replace("ك", "ک") for one in found_in(text)}
    assert words in found.get(sort, ""), found


@pytest.mark.parametrize(
    "text",
    ["فوری!!! لطفاً خیلی سریع جواب بدهید", "URGENT!!! ASAP", "عاجل جداً", "چطور اشتراکم را تمدید کنم؟", "پول کم نشده", "How do I renew?"],
)  # fmt: skip
def test_loudness_is_no_evidence(text: str) -> None:
    assert found_in(text) == ()


def test_a_holiday_question_beside_a_charge_is_about_the_charge() -> None:
    assert [one.sort for one in found_in("دو بار از کارتم کسر شد. فردا که تعطیل است باز هستید؟")] == ["money"]


def test_the_overcharge_ranks_above_the_holiday_question() -> None:
    charge = assess(DEFAULT, {"words": [MONEY], "about": PAYMENT})
    holiday = assess(DEFAULT, {"words": [HOURS]})
    assert (charge.impact, charge.urgency, charge.priority) == (3, 3, 4)
    assert (holiday.impact, holiday.urgency, holiday.priority) == (1, 1, 1)
    assert {
        "code": "words",
        "sort": "money",
        "words": "کسر شد",
        "axis": "urgency",
        "value": 3,
    } in charge.reasons


def test_nothing_known_is_medium_and_says_so() -> None:
    found = assess(DEFAULT, {})
    assert (found.impact, found.urgency, found.priority, found.reasons) == (2, 2, 2, ({"code": "usual"},))


def test_answers_count_and_name_themselves() -> None:
    asked = [
        {"name": "affected", "answer": "all", "impact": 3},
        {"name": "go_on", "answer": "yes", "urgency": 1},
    ]
    found = assess(DEFAULT, {"asked": asked})
    assert (found.impact, found.urgency) == (3, 1)
    assert found.reasons[0] == {
        "code": "answer",
        "name": "affected",
        "answer": "all",
        "axis": "impact",
        "value": 3,
    }


def test_a_later_line_lifts_and_never_lowers() -> None:
    first = assess(DEFAULT, {"words": [MONEY]})
    later = assess(DEFAULT, {"before": list(first.reasons), "words": [HOURS]})
    assert later.urgency == 3
    assert assess(DEFAULT, {"before": list(assess(DEFAULT, {}).reasons), "words": [MONEY]}).urgency == 3


def test_a_category_that_is_chosen_anew_replaces_the_old_one() -> None:
    first = assess(DEFAULT, {"about": PAYMENT})
    assert assess(DEFAULT, {"before": list(first.reasons), "about": HOWTO}).priority == 1


def test_asking_again_makes_it_more_urgent_but_for_questions() -> None:
    assert assess(DEFAULT, {"repeat": 2}).urgency == 3
    assert assess(DEFAULT, {"repeat": 2, "about": HOWTO}).urgency == 1


@pytest.mark.parametrize("importance", [0, 1, 2, 3])
@pytest.mark.parametrize(("impact", "urgency"), list(itertools.product(LEVELS, LEVELS)))
def test_importance_lifts_by_one_step_at_most(importance: int, impact: int, urgency: int) -> None:
    base = priority_of(impact, urgency)
    for kind in ("fault", "complaint", "", *UNLIFTED):
        facts = {"importance": importance, "about": {"kind": kind}}
        found = weigh(DEFAULT, facts, impact, urgency)
        assert found.base == base <= found.priority <= min(4, base + 1)
        if kind in UNLIFTED:
            assert found.priority <= max(base, 2)
        elif importance >= 2 and base < 4:
            assert found.reasons[-1] == {"code": "lifted", "importance": importance, "by": 1}


def test_the_first_grid_that_fits_is_used() -> None:
    body = default_body()
    shop = blank("shop")
    shop["when"] = {"teams": [7], "inboxes": [3]}
    shop["cells"] |= {"1-2": 1, "1-3": 1}
    spoken = blank("arabic")
    spoken["when"] = {"field": "language", "is": "one_of", "value": ["ar"]}
    body["grids"] = [shop, spoken, *body["grids"]]
    grids = read(body)
    assert weigh(grids, {"team": 7}, 1, 3).priority == 1
    assert [grids.of(facts).id for facts in ({"team": 7}, {"inbox": 3}, {"team": 8, "language": "ar"}, {"team": 8})] == [
        "shop", "shop", "arabic", "all"
    ]  # fmt: skip


def _with(**changes: object) -> dict[str, object]:
    body = default_body()
    body["grids"][0] |= changes
    return body


def _cells(**changes: object) -> dict[str, object]:
    cells = copy.deepcopy(default_body()["grids"][0]["cells"])
    return _with(
        cells=cells | {name.replace("c", "").replace("_", "-"): value for name, value in changes.items()}
    )


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ([], "shape"), ({"grids": []}, "none"), ({"grids": [3]}, "grid"), (_with(id=""), "id"),
        ({"grids": [blank("a") | {"when": {"teams": [1]}}, blank("a")]}, "id"), ({"grids": [blank("a"), blank("b")]}, "never"),
        (_with(when={"teams": [1]}), "last"), (_with(when={"teams": "1"}), "when"), (_with(when={"all": []}), "when"),
        (_with(when={"field": "text", "is": "has_any", "value": ["x"]}), "when"),
        (_with(impact=[]), "degrees"), (_with(cells={}), "cells"), (_cells(c1_1=5), "cells"), (_cells(c1_1=True), "cells"),
        (_cells(c3_3=1), "falling"), (_with(importance={"most": 2}), "importance"),
        (_with(importance={"most": 1, "per": {"3": 2}}), "importance"),
    ],
)  # fmt: skip
def test_a_document_that_cannot_be_is_refused(body: object, what: str) -> None:
    with pytest.raises(BadGrid) as refused:
        read(body)
    assert refused.value.what == what


def test_priorities_of_what_is_no_level() -> None:
    with pytest.raises(ValueError, match="1, 2 or 3"):
        priority_of(0, 3)
