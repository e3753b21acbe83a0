"""Which ticket a mail joins, by proof alone (rows MT of the abuse catalogue)."""

from __future__ import annotations

import re

import pytest
from django.conf import settings

from pelekan.channels import intake
from pelekan.channels.email import thread
from pelekan.channels.email.letter import letter
from pelekan.channels.faults import word_of
from pelekan.channels.models import Delivery, Reference
from pelekan.demo.world import World
from pelekan.lib.time import now as clock
from pelekan.people.models import Identity, Token
from pelekan.tickets.actions import close, join, reply, split, unjoin
from pelekan.tickets.models import Message, Participant, Ticket
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


# ── what became of joined tickets ─────────────────────────────────────────────────────────────────────────────


def test_marks_lead_to_where_the_conversation_is(world: World) -> None:
    """A token, and a number in a subject, of a ticket that was joined into another and that one into a third."""
    sara = world.agents["sara"]
    first, _ = answered(world)
    middle = ticket_of(world, raw_mail(mail_id="<two@example.net>"))
    end = ticket_of(world, raw_mail(mail_id="<three@example.net>"))
    join(first.ticket, middle, by=sara)
    join(middle, end, by=sara)
    again = taken(
        world, raw_mail(f"Any news?\n\n{token_of(first.conversation)}", mail_id="<four@example.net>")
    )
    assert again.ticket_id == end.pk and again.conversation_id == first.conversation_id
    for number, subject in enumerate((first.ticket.number, middle.number)):
        hint = taken(world, raw_mail(subject=f"Re: [#{subject}]", mail_id=f"<five{number}@example.net>"))
        assert hint.ticket.may_belong_to_id == end.pk
    unjoin(Ticket.objects.get(pk=first.ticket_id), by=sara)
    back = taken(world, raw_mail(f"Hello?\n\n{token_of(first.conversation)}", mail_id="<six@example.net>"))
    assert back.ticket_id == first.ticket_id


def test_each_is_written_to_under_his_own_number(world: World) -> None:
    """Two customers' tickets are one: a mail to one of them names his number and link, and nobody else's words."""
    sara = world.agents["sara"]
    hers = ticket_of(world, raw_mail("Her secret", subject="Hers"))
    his = taken(
        world,
        raw_mail("Mine", sender="Daniel <daniel@example.org>", subject="Mine", mail_id="<d@example.org>"),
    )
    Identity.objects.filter(address="daniel@example.org").update(verified_at=clock())
    join(his.ticket, hers, by=sara)
    sent = reply(hers, by=sara, text="We look into it.", conversation=his.conversation)
    delivery = Delivery.objects.get(message=sent)
    mail = letter(delivery, [sent])
    assert delivery.recipient == "daniel@example.org" and [one.address for one in mail.to] == [
        delivery.recipient
    ]
    number = Ticket.objects.get(pk=his.ticket_id).number
    assert f"#{number}" in mail.subject and str(hers.number) not in mail.subject
    assert "Hers" not in mail.subject and "Her secret" not in mail.body_text + (
        mail.quoted.text if mail.quoted else ""
    )
    links = Token.objects.filter(purpose="guest", data__customer=his.customer_id)
    assert {link.subject for link in links} == {f"ticket:{his.ticket_id}"}


def test_a_message_that_is_split_off_takes_its_answers_along(world: World) -> None:
    """A stranger's mail came in by a token that he was sent: on a ticket of his own he is answered, and there his
    answers go; of the conversation that he got into he hears nothing more."""
    sara = world.agents["sara"]
    first, _ = answered(world)
    stranger = "Code <code@service.example>"
    wrong = taken(
        world,
        raw_mail(
            f"Your code\n\n{token_of(first.conversation)}", sender=stranger, mail_id="<c@service.example>"
        ),
    )
    assert wrong.conversation_id == first.conversation_id and wrong.held_at is not None
    new = split(wrong, by=sara)
    wrong.refresh_from_db()
    assert wrong.ticket_id == new.pk and wrong.held_at is None and new.customer_id == wrong.customer_id
    assert [one.address for one in wrong.conversation.participants.all()] == ["code@service.example"]
    assert not first.conversation.participants.filter(address="code@service.example").exists()
    assert Reference.objects.get(mail_id="<c@service.example>").conversation_id == wrong.conversation_id
    assert not Delivery.objects.filter(recipient="code@service.example").exists(), (
        "no receipt for what an agent did"
    )
    sent = reply(new, by=sara, text="Which code?")
    assert [one.recipient for one in Delivery.objects.filter(message=sent)] == ["code@service.example"]
    answer = taken(
        world,
        raw_mail("That one", sender=stranger, mail_id="<c2@service.example>", In_Reply_To=Delivery.objects.get(message=sent).mail_id),
    )  # fmt: skip
    assert answer.ticket_id == new.pk
    join(new, Ticket.objects.get(pk=first.ticket_id), by=sara)
    assert Message.objects.get(pk=wrong.pk).ticket_id == first.ticket_id
