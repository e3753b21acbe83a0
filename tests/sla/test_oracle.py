"""A slice of bench/oracle.py: sums over business hours against every minute of the wall clock."""

import runpy
from pathlib import Path

import pytest

ORACLE = runpy.run_path(str(Path(__file__).resolve().parents[2] / "bench" / "oracle.py"))


def test_sl_01_sl_02_a_slice_of_random_cases() -> None:
    assert ORACLE["run"](200, 7) == (200, [])


@pytest.mark.slow
def test_sl_01_sl_02_many_random_cases() -> None:
    assert ORACLE["run"](2_000, 20270321) == (2_000, [])
