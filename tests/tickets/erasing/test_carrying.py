"""Erasing: afterwards nothing in the database or on the disk says who he was or what he wrote."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
import time_machine
from django.db import connection

from pelekan import work
from pelekan.channels.models import Delivery
from pelekan.demo.world import World
from pelekan.knowledge.trail import walking
from pelekan.knowledge.trail.models import Visit
from pelekan.lib import due
from pelekan.lib.time import now as clock
from pelekan.people.models import Customer, Identity, Letter, Token, User
from pelekan.tickets import actions, attachments
from pelekan.tickets.erasing import asking, carrying
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Erasure, Event, Message, Ticket
from pelekan.tickets.shaping import CannotBe
from tests.conftest import NOON

WORD = "zebrafinch"  # stands in everything that he and others wrote about him


@pytest.fixture(autouse=True)
def _noon(settings, tmp_path):  # type: ignore[no-untyped-def]
    settings.MEDIA_ROOT, settings.DATA_DIR = tmp_path / "media", tmp_path
    with time_machine.travel(NOON, tick=False):
        yield


def asked(world: World, text: str, who: str = "mina", channel: str = "email", **more: object) -> Ticket:
    inbox = world.inboxes["portal"] if channel == "portal" else world.inboxes["mail"]
    message = actions.receive(
        Incoming(
            inbox_id=inbox.pk, channel=channel, customer_id=world.customers[who].pk, text=text,
            subject=f"Subject {WORD}" if who == "mina" else "emma-subject", **more,
        )
    )  # fmt: skip
    return Ticket.objects.get(pk=message.ticket_id)


def lived(world: World) -> Ticket:
    """Mina wrote, sent a file, was answered, noted, passed on, renamed; she signed in and looked for something."""
    mina, sara = world.customers["mina"], world.agents["sara"]
    mail = mina.identities.get(kind="email").address
    actions.welcome(mail, language="en")
    mina.refresh_from_db()
    kept = attachments.keep(BytesIO(b"zebrafinch file"), f"{WORD}.txt", f"customer:{mina.pk}")
    ticket = asked(world, f"I am {WORD}", channel="portal", attachment_ids=(kept.pk,))
    actions.reply(ticket, by=sara, text=f"Dear {WORD}")
    actions.note(ticket, by=sara, text=f"she is {WORD}")
    actions.rename(ticket, f"{WORD} again", by=sara)
    actions.know_customer(mina, by=sara, notes=f"likes {WORD}", name=f"Mina {WORD}")
    actions.keep_draft(ticket, by=sara, kind="outgoing", html=f"<p>{WORD}</p>", saw_id=0)
    visit = walking.visit("mark", place="help", language="en", customer=mina)
    walking.asked("where is my order", place="help", found=0, language="en", visit=visit)
    return ticket


def carry(parts=work.ERASED) -> None:  # type: ignore[no-untyped-def]
    for _ in range(3):
        for row in due.claim(Erasure, clock(), 5, carrying.LEASE):
            row.due_at = carrying.carry_out(row, parts)


SMALL = [replace(part, at_once=1) for part in work.ERASED]
"""The same in the smallest pieces."""


def everything() -> str:
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        found = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found += [f"{table} {row!r}" for row in cursor.fetchall()]
    return "\n".join(found)


def test_nothing_is_left_of_the_person_and_the_figures_stay(world: World) -> None:
    ticket = lived(world)
    asked(world, "not hers: emma-words", who="emma")
    mina, arash = world.customers["mina"], world.agents["arash"]
    addresses = list(mina.identities.values_list("address", flat=True))
    path = next(Path(str(attachments.settings.MEDIA_ROOT)).rglob("*/*"), None)
    assert path is not None and WORD in everything()
    row = asking.ask(mina, by=mina)
    asking.grant(row, by=arash)
    carry()
    row.refresh_from_db()
    assert row.state == Erasure.State.DONE and row.sealed == "" and row.due_at is not None
    last = Letter.objects.get(kind="erased")
    assert last.recipient in addresses and Letter.objects.filter(recipient__in=addresses).count() == 1
    last.state = "sent"
    last.save()
    with time_machine.travel(NOON + timedelta(minutes=5), tick=False):
        carry()
    assert not Letter.objects.filter(kind="erased").exists()
    left = everything()
    for word in (WORD, *addresses, "mina.", "مینا"):
        assert word not in left, [line for line in left.splitlines() if word in line][:3]
    assert not [one for one in (Path(str(attachments.settings.MEDIA_ROOT))).rglob("*") if one.is_file()]
    ticket.refresh_from_db()
    assert ticket.number and ticket.status == "closed" and ticket.first_answer_at
    assert ticket.messages.count() >= 3 and ticket.events.count() >= 5
    assert "emma-words" in left and "emma-subject" in left
    said = Event.objects.get(name="customer.erased")
    assert said.agent == arash and said.data["customer"] == mina.pk


def test_nobody_comes_in_any_more_and_the_address_begins_anew(world: World) -> None:
    ticket = lived(world)
    mina = world.customers["mina"]
    mina.refresh_from_db()
    user, mail = mina.user, mina.identities.get(kind="email").address
    assert user is not None
    asking.grant(asking.ask(mina, by=mina), by=world.agents["arash"])
    carry()
    assert not User.objects.filter(pk=user.pk).exists()
    assert not Identity.objects.filter(customer=mina).exists()
    assert not Token.objects.filter(subject=f"ticket:{ticket.pk}").exists()
    assert not Delivery.objects.filter(due_at__isnull=False).exists()
    again = actions.welcome(mail, language="en")
    assert again.pk != mina.pk and not Ticket.objects.of_customer(again).exists()
    assert Visit.objects.filter(customer=None).exists() and not Visit.objects.filter(customer=mina).exists()


@pytest.mark.parametrize("step", ["erase.left", "erase.inside", "erase.piece"])
def test_a_fault_in_the_middle_is_made_good_by_the_next_try(world: World, monkeypatch, step: str) -> None:  # type: ignore[no-untyped-def]
    lived(world)
    mina = world.customers["mina"]
    row = asking.ask(mina, by=mina)
    asking.grant(row, by=world.agents["arash"])
    count = 0

    def die(name: str) -> None:
        nonlocal count
        count += name == step
        if name == step and count in (1, 3, 9):
            raise RuntimeError("power cut")

    monkeypatch.setattr(carrying, "fp", die)
    for lived_on in range(6):
        with time_machine.travel(NOON + timedelta(minutes=10 * lived_on), tick=False):
            try:
                carry(SMALL)
            except RuntimeError:
                continue
            break
    row.refresh_from_db()
    assert count > 1 or step == "erase.left"
    assert row.state == Erasure.State.DONE and WORD not in everything()
    assert Letter.objects.filter(kind="erased").count() == 1
    assert Event.objects.filter(name="customer.erased").count() == 1


def test_only_an_admin_decides_and_a_hold_stands_in_the_way(world: World) -> None:
    mina, sara, arash = world.customers["mina"], world.agents["sara"], world.agents["arash"]
    row = asking.ask(mina, by=mina)
    assert asking.ask(mina, by=mina).pk == row.pk
    for act in (asking.grant, asking.free):
        with pytest.raises(PermissionError):
            act(row, by=sara)
    with pytest.raises(CannotBe):
        asking.hold(row, by=arash, because=" ")
    asking.hold(row, by=arash, because="A court asks for it.")
    with pytest.raises(CannotBe):
        asking.grant(row, by=arash)
    asking.free(row, by=arash)
    asking.refuse(row, by=arash, because="The contract runs.")
    assert asking.ask(mina, by=mina).pk != row.pk
    assert asking.withdraw(mina) and not asking.withdraw(mina)
    assert Customer.objects.get(pk=mina.pk).name


def test_what_a_join_brought_from_somebody_else_stays(world: World) -> None:
    mine, hers = asked(world, f"mine {WORD}"), asked(world, "emmas own words", who="emma")
    actions.join(hers, mine, by=world.agents["arash"])
    mina = world.customers["mina"]
    asking.grant(asking.ask(mina, by=mina), by=world.agents["arash"])
    carry()
    assert Message.objects.filter(text="emmas own words").exists()
    assert not Message.objects.filter(text__contains=WORD).exists()
