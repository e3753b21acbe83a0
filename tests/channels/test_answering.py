"""Agents answer by mail: only with a true mark, from their own address, proved, and with access now."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from pelekan.channels import intake, letters
from pelekan.channels.faults import word_of
from pelekan.channels.models import Arrival, Delivery
from pelekan.demo.world import World
from pelekan.lib import due
from pelekan.lib.html import from_text
from pelekan.lib.time import now as clock
from pelekan.people.desk import takes_answers_by_mail
from pelekan.people.letters import text_of
from pelekan.people.models import Agent, Desk, Letter
from pelekan.tickets.actions import assign, close, note, reply, solve
from pelekan.tickets.bell import choosing, marks, posting
from pelekan.tickets.bell.rules import By, Ring
from pelekan.tickets.models import Bell, BellChoice, Event, Message, Ticket
from tests.channels.mails import account, arrive, raw_mail, send_due, taken, through, token_of
from tests.channels.test_proof import record, signed
from tests.channels.zone import Zone, served
from tests.servers import SmtpServer

SERVER = "mx.chakad.example"
PROVED = f"{SERVER}; dmarc=pass header.from=chakad.example"


def allow(on: bool = True) -> None:
    Desk.objects.update_or_create(pk=1, defaults={"name": "Chakad", "language": "en", "agents_by_mail": on})


@pytest.fixture
def desk(world: World) -> World:
    """Agents may answer by mail, and a mail server tells who is genuine. Sara is told by mail."""
    allow()
    account(world, authserv_id=SERVER)
    by_mail(world.agents["sara"])
    return world


def by_mail(agent: Agent) -> None:
    agent.user.language = "en"
    agent.user.save()
    choosing.choose(agent, ways={kind: [By.BELL, By.MAIL] for kind in Ring})


def told(agent: Agent) -> list[Letter]:
    """The letters that are due to an agent, written."""
    before = set(Letter.objects.values_list("pk", flat=True))
    for choice in due.claim(BellChoice, clock() + timedelta(hours=1), where=posting.JOB.where):
        posting.post(choice)
    return list(Letter.objects.filter(recipient=agent.user.email).exclude(pk__in=before).order_by("pk"))


def asked(desk: World) -> tuple[Ticket, Letter]:
    """Emma wrote on Sara's ticket; the notice of it."""
    sara = desk.agents["sara"]
    ticket = taken(desk, raw_mail()).ticket
    assign(ticket, sara, by=desk.agents["nika"])
    [letter] = told(sara)
    return ticket, letter


def answer(letter: Letter, text: str = "We pay it back.", **values: str) -> bytes:
    """What Sara's mail program sends when she answers the notice."""
    headers = {"In_Reply_To": letter.mail_id, "Authentication_Results": PROVED} | values
    quote = "\n".join(
        f"> {line}" for line in f"{text_of(letter)}\n\n[{marks.of_id(letter.mail_id)}]".splitlines()
    )
    usual = {
        "sender": "Sara <sara@chakad.example>",
        "mail_id": "<answer@chakad.example>",
        "subject": f"Re: {letter.subject}",
    }
    return raw_mail(f"{text}\n\nOn Sun, Nov 22, 2026 at 12:00 PM Pelekan <x@chakad.example> wrote:\n{quote}", **{**usual, **headers})  # fmt: skip


def outgoing() -> list[Message]:
    return list(Message.objects.filter(kind="outgoing", automatic=False).order_by("pk"))


def refused(found: Arrival, word: str, rung: str = "sara") -> None:
    """Nothing went out; the mail waits with its reason, and the agent knows in the app."""
    assert (found.state, word_of(found.why)) == ("quarantined", word)
    assert not outgoing() and not Message.objects.filter(kind="note").exists()
    if rung:
        [line] = Bell.objects.filter(kind=Ring.UNSENT, agent__user__email=f"{rung}@chakad.example")
        assert line.event.data["why"] == word and line.shown


# The way


def test_the_notice_invites_and_holds_what_is_to_be_answered(desk: World) -> None:
    ticket, letter = asked(desk)
    said = text_of(letter)
    assert "I was charged twice." in said and "Answer this mail to answer the customer." in said
    assert letter.reply_to == "support@chakad.example"
    [mark] = marks.read([letter.mail_id], "", settings.SECRET_KEY)
    assert mark is not None and mark.agent == desk.agents["sara"].pk
    assert mark.conversation == ticket.conversations.get().pk and mark.act == marks.ANSWER


