"""★ Who fits what."""

from __future__ import annotations

import pytest

from pelekan.tickets.fitting import Fit, fits, need_of, together, weakest


@pytest.mark.parametrize(
    ("have", "need", "good", "spare"),
    [
        ({}, None, True, 0),
        ({}, (1, 2), False, -2),
        ({1: 1}, (1, 2), False, -1),
        ({1: 2}, (1, 2), True, 0),
        ({1: 3}, (1, 2), True, 1),
        ({2: 3}, (1, 1), False, -1),
    ],
)
def test_fits(have: dict[int, int], need: tuple[int, int] | None, good: bool, spare: int) -> None:
    fit = fits(have, need)
    assert (bool(fit), fit.spare) == (good, spare)
    assert fit == Fit(need, fit.held)


def test_all_of_it_by_the_same_person() -> None:
    assert weakest({}, ()) and weakest({1: 2, 2: 3}, [(1, 2), (2, 2)]).spare == 0
    missing = weakest({1: 3, 2: 1}, [(1, 2), (2, 2)])
    assert not missing and missing.need == (2, 2)
    assert together([(1, 2), (4, 1), (1, 3)]) == ((1, 3), (4, 1))


def test_a_category_without_a_skill_asks_what_stands_above_it() -> None:
    assert need_of([(None, None), (4, 3), (5, 1)]) == (4, 3)
    assert need_of([(4, None)]) == (4, 2)
    assert need_of([(None, 3)]) is None
