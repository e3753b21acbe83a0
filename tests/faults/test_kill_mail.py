"""kill -9 at every named step of a mail's way, once each; `python -m tests.faults.kill_mail 20` is the long run."""

from __future__ import annotations

import shutil

import pytest

from tests.faults.kill_mail import STEPS, run


@pytest.mark.database
@pytest.mark.server
@pytest.mark.slow
@pytest.mark.skipif(
    not shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin:/usr/bin"), reason="Dovecot is not installed"
)
def test_mf_01_mf_02_mo_01_kill_at_every_step() -> None:
    with run() as one:
        one.chain(STEPS)
        assert set(one.deaths) == set(STEPS)  # each step was really reached