def test_round_trip(desk: World, smtp: SmtpServer) -> None:
    through(desk, smtp.port)
    ticket, letter = asked(desk)
    letters.send(due.claim(Letter, clock())[0])
    send_due()
    notice = next(one for one in smtp.letters if one.recipients == ["sara@chakad.example"])
    assert notice.mail["Reply-To"].endswith("<support@chakad.example>")
    shown = notice.mail.get_body(("plain",)).get_content()
    [mark] = re.findall(r"\[(a\.[^\]]+)\]", shown)
    assert marks.of_id(notice.mail["Message-ID"].strip()) == mark
    before = len(smtp.letters)
    found = arrive(desk, answer(letter))
    assert found.state == "done", found.why_text
    send_due()
    [mailed] = smtp.letters[before:]
    assert mailed.recipients == ["emma.clarke@example.net"] and mailed.sender == "support@chakad.example"
    text = mailed.mail.get_body(("plain",)).get_content()
    assert (
        text.startswith("We pay it back.")
        and "a." + str(desk.agents["sara"].pk) + "." not in mailed.data.decode()
    )
    assert "sara@chakad.example" not in mailed.data.decode()
    [made] = outgoing()
    assert (made.agent, made.text, found.message) == (desk.agents["sara"], "We pay it back.", made)
    assert Event.objects.get(name="message.sent", message=made).because == "by mail"
    assert not Bell.objects.filter(agent=desk.agents["sara"], ticket=ticket, read_at=None).exists()


def test_no_word_of_it_while_it_is_off(desk: World) -> None:
    allow(False)
    ticket, letter = asked(desk)
    assert (
        marks.of_id(letter.mail_id) == ""
        and letter.reply_to == ""
        and "Answer this mail" not in text_of(letter)
    )
    assert "charged twice." not in text_of(letter)
    mark = marks.make(
        desk.agents["sara"].pk, ticket.conversations.get().pk, marks.ANSWER, clock(), settings.SECRET_KEY
    )
    raw = raw_mail(f"Hi\n\n> [{mark}]", sender="sara@chakad.example", Authentication_Results=PROVED)
    refused(arrive(desk, raw), "agent_by_mail")


def test_one_letter_for_each_ticket(desk: World) -> None:
    sara = desk.agents["sara"]
    for n in range(2):
        ticket = taken(
            desk, raw_mail(f"Request {n}", sender=f"c{n}@example.net", mail_id=f"<{n}@example.net>")
        ).ticket
        assign(ticket, sara, by=desk.agents["nika"])
    found = told(sara)
    assert len({marks.of_id(one.mail_id) for one in found}) == 2
    assert all(f"Request {n}" in text_of(one) for n, one in enumerate(sorted(found, key=text_of)))


def test_an_answer_to_a_mention_is_a_note(desk: World) -> None:
    ticket = taken(desk, raw_mail()).ticket
    note(ticket, by=desk.agents["nika"], text=f"@{desk.agents['sara'].name} what do you think?")
    [letter] = told(desk.agents["sara"])
    assert "what do you think?" in text_of(letter) and "the customer does not see it" in text_of(letter)
    found = arrive(desk, answer(letter, "Never pay that."))
    assert found.message is not None and (found.message.kind, found.message.text) == (
        "note",
        "Never pay that.",
    )
    assert not outgoing() and not Delivery.objects.exclude(message__automatic=True).exists()


def test_files_and_formatting_come_along(desk: World) -> None:
    _, letter = asked(desk)
    html = (
        '<div>We pay it <b>back</b>.<script>x()</script></div><div class="gmail_quote"><div>On Sunday Pelekan wrote:</div>'
        f"<blockquote>[{marks.of_id(letter.mail_id)}]</blockquote></div>"
    )
    body = (
        '--b\nContent-Type: multipart/alternative; boundary="c"\n\n'
        f"--c\n\nWe pay it back.\n\n> [{marks.of_id(letter.mail_id)}]\n--c\nContent-Type: text/html\n\n{html}\n--c--\n"
        '--b\nContent-Type: text/plain; name="bill.txt"\nContent-Disposition: attachment; filename="bill.txt"\n\nTotal\n--b--'
    )
    raw = raw_mail(
        body, sender="sara@chakad.example", Authentication_Results=PROVED, In_Reply_To=letter.mail_id,
        Content_Type='multipart/mixed; boundary="b"',
    )  # fmt: skip
    found = arrive(desk, raw)
    assert found.state == "done", found.why_text
    [made] = outgoing()
    assert made.text == "We pay it back." and [one.name for one in made.attachments.all()] == ["bill.txt"]
    assert made.html == "<div>We pay it <b>back</b>.</div>"


