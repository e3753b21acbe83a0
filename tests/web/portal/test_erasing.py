"""Asking to be erased in the portal, and what the admins do about it."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO

import pytest
from django.test import Client

from pelekan import work
from pelekan.demo.world import World
from pelekan.knowledge.trail import walking
from pelekan.lib import due
from pelekan.lib.time import now as clock
from pelekan.people.models import Letter
from pelekan.tickets.erasing import carrying
from pelekan.tickets.models import Bell, Erasure, Event, Takeout
from tests.web.portal.desk import browser_of, text_of, ticket_of
from tests.web.portal.test_ways_in import proved


@pytest.fixture
def admin(world: World) -> Client:
    user = world.agents["arash"].user
    user.language = "en"
    user.save(update_fields=["language"])
    client = Client()
    client.force_login(user, backend="pelekan.people.backends.Backend")
    return client


def test_a_customer_asks_and_an_admin_carries_it_out(world: World, mina: Client, admin: Client) -> None:
    ticket_of(world, "mina", "my words", "Still open")
    assert "/confirm/" in mina.get("/portal/profile/erase/")["Location"]
    assert "/confirm/" in mina.post("/portal/profile/erase/", {"sure": "yes"})["Location"]
    assert not Erasure.objects.exists()
    proved(mina)
    page = text_of(mina.get("/portal/profile/erase/"))
    assert "1 request of yours is still open" in page and "Still open" in page
    assert mina.post("/portal/profile/erase/").status_code == 422
    mina.post("/portal/profile/erase/", {"sure": "yes"})
    row = Erasure.objects.get()
    assert "Withdraw my wish" in text_of(mina.get("/portal/profile/"))
    assert mina.get("/portal/profile/erase/")["Location"].endswith("/profile/#my-data"), (
        "asked once, not again"
    )
    assert Bell.objects.filter(agent=world.agents["arash"], kind="erasure").exists()
    assert Letter.objects.filter(kind="erasure").count() == 1
    listed = text_of(admin.get("/desk/customers/erasures/"))
    assert f"/desk/customers/erasures/{row.pk}/" in listed
    decide = f"/desk/customers/erasures/{row.pk}/decide/"
    assert "Still open" in text_of(admin.get(f"/desk/customers/erasures/{row.pk}/"))
    admin.post(decide, {"act": "grant"})
    assert Erasure.objects.get().state == "asked"
    admin.post(decide, {"act": "grant", "sure": "yes"})
    for mine in due.claim(Erasure, clock()):
        carrying.carry_out(mine, work.ERASED)
    assert Erasure.objects.get().state == "done"
    assert mina.get("/portal/profile/").status_code == 302  # his session is over
    page = text_of(admin.get(f"/desk/customers/erasures/{row.pk}/"))
    assert "Only rows without words are left" in page
    log = text_of(admin.get("/desk/settings/log/"))
    assert "customer.erased" in log
    assert Event.objects.get(name="customer.erased").agent == world.agents["arash"]
    assert admin.get(f"/desk/customers/{world.customers['mina'].pk}/").status_code == 200
    assert admin.get(f"/desk/t/{row.customer.tickets.get().pk}/").status_code in (200, 404)


def test_refused_and_held_with_a_reason_that_he_reads(world: World, mina: Client, admin: Client) -> None:
    proved(mina)
    mina.post("/portal/profile/erase/", {"sure": "yes"})
    row = Erasure.objects.get()
    decide = f"/desk/customers/erasures/{row.pk}/decide/"
    admin.post(decide, {"act": "hold", "because": "A court asks for it."})
    assert "A court asks for it." in text_of(mina.get("/portal/profile/"))
    admin.post(decide, {"act": "grant", "sure": "yes"})
    assert Erasure.objects.get().state == "held"
    admin.post(decide, {"act": "refuse", "because": ""})
    assert Erasure.objects.get().state == "held"
    admin.post(decide, {"act": "refuse", "because": "Your contract runs until May."})
    assert "Your contract runs until May." in text_of(mina.get("/portal/profile/"))
    assert "Ask again" in text_of(mina.get("/portal/profile/"))


def test_withdrawn_before_anybody_decided(world: World, mina: Client, admin: Client) -> None:
    proved(mina)
    mina.post("/portal/profile/erase/", {"sure": "yes"})
    mina.post("/portal/profile/erase/keep/")
    row = Erasure.objects.get()
    assert row.state == "withdrawn"
    admin.post(f"/desk/customers/erasures/{row.pk}/decide/", {"act": "grant", "sure": "yes"})
    assert Erasure.objects.get().state == "withdrawn"
    assert "Erase my data" in text_of(mina.get("/portal/profile/"))


def test_who_asks_by_phone_is_written_down(world: World, admin: Client) -> None:
    emma = world.customers["emma"]
    admin.post(f"/desk/customers/{emma.pk}/erase/", {"how": ""})
    assert not Erasure.objects.exists()
    admin.post(f"/desk/customers/{emma.pk}/erase/", {"how": "by phone, called back"})
    assert Erasure.objects.get().asked_by == world.agents["arash"]


def test_my_data_holds_what_he_looked_for(world: World, mina: Client, settings, tmp_path) -> None:  # type: ignore[no-untyped-def]
    settings.DATA_DIR = tmp_path
    visit = walking.visit("m", place="help", language="en", customer=world.customers["mina"])
    walking.asked("renew my plan", place="help", found=0, language="en", visit=visit)
    browser_of(world, "emma")
    proved(mina)
    mina.post("/portal/profile/my-data/")
    job = next(job for job in work.JOBS if job.model is Takeout)
    for row in due.claim(Takeout, clock()):
        job.do(row)
    raw = b"".join(mina.get("/portal/profile/my-data/file/").streaming_content)
    pack = zipfile.ZipFile(BytesIO(raw))
    data = json.loads(pack.read("data.json"))
    assert [one["text"] for one in data["looked_for"]] == ["renew my plan"]
    assert "renew my plan" in pack.read("index.html").decode()
