"""Short versions of the long runs: `python -m tests.faults.imap_storm`, `mutated_mails`, `forged_mails`."""

from __future__ import annotations

import pytest

from pelekan.demo.world import World
from tests.faults.forged_mails import siege
from tests.faults.imap_storm import storm
from tests.faults.mutated_mails import run


@pytest.mark.server
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_mf_11_imap_storm(transactional_db: None) -> None:
    from pelekan.demo.world import build

    ended = storm(build(), 30, seed=7)
    assert len(ended.weather) > 4 and len(ended.posted) > 10


@pytest.mark.slow
def test_mi_mutated_mails(world: World) -> None:
    ended = run(world, 60, seed=7)
    assert ended.states["done"] > 20


@pytest.mark.slow
def test_mt_forged_mails(world: World) -> None:
    ended = siege(world, 40, seed=7)
    assert len(ended.kinds) > 8
