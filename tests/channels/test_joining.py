"""Which ticket a mail joins, by proof alone (rows MT of the abuse catalogue)."""

from __future__ import annotations

import re

import pytest
from django.conf import settings

from pelekan.channels import intake
from pelekan.channels.email import thread
from pelekan.channels.faults import word_of
from pelekan.channels.models import Delivery
from pelekan.demo.world import World
from pelekan.lib.time import now as clock
from pelekan.people.models import Identity
from pelekan.tickets.actions import close, reply
from pelekan.tickets.models import Message, Participant
from tests.channels.mails import (
    FAIL,
    PASS,
    account,
    answered,
    arrive,
    raw_mail,
    taken,
    ticket_of,
    token_of,
)  # fmt: skip


def test_mt_01_cc_hijack(world: World) -> None:
    first, _ = answered(world)
    account(world, authserv_id="mx.chakad.example")
    hijack = raw_mail(
        "Please copy my colleague.",
        subject=f"Re: [#{first.ticket.number}]",
        mail_id="<hijack@evil.example>",
        Cc="attacker@evil.example",
        Authentication_Results=FAIL,
    )
    message = taken(world, hijack)
    assert message.ticket_id != first.ticket_id and message.ticket.may_belong_to_id == first.ticket_id
    assert message.held_at is not None and "sender_not_authentic" in message.meta["warnings"]
    assert not Participant.objects.filter(address="attacker@evil.example").exists()
    assert not Delivery.objects.filter(conversation=message.conversation).exists()  # not even a receipt


def test_mt_02_ticket_trick(world: World) -> None:
    first, _ = answered(world)
    code = raw_mail(
        f"Your code is 123456\n\n{token_of(first.conversation)}",
        sender="no-reply@service.example",
        mail_id="<code@service.example>",
    )
    message = taken(world, code)
    assert message.conversation_id == first.conversation_id and message.held_at is not None
    assert message.pk not in Message.objects.public().values_list("pk", flat=True)


def test_mt_03_number_in_the_subject(world: World) -> None:
    first, _ = answered(world)
    stranger = raw_mail(
        sender="x@evil.example", subject=f"Re: [#{first.ticket.number}]", mail_id="<s@evil.example>"
    )
    ticket = ticket_of(world, stranger)
    assert ticket.pk != first.ticket_id and ticket.may_belong_to_id == first.ticket_id


def test_mt_04_references_of_a_stranger(world: World) -> None:
    first, ours = answered(world)
    for n, known in enumerate((ours, "<one@example.net>")):
        ticket = ticket_of(
            world, raw_mail(sender="x@evil.example", mail_id=f"<{n}@evil.example>", References=known)
        )
        assert ticket.pk != first.ticket_id and ticket.may_belong_to_id == first.ticket_id
    assert not Delivery.objects.filter(
        recipient="x@evil.example", message__automatic=False
    ).exists()  # no history


def test_references_join_an_authentic_participant(world: World) -> None:
    account(world, authserv_id="mx.chakad.example")
    first = taken(world, raw_mail(Authentication_Results=PASS))
    again = taken(
        world,
        raw_mail(
            "One more thing",
            mail_id="<x@example.net>",
            References="<one@example.net>",
            Authentication_Results=PASS,
        ),
    )
    assert again.ticket_id == first.ticket_id and again.meta["join"] == "references"
    assert Identity.objects.get(address="emma.clarke@example.net").verified_at is not None


@pytest.mark.parametrize("length", [0, 8, 15, 52])
def test_mt_06_token_of_other_length(world: World, length: int) -> None:
    first, _ = answered(world)
    good = thread.reply_token(first.conversation_id, settings.SECRET_KEY)
    head, _, signature = good.partition("-")
    bad = raw_mail(f"Hello\n\n[{head}-{(signature * 2)[:length]}]", mail_id="<t@example.net>")
    assert taken(world, bad).ticket_id != first.ticket_id