PROGRAMS = {
    "gmail": '<div dir="ltr">{words}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">On Sun, Nov 22, 2026 at 12:00 PM Pelekan &lt;<a href="mailto:x@chakad.example">x@chakad.example</a>&gt; wrote:<br></div><blockquote class="gmail_quote">{notice}</blockquote></div>',
    "gmail, Persian": '<div dir="rtl">{words}</div><br><div class="gmail_quote"><div dir="rtl" class="gmail_attr">‏در تاریخ یکشنبه ۱ آذر ۱۴۰۵ ساعت ۱۲:۰۰ ‪Pelekan‬ ‏&lt;‪x@chakad.example‬‏&gt; نوشت:<br></div><blockquote class="gmail_quote">{notice}</blockquote></div>',
    "outlook": '<div class="WordSection1"><p class="MsoNormal">{words}</p><div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in"><p class="MsoNormal"><b>From:</b> Pelekan &lt;x@chakad.example&gt;<br><b>Sent:</b> Sunday, November 22, 2026 12:00 PM<br><b>To:</b> Sara<br><b>Subject:</b> Emma wrote</p></div></div>{notice}</div>',
    "outlook on the web": '<div>{words}</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg" dir="ltr"><b>From:</b> Pelekan<br><b>Sent:</b> Sunday<br><b>To:</b> Sara<br><b>Subject:</b> x</div>{notice}',
    "apple": '<div>{words}</div><br><div><blockquote type="cite"><div>On 22. Nov 2026, at 12:00, Pelekan &lt;x@chakad.example&gt; wrote:</div><br>{notice}</blockquote></div>',
    "thunderbird": '<p>{words}</p><div class="moz-cite-prefix">On 22.11.26 12:00, Pelekan wrote:<br></div><blockquote type="cite" cite="mid:x">{notice}</blockquote><div class="moz-signature">-- <br>Sara<br>Support</div>',
}  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_mail_programs_send_is_cut_to_the_answer(desk: World, program: str) -> None:
    """As HTML alone, and with no header that names the notice: its mark stands in the quote."""
    _, letter = asked(desk)
    notice = from_text(f"{text_of(letter)}\n\n[{marks.of_id(letter.mail_id)}]")
    body = PROGRAMS[program].format(words="We pay it <b>back</b>.", notice=notice)
    raw = raw_mail(
        body, sender="sara@chakad.example", Authentication_Results=PROVED, Content_Type="text/html; charset=utf-8"
    )  # fmt: skip
    found = arrive(desk, raw)
    assert found.state == "done", found.why_text
    [made] = outgoing()
    assert made.text == "We pay it back."
    for word in (
        "Answer this mail",
        "charged twice",
        "/desk/",
        "wrote",
        "نوشت",
        "Subject",
        marks.of_id(letter.mail_id),
    ):
        assert word not in made.html


def test_the_same_mail_again_is_one_answer(desk: World) -> None:
    _, letter = asked(desk)
    first = arrive(desk, answer(letter))
    again = arrive(desk, b"Received: by another.example\r\n" + answer(letter))
    assert first.message == again.message and len(outgoing()) == 1
    assert Delivery.objects.filter(message=outgoing()[0]).count() == 1
    arrive(desk, answer(letter, "One more thing."))  # a mail program that uses an id twice loses nothing
    assert [one.text for one in outgoing()] == ["We pay it back.", "One more thing."]


def test_our_own_check_proves_it_as_well(desk: World, zone: Zone) -> None:
    _, letter = asked(desk)
    zone["one._domainkey.chakad.example"] = record()
    bare = answer(letter, Authentication_Results="")
    assert word_of(arrive(desk, bare).why) == "agent_unproved"
    assert arrive(desk, signed(bare, "chakad.example")).state == "done"
    assert len(outgoing()) == 1


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Zone]:
    monkeypatch.setitem(settings.CONFIG.__dict__, "check_senders", True)
    with served(monkeypatch) as one:
        yield one


