"""Customers in conditions are looked for while one types; without a script one types a number or an address."""

from __future__ import annotations

import re

import pytest
from django.http import QueryDict
from django.test import Client

from pelekan.demo.world import World
from pelekan.people.models import Customer, Organization
from pelekan.web.admin import choices as listed
from pelekan.web.admin import conditions
from pelekan.web.admin.choices import Choices
from tests.web.admin.test_rules import browser

FIND = "/desk/condition/find/"


def keys(client: Client, kind: str, typed: str = "") -> list[str]:
    return [one["key"] for one in client.get(f"{FIND}{kind}/", {"q": typed}).json()["found"]]


def test_found_by_name_address_and_only_as_far_as_one_may(world: World) -> None:
    mina = world.customers["mina"]
    arash, sara = browser(world), browser(world, "sara")
    assert keys(arash, "customer", "mina.salehi") == keys(arash, "customer", mina.name[:3]) == [str(mina.pk)]
    assert len(keys(arash, "customer")) > 1 and keys(arash, "customer", "zzz") == []
    assert keys(sara, "customer", "mina.salehi") == [], "she has seen no ticket of hers"
    one = Organization.objects.create(name="Aseman Trade", domains=["aseman.example"])
    assert (
        keys(arash, "organization", "aseman") == [str(one.pk)] and keys(sara, "organization", "aseman") == []
    )
    assert keys(arash, "agent", world.agents["omid"].user.email) == [str(world.agents["omid"].pk)]
    assert arash.get(f"{FIND}team/").status_code == 404
    assert Client().get(f"{FIND}customer/").status_code in (302, 401)


def typed(name: str, value: str) -> QueryDict:
    post = QueryDict(mutable=True)
    post.update(
        {
            "when-0-depth": "0",
            "when-0-way": "all",
            "when-1-depth": "1",
            "when-1-name": name,
            "when-1-op": "one_of",
        }
    )
    post.setlist("when-row", ["0", "1"])
    post.setlist("when-1-value", [value])
    return post


@pytest.mark.parametrize("how", ["number", "digits", "address"])
def test_without_a_script(world: World, how: str) -> None:
    mina = world.customers["mina"]
    value = {"number": f"#{mina.pk}", "address": "Mina.Salehi@example.com"}.get(
        how, str(mina.pk).translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    )
    condition, errors = conditions.read(typed("customer", value))
    assert (condition, errors) == ({"all": [{"field": "customer", "is": "one_of", "value": [mina.pk]}]}, [])
    condition, errors = conditions.read(typed("customer", value), eyes=world.agents["sara"])
    assert condition is None and errors, "whom she may not look up she can't ask for"


def test_what_is_nobodys_is_said(world: World) -> None:
    condition, errors = conditions.read(typed("customer", "nobody@example.com"))
    assert condition is None and "nobody@example.com" in errors[0]


def test_only_what_is_chosen_stands_in_the_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """However old the customer is."""
    mina = world.customers["mina"]
    Customer.objects.bulk_create([Customer(name=f"Customer {n}", language="en") for n in range(30)])
    rules = "/desk/settings/rules/routing/new/"
    page = browser(world).post("/desk/condition/", {**typed("customer", str(mina.pk)).dict(), "when-row": ["0", "1"],
                                                    "name": "when", "when-1-value": [str(mina.pk)]}).content.decode()  # fmt: skip
    (select,) = re.findall(r"<select[^>]*data-search[^>]*>.*?</select>", page, re.DOTALL)
    assert 'data-search="/desk/condition/find/customer/"' in select
    assert select.count("<option") == 1 and mina.name in select and "<noscript>" in page
    assert browser(world).get(rules).status_code == 200
    assert not Choices("en").sought("agent")
    monkeypatch.setattr(listed, "FEW", 2)
    assert Choices("en").sought("agent") and not Choices("en").sought("agent", listed=True)
    assert len(Choices("en").options("agent")) > 2 and Choices("en").options("agent", listed=False) == []
