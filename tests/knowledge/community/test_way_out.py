"""The way out of the mails of the community, by the mail program's own button."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.test import Client

from pelekan.channels import letters
from pelekan.demo.world import World
from pelekan.knowledge.community import writing
from pelekan.knowledge.community.models import Following
from pelekan.lib import due
from pelekan.lib.time import now as clock
from pelekan.people.letters import text_of
from pelekan.people.models import Letter
from tests.channels.mails import through
from tests.conftest import NOON
from tests.knowledge.community.conftest import Place
from tests.knowledge.community.test_writing import asked, mailed
from tests.servers import smtp_server

pytestmark = pytest.mark.django_db


def test_a_mail_carries_the_way_out_for_the_mail_programs_button(place: Place, world: World) -> None:
    """RFC 8058: the header, and a POST to it without a session, ends them; a GET by a scanner changes nothing."""
    topic = asked(place)
    writing.answer(topic, by=place.emma, source="They send a set for free.", now=NOON)
    assert len(mailed()) == 1
    letter = Letter.objects.get(kind="community")
    assert letter.way_out in text_of(letter)
    with smtp_server() as smtp:
        through(world, smtp.port)
        for row in due.claim(Letter, clock()):
            letters.send(row)
        [sent] = smtp.letters
    read = sent.mail
    assert read["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert read["List-Unsubscribe"].strip(" <>") == letter.way_out and letter.way_out.startswith("http")
    address, row = urlsplit(letter.way_out).path, Following.objects.get(member=place.mina, topic=topic)
    stranger = Client(enforce_csrf_checks=True)
    stranger.get(address)
    row.refresh_from_db()
    assert not row.ended
    assert stranger.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    row.refresh_from_db()
    place.mina.refresh_from_db()
    assert row.ended and place.mina.mails, "about this topic alone"
    assert stranger.post(address[:-2] + "x/", {"List-Unsubscribe": "One-Click"}).status_code == 404