def test_mt_05_and_13_and_14_mail_of_agents_with_our_marks(world: World) -> None:
    first, ours = answered(world)
    sara = world.agents["sara"]
    forged = re.sub(r"\.\w{26}@", f".{'a' * 26}@", ours)
    cases = [
        (forged, False, "forged_token"),
        (ours, False, "agent_by_mail"),
        (ours, True, "agent_gone"),
        (forged, True, "agent_gone"),
    ]
    for n, (reference, gone, word) in enumerate(cases):
        sara.disabled_at = clock() if gone else None
        sara.save()
        mail = raw_mail(
            sender=f"Sara <{sara.user.email}>", mail_id=f"<a{n}@chakad.example>", In_Reply_To=reference
        )
        found = arrive(world, mail)
        assert (found.state, word_of(found.why)) == ("quarantined", word)
    assert not Message.objects.filter(pk__gt=first.pk, kind="incoming").exists()


def test_mt_08_agent_address_without_proof(world: World) -> None:
    message = taken(world, raw_mail(sender=f"Sara <{world.agents['sara'].user.email}>"))
    assert message.kind == "incoming" and message.agent is None and message.customer is not None
    assert message.customer.user is None


def test_mt_09_forged_authentication_results(world: World) -> None:
    account(world, authserv_id="mx.chakad.example")
    ours = f"Authentication-Results: {FAIL}\r\nReceived: from a by mx.chakad.example; Sun, 22 Nov 2026 08:00:00 +0000\r\n"
    message = taken(world, ours.encode() + raw_mail(Authentication_Results=PASS))
    assert message.meta["authentic"] is False
    stranger = taken(world, raw_mail(mail_id="<2@x>", Authentication_Results="mx.other.example; dmarc=pass"))
    assert stranger.meta["authentic"] is None
    assert Identity.objects.get(address="emma.clarke@example.net").verified_at is not None  # demo's own proof


def test_mt_12_right_token_new_address(world: World) -> None:
    first, _ = answered(world)
    private = raw_mail(
        f"From my private address\n\n{token_of(first.conversation)}",
        sender="emma@private.example",
        mail_id="<p@private.example>",
    )
    message = taken(world, private)
    assert message.conversation_id == first.conversation_id
    assert message.customer != first.customer and message.held_at is not None
    assert Participant.objects.get(address="emma@private.example").confirmed_at is None
    sent = reply(first.ticket, by=world.agents["sara"], text="Done.")
    assert [one.recipient for one in sent.deliveries.all()] == ["emma.clarke@example.net"]

    intake.accept_sender(message, by=world.agents["sara"])
    sent = reply(first.ticket, by=world.agents["sara"], text="Done again.")
    assert {one.recipient for one in sent.deliveries.all()} == {
        "emma.clarke@example.net",
        "emma@private.example",
    }
    message.refresh_from_db()
    assert message.held_at is None


def test_copied_people_get_nothing_until_chosen(world: World) -> None:
    first, _ = answered(world, Cc="colleague@example.net, support@chakad.example")
    assert set(first.conversation.participants.values_list("address", "copied")) == {
        ("emma.clarke@example.net", False),
        ("colleague@example.net", True),
    }
    assert not Delivery.objects.filter(recipient="colleague@example.net").exists()
    sent = reply(
        first.ticket,
        by=world.agents["sara"],
        text="To both.",
        meta={"cc": ["Colleague@example.net", "no address"]},
    )
    assert set(sent.deliveries.values_list("recipient", "copied")) == {
        ("emma.clarke@example.net", False),
        ("colleague@example.net", True),
    }


def test_our_own_reply_address_takes_no_part(world: World) -> None:
    """Answers come to it; its token is nobody's to see or to copy."""
    first, _ = answered(world)
    ours = thread.reply_address("Support@chakad.example", token_of(first.conversation))
    taken(world, raw_mail("Here it is.", to=f"{ours}, boss@example.net", mail_id="<two@example.net>"))
    everyone = set(Participant.objects.values_list("address", flat=True))
    assert everyone == {"emma.clarke@example.net", "boss@example.net"}


def test_answer_to_a_closed_ticket_follows_it(world: World) -> None:
    first, ours = answered(world)
    close(first.ticket, by=world.agents["sara"])
    later = taken(world, raw_mail("Again!", mail_id="<l@example.net>", In_Reply_To=ours))
    assert later.ticket.follows_id == first.ticket_id and later.ticket.number == 1002
    assert later.conversation.participants.get().address == "emma.clarke@example.net"
