"""The demo's readers have said what they missed."""

from __future__ import annotations

import pytest

from pelekan.demo import articles, remarks
from pelekan.demo.world import World
from pelekan.knowledge.models import Remark
from pelekan.lib.time import now
from pelekan.tickets.models import Bell


@pytest.mark.django_db
def test_remarks_wait_for_owners(world: World) -> None:
    remarks.leave(world, articles.shelve(world, now()), now())
    assert Remark.objects.count() == len(remarks.SAID)
    assert Remark.objects.filter(settled_at__isnull=False).count() == 1
    assert Bell.objects.filter(kind="remark").exists()
