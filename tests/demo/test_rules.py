"""The office's rules do what its morning shows."""

from __future__ import annotations

from pelekan.demo import rules
from pelekan.demo.world import World
from pelekan.routing import lint, trace
from pelekan.tickets.models import Ticket
from tests.conftest import NOON


def test_the_morning(world: World) -> None:
    rules.put_in_force(world, NOON)
    bank, english, arabic = Ticket.objects.order_by("created_at")
    assert bank.team == world.teams["payments"] and bank.tags.filter(name="بانک").exists()
    assert (english.team, english.assignee) == (world.teams["developers"], world.agents["james"])
    assert (arabic.team, arabic.assignee) == (world.teams["technical"], world.agents["laila"])
    told = {one["kind"]: one for one in trace.of(arabic.pk)}
    assert (told["routing"]["place"], told["routing"]["skipped"]) == (4, [5, 6])
    assert [who["agent"] for who in told["assignment"]["candidates"]][0] == world.agents["laila"].pk
    for kind, body in (("routing", rules.routing(world)), ("automations", rules.automations(world))):
        assert not lint.findings(kind, body, now=NOON)