# What lacks a proof


def test_mt_05_forged_mark(desk: World) -> None:
    _, letter = asked(desk)
    forged = re.sub(r"-\w{26}\.", f"-{'a' * 26}.", letter.mail_id)
    raw = raw_mail("Hi", sender="sara@chakad.example", In_Reply_To=forged, Authentication_Results=PROVED)
    refused(arrive(desk, raw), "forged_token")


def test_mt_08_mark_without_pass(desk: World) -> None:
    _, letter = asked(desk)
    refused(arrive(desk, answer(letter, Authentication_Results="")), "agent_unproved")
    fails = answer(letter, Authentication_Results=f"{SERVER}; dmarc=fail", mail_id="<b@chakad.example>")
    assert word_of(arrive(desk, fails).why) == "agent_unproved"
    below = answer(letter, Authentication_Results="evil.example; dmarc=pass", mail_id="<c@chakad.example>")
    assert word_of(arrive(desk, below).why) == "agent_unproved"
    assert not outgoing()


def test_mt_13_agent_without_access_any_more(desk: World) -> None:
    ticket, letter = asked(desk)
    Ticket.objects.filter(pk=ticket.pk).update(assignee=None, tier=desk.tiers[3])
    refused(arrive(desk, answer(letter)), "agent_no_access")


def test_mt_14_disabled_agent(desk: World) -> None:
    _, letter = asked(desk)
    sara = desk.agents["sara"]
    sara.disabled_at = clock()
    sara.save()
    refused(arrive(desk, answer(letter)), "agent_gone", rung="")
    assert not Bell.objects.filter(kind=Ring.UNSENT).exists()


def test_the_mark_of_another_agent(desk: World) -> None:
    _, letter = asked(desk)
    raw = answer(letter, sender="omid@chakad.example")
    refused(arrive(desk, raw), "agent_other", rung="omid")
    assert Bell.objects.get(kind=Ring.UNSENT).ticket is None  # he is not told whose


def test_a_mark_from_an_address_of_nobody_here(desk: World) -> None:
    _, letter = asked(desk)
    refused(arrive(desk, answer(letter, sender="sara@private.example")), "agent_other")


def test_a_mark_for_customers_is_none_for_agents(desk: World) -> None:
    ticket, _ = asked(desk)
    raw = raw_mail(
        f"Hi\n\n> {token_of(ticket.conversations.get())}",
        sender="sara@chakad.example",
        Authentication_Results=PROVED,
    )
    refused(arrive(desk, raw), "agent_by_mail")


def test_an_expired_mark(desk: World) -> None:
    _, letter = asked(desk)
    with time_machine.travel(clock() + marks.LASTS + timedelta(minutes=1)):
        refused(arrive(desk, answer(letter)), "agent_late")


def test_a_ticket_closed_or_answered_meanwhile(desk: World) -> None:
    ticket, letter = asked(desk)
    nika = desk.agents["nika"]
    reply(ticket, by=nika, text="I have done it.")
    found = arrive(desk, answer(letter))
    assert word_of(found.why) == "agent_meanwhile" and len(outgoing()) == 1
    solve(ticket, by=nika)
    close(ticket, by=nika)
    assert word_of(arrive(desk, answer(letter, mail_id="<b@chakad.example>")).why) == "agent_closed"
    assert len(outgoing()) == 1


def test_ml_01_a_machine_never_answers_for_an_agent(desk: World) -> None:
    _, letter = asked(desk)
    for n, headers in enumerate(
        (
            {"Auto_Submitted": "auto-replied"},
            {"List_Id": "<team.chakad.example>"},
            {"subject": "Out of office: away"},
        )
    ):
        found = arrive(desk, answer(letter, **{**headers, "mail_id": f"<auto{n}@chakad.example>"}))
        assert (found.state, word_of(found.why)) == ("dismissed", "agent_automatic")
    assert not outgoing() and not Bell.objects.filter(kind=Ring.UNSENT).exists()


