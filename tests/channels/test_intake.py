"""What a mail becomes: its bytes, its files, and what can't be read (rows MI of the abuse catalogue)."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from pelekan.channels import arriving, intake
from pelekan.channels.email import reader
from pelekan.channels.faults import word_of
from pelekan.channels.models import Arrival
from pelekan.demo.world import World
from pelekan.lib.time import now as clock
from pelekan.people.models import Customer
from pelekan.tickets.models import Attachment, Event, Message, Ticket
from tests.channels.mails import (
    answered,
    arrive,
    raw_mail,
    taken,
)  # fmt: skip


def test_mi_03_message_id_reused(world: World) -> None:
    real, other = arrive(world, raw_mail("real")), arrive(world, raw_mail("other"))
    assert arrive(world, raw_mail("real")).pk == real.pk
    assert Arrival.objects.count() == 2 and other.message is not None
    assert "message_id_reused" in other.message.meta["warnings"]
    assert real.message is not None and "message_id_reused" not in real.message.meta["warnings"]


def test_mi_05_empty_ids_join_nothing(world: World) -> None:
    for n in range(5):
        arrive(world, raw_mail(f"mail {n}", mail_id="<>" if n % 2 else ""))
    assert Ticket.objects.count() == 5


def test_mi_09_no_sender(world: World) -> None:
    found = [
        arrive(world, raw_mail(sender=sender, mail_id=f"<{n}@x.example>"))
        for n, sender in enumerate(["", "<>", "undisclosed-recipients:;"])
    ]
    assert {(one.state, word_of(one.why)) for one in found} == {("quarantined", "no_sender")}
    assert Event.objects.filter(name="arrival.quarantined").count() == 3


def test_mi_10_name_that_plays_an_address(world: World) -> None:
    message = taken(world, raw_mail(sender='"boss@trusted.example" <evil@x.example>'))
    assert message.customer is not None
    assert [one.address for one in message.customer.identities.all()] == ["evil@x.example"]
    assert message.customer.name == "" and message.meta["from"]["name"] == "boss@trusted.example"


def test_mi_37_poison_in_the_middle(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    real = arriving.receive_mail

    def poisoned(arrival: Arrival, mail: reader.Mail, *rest: object) -> Message:
        if "poison" in mail.parsed.text:
            raise RecursionError
        return real(arrival, mail, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(arriving, "receive_mail", poisoned)
    for n in range(9):
        arrive(world, raw_mail("poison" if n == 4 else f"mail {n}", mail_id=f"<{n}@x.example>"))
    assert Ticket.objects.count() == 8
    [bad] = Arrival.objects.exclude(state="done")
    assert (bad.state, word_of(bad.why)) == ("quarantined", "failed")
    assert Event.objects.filter(name="arrival.quarantined").count() == 1

    monkeypatch.setattr(arriving, "receive_mail", real)
    intake.retry(bad, by=world.agents["arash"])
    assert intake.take_now(bad).state == "done" and Ticket.objects.count() == 9
    intake.retry(bad, by=world.agents["arash"])  # what became a message is left alone
    assert Ticket.objects.count() == 9


def test_a_reader_that_dies_takes_nothing_with_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "SECONDS", 0.0)
    bad = arrive(world, raw_mail("slow"))
    assert (bad.state, word_of(bad.why)) == ("quarantined", "reader_died")
    monkeypatch.undo()
    assert arrive(world, raw_mail("next", mail_id="<2@x.example>")).state == "done"


def test_mi_25_three_attachments_of_one_name_and_inline_image(world: World) -> None:
    png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    part = "--b\r\nContent-Type: text/plain; name=note.txt\r\nContent-Disposition: attachment; filename=note.txt\r\n\r\nnote {}\r\n"
    body = (
        '--b\r\nContent-Type: text/html\r\n\r\n<p>See <img src="cid:pic@x"></p><script>alert(1)</script>\r\n'
        + "".join(part.format(n) for n in (1, 2, 2))
        + f"--b\r\nContent-Type: image/png\r\nContent-ID: <pic@x>\r\nContent-Transfer-Encoding: base64\r\n\r\n{png}\r\n--b--\r\n"
    )
    raw = raw_mail("", Content_Type='multipart/related; boundary="b"') + body.encode()
    message = taken(world, raw)
    assert list(message.attachments.values_list("name", flat=True))[:3] == ["note.txt"] * 3
    picture = message.attachments.get(type="image/png")
    assert picture.inline_id == "pic@x" and 'src="cid:pic@x"' in message.html and "alert" not in message.html
    for one in message.attachments.all():
        assert (Path(settings.MEDIA_ROOT) / one.path).stat().st_size == one.size


def test_mi_29_nul_and_controls(world: World) -> None:
    raw = raw_mail("one\x00two\x1b[31m", subject="a\x00b")
    message = taken(world, raw)
    assert "\x00" not in message.text and "two" in message.text and "b" in message.ticket.subject
    assert Arrival.objects.get().raw == raw


def test_a_full_disk_puts_nothing_aside(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*values: object) -> None:
        raise OSError(28, "No space left on device")

    raw = raw_mail("", Content_Type='multipart/mixed; boundary="b"')
    raw += b"--b\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\n%PDF-1\r\n--b--\r\n"
    monkeypatch.setattr(intake.files, "store", full)
    found = arrive(world, raw)
    assert (found.state, found.tries) == ("waiting", 0) and found.due_at is not None
    monkeypatch.undo()
    Arrival.objects.update(due_at=clock())
    assert intake.take_now(found).state == "done"


def test_counts_of_queries_do_not_grow_with_the_thread(world: World) -> None:
    from django.test.utils import CaptureQueriesContext

    first, ours = answered(world)
    counts = []
    for n in range(3):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            taken(world, raw_mail(f"answer {n}", mail_id=f"<q{n}@example.net>", In_Reply_To=ours))
        counts.append(len(seen))
    # the first of them changes the ticket's place in the lists, the others don't
    assert (
        counts[0] - 1 <= counts[1] == counts[2] <= counts[0]
        and Customer.objects.count() == 4
        and Attachment.objects.count() == 0
    )
