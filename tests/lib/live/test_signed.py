"""Tickets: who may hear what, signed."""

from __future__ import annotations

import time

import pytest

from pelekan.lib import live
from tests.lib.served import SECRET, ticket


def test_ticket_says_what_was_signed():
    grant = live.read_ticket(SECRET, ticket("agent:5", "team:3", "desk", name="سارا"), time.time())
    assert (grant.sub, grant.topics, grant.name) == ("agent:5", ("desk", "team:3"), "سارا")


@pytest.mark.parametrize(
    "spoil", [lambda t: t[:-1] + "!", lambda t: "x" + t, lambda t: t.split(".")[0], lambda t: ""]
)
def test_spoiled_ticket_is_refused(spoil):
    with pytest.raises(live.Refused):
        live.read_ticket(SECRET, spoil(ticket("agent:5", "desk")), time.time())


def test_ticket_of_another_secret_or_time_is_refused():
    with pytest.raises(live.Refused, match="signed"):
        live.read_ticket("other", ticket("agent:5", "desk"), time.time())
    with pytest.raises(live.Refused, match="expired"):
        live.read_ticket(SECRET, ticket("agent:5", "desk", ttl=10), time.time() + 11)


def test_wildcards_and_too_many_topics_cannot_be_signed():
    for topics in (["conversation:*"], ["desk desk"], ["a:b:c"], [""], [f"ticket:{n}" for n in range(200)]):
        with pytest.raises(ValueError):
            live.make_ticket(SECRET, "agent:5", topics)
