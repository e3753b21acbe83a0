"""The demo's community: what a visitor of it meets."""

from __future__ import annotations

import pytest

from pelekan.demo import community
from pelekan.demo.world import World
from pelekan.knowledge import readers
from pelekan.knowledge.community import steering
from pelekan.knowledge.community.models import Topic
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


def test_what_a_visitor_meets(world: World) -> None:
    space = community.gather(world, NOON)
    shown = Topic.objects.readable_by(readers.ANYONE)
    assert {one.language for one in shown} == {"fa", "ar", "en"} and shown.filter(space=space).count() == 4
    assert shown.filter(accepted__isnull=False).count() == 1
    assert steering.unanswered().count() == 1
    assert [post.reasons for post in steering.waiting()] == [["first", "links"]]
