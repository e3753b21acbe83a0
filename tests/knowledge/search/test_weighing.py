"""An entry is weighed in its packed words as if each of its words were looked at."""

from __future__ import annotations

import random

import pytest

from pelekan.knowledge.search.entries import Text, count, pack, unpack
from pelekan.knowledge.search.ranking import K1, PIECES_B, PIECES_WEIGHT, B, Group, Question, weigh
from pelekan.lib.tongues.stems import stem
from pelekan.lib.tongues.words import grams

WORDS = "renew renewal renewed card cards a i 12 1000 کتاب کتابها کتابخانه سفارش سفارشهایم و طلب الطلبات والطلب pay paid".split()  # noqa: SIM905


@pytest.mark.parametrize("seed", range(20))
def test_looking_in_the_packed_text_is_looking_at_each_word(seed: int) -> None:
    chance = random.Random(seed)
    language = chance.choice(["fa", "ar", "en"])
    text = " ".join(chance.choices(WORDS, k=40))
    counted = count(Text("article", 1, language, " ".join(chance.choices(WORDS, k=4)), text))
    times = unpack(counted.words)
    assert pack(times) == counted.words
    asked = chance.sample(WORDS, 4)
    groups = [
        Group(word, {stem(word, language): 1.0, "card": 0.8}, number=chance.randint(1, 9)) for word in asked
    ]
    pieces = {piece: chance.random() for word in asked for piece in grams(word)}
    question = Question(groups, pieces, 10, 50.0, 200.0)

    expected = 0.0
    longer = K1 * (1 - B + B * counted.length / 50.0)
    for place, group in enumerate(groups):
        often = sum(n * group.stems.get(stem(word, language), 0.0) for word, n in times.items())
        expected += question.values[place] * often * (K1 + 1) / (often + longer)
    longer = K1 * (1 - PIECES_B + PIECES_B * counted.pieces / 200.0)
    for piece, value in pieces.items():
        often = sum(n * grams(word).count(piece) for word, n in times.items())
        expected += PIECES_WEIGHT * value * often * (K1 + 1) / (often + longer)
    found = weigh(question, counted.stems, counted.words, counted.length, counted.pieces)
    assert found.score == pytest.approx(expected)
