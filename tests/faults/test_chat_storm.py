"""A short storm in every run of the suite; `python -m tests.faults.chat_storm` is the long one."""

from __future__ import annotations

import pytest

from tests.faults.chat_storm import run


@pytest.mark.server
@pytest.mark.slow
def test_ch_08_ch_09_cr_03_each_line_once_through_drops_and_kills() -> None:
    figures = run(lines=400, visitors=10, kills=5)
    assert figures["lines"] == 400 and figures["kills"] >= 1 and figures["api tickets"] > 0
