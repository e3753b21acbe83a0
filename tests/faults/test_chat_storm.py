"""A short storm in every run of the suite; `python -m tests.faults.chat_storm` is the long one."""

from __future__ import annotations

import pytest

from tests.faults.chat_storm import run


@pytest.mark.own_database
@pytest.mark.server
@pytest.mark.slow
def test_ch_08_ch_09_cr_03_each_line_once_through_drops_and_kills() -> None:
    figures = run(lines=120, visitors=6, kills=4)
    assert figures["lines"] == 120 and figures["kills"] == 4
    assert figures["answers"] > 0 and figures["api tickets"] > 0