def test_a_forwarded_notice_is_no_answer(desk: World) -> None:
    _, letter = asked(desk)
    refused(arrive(desk, answer(letter, subject=f"Fwd: {letter.subject}")), "agent_forwarded")
    copied = answer(
        letter, to="friend@example.org", Cc="support@chakad.example", mail_id="<b@chakad.example>"
    )
    assert word_of(arrive(desk, copied).why) == "agent_forwarded"


def test_nothing_of_its_own_or_the_notice_among_the_words(desk: World) -> None:
    ticket, letter = asked(desk)
    refused(arrive(desk, answer(letter, "")), "agent_unclear")
    left = raw_mail(
        f"Yes.\n[{marks.of_id(letter.mail_id)}]\nNo.", sender="sara@chakad.example", mail_id="<b@chakad.example>",
        Authentication_Results=PROVED,
    )  # fmt: skip
    assert word_of(arrive(desk, left).why) == "agent_unclear"
    link = answer(
        letter, f"Look: {settings.BASE_URL}/desk/tickets/{ticket.pk}/", mail_id="<d@chakad.example>"
    )
    assert word_of(arrive(desk, link).why) == "agent_unclear"
    other = marks.make(
        desk.agents["sara"].pk, ticket.conversations.get().pk + 1, marks.ANSWER, clock(), settings.SECRET_KEY
    )
    two = answer(letter, f"Yes.\n\n> [{other}]", mail_id="<c@chakad.example>")
    assert word_of(arrive(desk, two).why) == "agent_unclear"
    assert not outgoing()


def test_a_fresh_mail_of_an_agent_is_anybodys(desk: World) -> None:
    message = taken(desk, raw_mail("Hello", sender="sara@chakad.example", Authentication_Results=PROVED))
    assert message.kind == "incoming" and message.agent is None


def test_mended_and_tried_again(desk: World) -> None:
    """What was set aside because something was missing is weighed anew, by the same rules."""
    _, letter = asked(desk)
    allow(False)
    found = arrive(desk, answer(letter))
    refused(found, "agent_by_mail")
    allow()
    intake.retry(found, by=desk.agents["arash"])
    assert intake.take_now(found).state == "done" and len(outgoing()) == 1


def test_the_notice_itself_coming_back_is_a_loop(desk: World) -> None:
    _, letter = asked(desk)
    found = arrive(
        desk, raw_mail(text_of(letter), sender="pelekan@elsewhere.example", mail_id=letter.mail_id)
    )
    assert (found.state, found.verdict) == ("dismissed", "loop")


def test_marks_are_read_exactly() -> None:
    key, now = settings.SECRET_KEY, datetime.fromisoformat("2026-11-22T08:30:00+00:00")
    mark = marks.make(17, 42, marks.ANSWER, now, key)
    [one] = marks.read([], f"x [{mark.upper()}] y", key)
    assert one is not None and (one.agent, one.conversation, one.act, one.made_at) == (17, 42, "r", now)
    head, _, signature = mark.partition("-")
    for bad in (
        f"{head}-{signature[:-1]}", f"{head}-{signature}a", f"{head}-{signature * 2}", mark.replace("a.17.", "a.18."),
        mark.replace(".42.", ".43."), mark.replace(".r.", ".n."), f"{head}0-{signature}", f"a.017.42{mark[7:]}",
    ):  # fmt: skip
        assert marks.read([], f"[{bad}]", key) == [None], bad
    assert marks.read([], f"[{mark}]", key[::-1]) == [None]


def test_it_is_switched_on_only_where_senders_are_checked(world: World, client: Client, zone: Zone) -> None:
    client.force_login(world.agents["arash"].user, backend="pelekan.people.backends.Backend")
    page, values = (
        "/desk/settings/organization/",
        {"name": "Chakad", "language": "en", "agents_by_mail": "on"},
    )
    settings.CONFIG.__dict__["check_senders"] = False  # given back by the zone
    assert "check_senders" in client.post(page, values).content.decode()
    assert not takes_answers_by_mail()
    settings.CONFIG.__dict__["check_senders"] = True
    client.post(page, values)
    assert takes_answers_by_mail()
    changed = Event.objects.filter(name="desk.changed").latest("pk")
    assert changed.agent == world.agents["arash"] and "agents_by_mail" in changed.data["changed"]
    del values["agents_by_mail"]
    client.post(page, values)
    assert not takes_answers_by_mail()
