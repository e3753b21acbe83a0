"""★ Proposals for registering, as a table: what was said → category, team, weight, subject, and why."""

from __future__ import annotations

import pytest

from pelekan.tickets.propose import Kind, propose

KINDS = [
    Kind(1, 1, ("پرداخت", "بانک", "charged", "دفع"), impact=2, urgency=3, team_id=20),
    Kind(2, 2, ("بانک", "کسر شد"), parent_id=1, impact=3),
    Kind(3, 1, ("how do i", "چطور"), impact=1, urgency=1),
    Kind(4, 1, (), impact=3, urgency=3, team_id=99),
]


@pytest.mark.parametrize(
    ("texts", "category", "team", "weight", "words"),
    [
        (["سلام", "چطور تمدید کنم؟"], 3, 7, (1, 1), ("چطور",)),
        (["بانك پول را كسر كرد"], 2, 20, (3, 3), ("بانک",)),  # Arabic letters; urgency and team from above
        (["مبلغ از حسابم کسر شد، بانک می‌گوید موفق است"], 2, 20, (3, 3), ("بانک", "کسر شد")),
        (["I was CHARGED twice"], 1, 20, (2, 3), ("charged",)),
        (["تم الدفعُ مرتين"], 1, 20, (2, 3), ("دفع",)),
        (["نمی‌دانم چه شده"], None, 7, (2, 2), ()),
        ([], None, 7, (2, 2), ()),
    ],
)
def test_proposals(
    texts: list[str], category: int | None, team: int, weight: tuple[int, int], words: tuple[str, ...]
) -> None:
    found = propose(texts, KINDS, specialists_id=7)
    assert (found.category_id, found.team_id, (found.impact, found.urgency), found.words) == (
        category,
        team,
        weight,
        words,
    )


@pytest.mark.parametrize(
    ("texts", "given", "subject"),
    [
        (["سلام وقت بخیر", "چطور تمدید کنم؟"], "", "چطور تمدید کنم؟"),
        (["سلام، چطور تمدید کنم؟", "زدم ولی بانک پول را کم کرد"], "", "زدم ولی بانک پول را کم کرد"),
        (["hi", "hello"], "", "hi"),
        (["چیزی"], " موضوع خودم ", "موضوع خودم"),
        ([], "", ""),
    ],
)  # fmt: skip
def test_subjects(texts: list[str], given: str, subject: str) -> None:
    assert propose(texts, KINDS, subject=given).subject == subject


def test_a_ring_of_parents_ends() -> None:
    ring = [Kind(1, 1, ("x",), parent_id=2), Kind(2, 1, (), parent_id=1)]
    assert propose(["x"], ring).category_id == 1
