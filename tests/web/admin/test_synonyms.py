"""Settings: words that mean the same, and clear words where they can't."""

from __future__ import annotations

import pytest
from django.test import Client

from pelekan.demo.world import World
from pelekan.knowledge.models import Synonyms

pytestmark = pytest.mark.django_db


def test_synonyms_are_written_changed_refused_and_deleted(world: World) -> None:
    boss = next(agent for agent in world.agents.values() if agent.role == "admin")
    client = Client()
    client.force_login(boss.user, backend="pelekan.people.backends.Backend")
    new = "/desk/settings/synonyms/new/"
    for lines in ("فاکتور", "فاکتور\nفاکتور", "چه\nکدام", "a b c d e f\ng", "؟\n!"):
        refused = client.post(new, {"lines": lines})
        assert refused.status_code == 422, lines
    assert not Synonyms.objects.exists()
    assert client.post(new, {"lines": "فاکتور\nصورتحساب\r\n invoice "}).status_code == 302
    row = Synonyms.objects.get()
    assert row.words == ["فاکتور", "صورتحساب", "invoice"]
    twice = client.post(new, {"lines": "bill\ninvoices"})
    assert twice.status_code == 422 and "فاکتور" in twice.content.decode()
    assert client.post(f"/desk/settings/synonyms/{row.pk}/", {"lines": "فاکتور\nbill"}).status_code == 302
    assert "bill" in client.get("/desk/settings/synonyms/").content.decode()
    assert client.post(f"/desk/settings/synonyms/{row.pk}/delete/").status_code == 302
    assert not Synonyms.objects.exists()
