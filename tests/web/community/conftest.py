"""Browsers of people who take part."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from pelekan.people.models import User
from pelekan.web.community import caching, doors
from tests.knowledge.community.conftest import Place, place

__all__ = ["place"]
Browser = Callable[[str], Client]


@pytest.fixture
def browser(place: Place) -> Browser:
    """A browser of a customer or an agent, by name."""
    caching.forget()
    for limit in (doors.USUAL, doors.WRITES, doors.NETWORK, doors.ACTS, doors.UPLOADS, doors.SEARCHES):
        limit.clear()

    def of(name: str) -> Client:
        client = Client()
        if name in ("sara", "arash"):
            user = {"sara": place.agent, "arash": place.admin}[name].user
        else:
            customer = place.customers[name]
            if customer.user is None:
                customer.user = User.objects.create_user(
                    f"{name}@example.com", "demo-pelekan", name=customer.name, language="en"
                )
                customer.save()
            user = customer.user
        client.force_login(user, backend="pelekan.people.backends.Backend")
        return client

    return of
