"""The health page: what is wrong stands there in words, and it costs the same however much there is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection  # noqa: F401 (a condition below)
from django.test import Client

from pelekan import work
from pelekan.channels import outbox, pulse, weighing
from pelekan.channels.faults import fault
from pelekan.channels.models import Account, Arrival, Consent, Delivery, Folder, Weight
from pelekan.demo.world import World
from pelekan.lib.time import now as clock
from pelekan.tickets.actions import reply
from pelekan.tickets.models import Event
from pelekan.web.admin import aside, machinery
from pelekan.web.workspace.alarm import job_names
from tests.channels.mails import account, raw_mail, taken
from tests.statements import costs

PAGE = "/desk/settings/health/"


def english(world: World, who: str) -> Client:
    browser = Client()
    user = world.agents[who].user
    user.language = "en"
    user.save()
    browser.force_login(user, backend="pelekan.people.backends.Backend")
    return browser


def test_each_trouble_stands_there_with_what_to_do(world: World) -> None:
    now = clock()
    inbox = world.inboxes["mail"]
    box = account(
        world, imap_host="mail.example.com", imap_password="p", fault=fault("wrong_password", host="mail.example.com"),
        failed_at=now, due_at=now + timedelta(minutes=5), checked_at=now - timedelta(hours=3), lag=timedelta(minutes=7),
        filled=97, sign_in="consent",
    )  # fmt: skip
    Consent.objects.create(account=box, client_id="x", granted_at=now, withdrawn_at=now)
    counts = {"server": 40, "stored": 40, "messages": 38, "quarantined": 1, "dismissed": 1, "waiting": 0}
    Folder.objects.create(account=box, name="INBOX", counted_at=now, counts=counts, missing=2)
    Arrival.objects.create(
        inbox=inbox,
        fingerprint="a",
        size=9,
        due_at=now - timedelta(hours=1),
        received_at=now - timedelta(hours=2),
    )
    pulse.report("host-1", [], False)
    Weight.objects.create(inbox=inbox, day=now.date(), mail_bytes=3 << 30)
    page = english(world, "nika").get(PAGE).content.decode()
    for words in (
        "did not accept the user name or the password", "97 % full", "consent was withdrawn", "42 = 40 = 40",
        "2 hours", "7 minutes", "host-1", "Try now", "3.0 GB", "It has been due for too long",
    ):  # fmt: skip
        assert words in page, words
    assert "octagon-alert" in page and "Needs help" in page, "never by colour alone"


def test_try_now_falls_due_at_once_but_takes_nothing_out_of_a_workers_hand(world: World) -> None:
    later = clock() + timedelta(hours=1)
    box = account(
        world, imap_host="mail.example.com", due_at=later, leased_until=later, smtp_host="smtp.example.com"
    )
    ticket = taken(world, raw_mail()).ticket
    one = reply(ticket, by=world.agents["sara"], text="Hello").deliveries.get()
    Delivery.objects.filter(pk=one.pk).update(due_at=later, tries=3)
    nika = english(world, "nika")
    for free in (None, later):
        Account.objects.update(leased_until=free, due_at=later)
        assert nika.post(f"{PAGE}mailbox/{box.inbox_id}/try/").status_code == 302
        box.refresh_from_db()
        assert (box.due_at <= clock()) == (free is None)
    assert Delivery.objects.get(pk=one.pk).due_at <= clock()
    assert Event.objects.filter(name="health.tried", agent=world.agents["nika"]).count() == 2
    assert nika.post(f"{PAGE}nothing/1/try/").status_code == 404


def test_its_cost_does_not_grow(world: World) -> None:
    account(world, imap_host="mail.example.com", smtp_host="smtp.example.com", due_at=clock())
    nika = english(world, "nika")
    nika.get(PAGE)
    asked = {"HX-Request": "true"}
    costs(lambda: nika.get(PAGE, headers=asked), 42)
    ticket = taken(world, raw_mail()).ticket
    for number in range(5):
        message = reply(ticket, by=world.agents["sara"], text=f"Hello {number}")
        message.deliveries.update(dead_at=clock(), state="failed", due_at=None)
        Arrival.objects.create(inbox=world.inboxes["mail"], fingerprint=str(number), size=1, due_at=clock())
    costs(lambda: nika.get(PAGE, headers=asked), 42)
    page = nika.get(PAGE).content.decode()
    assert "Failed in 24 hours" in page and "?list=out" in page


def test_every_job_has_a_name() -> None:
    assert {job.key for job in work.JOBS} | {"chores"} == set(job_names())
    assert {job.key for job in machinery.JOBS} == {job.key for job in work.JOBS}


def test_a_dead_letter_has_its_moment_and_loses_it_when_sent_again(world: World) -> None:
    ticket = taken(world, raw_mail()).ticket
    one = reply(ticket, by=world.agents["sara"], text="Hello").deliveries.get()
    Delivery.objects.filter(pk=one.pk).update(state="failed", dead_at=clock(), due_at=None)
    assert outbox.resend(one, by=world.agents["sara"])
    one.refresh_from_db()
    assert (one.state, one.dead_at) == ("queued", None)


def test_room_is_weighed_once_a_day(world: World) -> None:
    now = clock()
    taken(world, raw_mail())
    mail = world.inboxes["mail"].pk
    assert weighing.weigh(now - timedelta(days=7)) and not weighing.weigh(now - timedelta(days=7))
    taken(world, raw_mail("x" * 5000, mail_id="<two@example.net>"))
    assert weighing.weigh(now)
    weight, more = weighing.weights()[mail]
    assert (weight.mails, weight.mail_bytes) == (2, sum(Arrival.objects.values_list("size", flat=True)))
    assert more is not None and more > 5000
    assert Weight.objects.filter(inbox=mail).count() == 2


@pytest.mark.parametrize("who", ["sara"])
def test_agents_have_no_business_there(world: World, who: str) -> None:
    assert english(world, who).get(PAGE).status_code == 403


@pytest.mark.skipif(
    "connection.vendor != 'sqlite'", reason="PostgreSQL reads small tables whole, whatever their indexes"
)
def test_no_list_reads_through_what_was_dealt_with(world: World) -> None:
    for name, listing in aside.listings().items():
        plan = listing.rows.select_related(None).explain()
        assert "USING INDEX" in plan or "USING COVERING INDEX" in plan, f"{name}: {plan}"
        table = listing.rows.model._meta.db_table
        queued = f"SCAN {table} USING INDEX delivery_next"  # holds nothing but what waits
        assert f"SCAN {table}" not in plan.replace(queued, ""), f"{name}: {plan}"
