"""Who is behind a cookie: read with plain statements, and gone at once when he may no longer come in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from pelekan.demo.world import World
from pelekan.lib.time import now
from pelekan.people.backends import Backend
from pelekan.people.models import Agent, Customer, User
from pelekan.people.sessions import SessionStore


@pytest.mark.django_db
def test_a_session_is_what_was_kept_until_it_ends() -> None:
    kept = SessionStore()
    kept["seat"] = "window"
    kept.create()
    assert SessionStore(kept.session_key)["seat"] == "window"
    assert dict(SessionStore("never-heard-of-it").items()) == {}
    Session.objects.update(expire_date=now() - timedelta(seconds=1))
    assert dict(SessionStore(kept.session_key).items()) == {}


def test_the_user_comes_with_agent_and_customer_in_one_statement(world: World) -> None:
    sara, mina = world.agents["sara"], world.customers["mina"]
    both = User.objects.create_user("both@example.com", "a-long-password", name="Both")
    Agent.objects.create(user=both, languages=["fa"])
    Customer.objects.filter(pk=mina.pk).update(user=both)
    for user, agent, customer in ((sara.user, sara, None), (both, both.agent, mina)):
        with CaptureQueriesContext(connection) as seen:
            found = Backend().get_user(user.pk)
            assert found == user
            assert found.agent == agent
            assert found.agent.languages == agent.languages
            assert getattr(found, "customer", None) == customer
        assert len(seen) == 1
        fresh = User.objects.get(pk=user.pk)
        assert (found.created_at, found.is_active, found._state.db) == (
            fresh.created_at,
            True,
            fresh._state.db,
        )


@pytest.mark.parametrize("end", ["inactive", "disabled", "deleted"])
def test_whoever_may_not_come_in_is_out_at_the_next_request(world: World, end: str) -> None:
    agent = world.agents["omid"]
    client = Client()
    client.force_login(agent.user, backend="pelekan.people.backends.Backend")
    assert client.get("/desk/list/mine/").status_code == 200
    if end == "inactive":
        User.objects.filter(pk=agent.user_id).update(is_active=False)
    elif end == "disabled":
        Agent.objects.filter(pk=agent.pk).update(disabled_at=now())
    else:
        Session.objects.all().delete()
    assert client.get("/desk/list/mine/").status_code == 302
