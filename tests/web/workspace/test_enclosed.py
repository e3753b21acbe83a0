"""A mail that encloses a mail, and one that invites to a meeting, as an agent sees them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from pelekan.channels import intake
from pelekan.demo.world import World
from pelekan.tickets.models import Attachment, Ticket

pytestmark = pytest.mark.django_db(transaction=True)

ENCLOSED = """\
From: "<b>Bank</b>" <bank@example.org>
To: mina.salehi@example.com
Subject: Refused <script>alert(1)</script>
Date: Sun, 22 Nov 2026 08:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=in

--in
Content-Type: text/html

<p onclick="x()">No money</p><script>alert(2)</script>
--in
Content-Type: text/html; name=page.html
Content-Disposition: attachment

<script>alert(3)</script>
--in--
"""
MAIL = f"""\
From: Mina <mina.salehi@example.com>
To: support@chakad.example
Subject: See this
Message-ID: <see@example.com>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=out

--out
Content-Type: text/plain

See below
--out
Content-Type: message/rfc822; name="from the bank.eml"
Content-Disposition: attachment

{ENCLOSED}
--out
Content-Type: text/calendar; method=REQUEST; name=invite.ics

BEGIN:VCALENDAR
METHOD:REQUEST
BEGIN:VEVENT
SUMMARY:Talk about the card
DTSTART:20261122T070000Z
DTEND:20261122T080000Z
END:VEVENT
END:VCALENDAR
--out--
"""


@pytest.fixture
def ticket(world: World) -> Ticket:
    arrival = intake.take_now(intake.store(world.inboxes["mail"], MAIL.replace("\n", "\r\n").encode()))
    assert arrival.ticket is not None, arrival.why
    return arrival.ticket


def test_an_enclosed_mail_is_read_in_the_sandbox(ticket: Ticket, at_desk: Callable[[str], Client]) -> None:
    file = Attachment.objects.get(message__ticket=ticket, name="from the bank.eml")
    address = f"/desk/enclosed/{file.token}/"
    assert address in at_desk("sara").get(f"/desk/tickets/{ticket.pk}/").content.decode()
    shown = at_desk("sara").get(address)
    page = shown.content.decode()
    assert "No money" in page and "bank@example.org" in page and "page.html" in page
    assert "<script" not in page and "onclick" not in page and "<b>Bank" not in page
    assert (
        "sandbox" in shown["Content-Security-Policy"] and "script-src" not in shown["Content-Security-Policy"]
    )
    saved = at_desk("sara").get(f"{address}0/")
    assert b"alert(3)" in saved.content and saved["Content-Type"] == "application/octet-stream"
    assert saved["Content-Disposition"].startswith("attachment")
    assert at_desk("sara").get(f"{address}7/").status_code == 404


def test_who_may_not_see_the_ticket_may_not_read_what_it_encloses(
    ticket: Ticket, world: World, at_desk: Callable[[str], Client]
) -> None:
    file = Attachment.objects.get(message__ticket=ticket, name="from the bank.eml")
    world.agents["james"].sees_all_tiers = False
    world.agents["james"].save()
    assert at_desk("james").get(f"/desk/enclosed/{file.token}/").status_code == 404
    assert Client().get(f"/desk/enclosed/{file.token}/").status_code in (302, 403)


def test_only_mail_is_opened(ticket: Ticket, at_desk: Callable[[str], Client]) -> None:
    file = Attachment.objects.get(message__ticket=ticket, name="invite.ics")
    assert at_desk("sara").get(f"/desk/enclosed/{file.token}/").status_code == 404


def test_an_invitation_in_the_readers_calendar_and_zone(
    ticket: Ticket, at_desk: Callable[[str], Client]
) -> None:
    page = at_desk("sara").get(f"/desk/tickets/{ticket.pk}/").content.decode()
    assert "Talk about the card" in page
    assert "۱ آذر ۱۴۰۵" in page and "۱۰:۳۰" in page  # 07:00 UTC in Tehran
