"""Received = stored = assigned; several folders (rows MF of the abuse catalogue)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import OperationalError, connection

from pelekan.channels import accounts, intake, tally
from pelekan.channels.faults import word_of
from pelekan.channels.models import Account, Arrival, Fetched, Folder
from pelekan.demo.world import World, build
from pelekan.lib.files import is_full
from pelekan.lib.time import now as clock
from pelekan.tickets.models import Event, Ticket
from tests.channels.mails import account, raw_mail
from tests.channels.test_fetch import mails, poll
from tests.imap_box import Box
from tests.servers import PASSWORD, USER, Dovecot

pytestmark = pytest.mark.server


@pytest.fixture
def box() -> Iterator[Box]:
    one = Box()
    with one.serving() as port:
        one.port = port  # type: ignore[attr-defined]
        yield one


def reading(world: World, box: Box, **values: object) -> Account:
    way = {"imap_host": "127.0.0.1", "imap_port": box.port, "imap_security": "none", "imap_user": "u"}  # type: ignore[attr-defined]
    return account(world, **{**way, "imap_password": "p", "begin": "all", "due_at": clock(), **values})


def counted(one: Account) -> Folder:
    """Poll when a counting is due."""
    Folder.objects.filter(account=one).update(counted_at=None)
    poll(one)
    return Folder.objects.get(account=one)


def test_every_mail_is_accounted_for(world: World, box: Box) -> None:
    box.post(*mails(3), raw_mail(sender="undisclosed-recipients:;", mail_id="<q@example.net>"))
    one = poll(reading(world, box), times=2)
    for arrival in Arrival.objects.all():
        intake.take_now(arrival)
    box.post(*mails(1, first=3))
    poll(one)
    assert counted(one).counts == {
        "server": 5, "stored": 5, "messages": 3, "quarantined": 1, "dismissed": 0, "waiting": 1,
    }  # fmt: skip


def test_mf_14_a_mail_that_search_hides_is_found_by_its_number(world: World, box: Box) -> None:
    box.hidden = {3}
    box.post(*mails(6))
    poll(reading(world, box), times=2)
    assert Arrival.objects.count() == 6 and Folder.objects.get().missing == 0


def test_mf_14_a_gap_is_told_once_and_closes_by_itself(world: World, box: Box) -> None:
    box.hidden = box.withheld = {3}
    box.post(*mails(6))
    one = poll(reading(world, box), times=2)
    folder = counted(one)
    assert (folder.missing, folder.counts["server"], folder.counts["stored"]) == (1, 6, 5)
    assert folder.gap_at is not None and tally.troubled(clock()) == 1
    counted(one)
    assert list(Event.objects.filter(name="account.gap_found").values_list("data__missing", flat=True)) == [1]
    box.hidden = box.withheld = set()
    folder = counted(one)
    assert (folder.missing, folder.gap_at, Arrival.objects.count()) == (0, None, 6)
    assert Event.objects.filter(name="account.gap_closed").count() == 1 and tally.troubled(clock()) == 0


def test_what_was_listed_but_not_given_is_missing(world: World, box: Box) -> None:
    box.withheld = {2}
    box.post(*mails(3))
    one = poll(reading(world, box), times=2)
    assert counted(one).missing == 1
    box.folders["INBOX"].pop(1)  # somebody deletes it
    assert counted(one).missing == 0


def test_a_mail_that_the_server_cannot_give_holds_nobody_up_and_comes_later(world: World, box: Box) -> None:
    box.refused = {2}
    box.post(*mails(3))
    one = poll(reading(world, box), times=6)
    assert sorted(Arrival.objects.values_list("state", flat=True)) == ["quarantined", "waiting", "waiting"]
    assert (one.fault, counted(one).missing) == ("", 0)
    box.refused = set()
    folder = counted(one)
    rows = Arrival.objects.exclude(state="dismissed")
    assert {row.raw for row in rows} == set(mails(3)) and folder.counts["stored"] == 3


def test_old_mail_is_not_ours_to_count_not_even_renumbered(world: World, box: Box) -> None:
    box.post(*mails(4))
    for old in box.folders["INBOX"]:
        old.at = old.at.replace(year=2025)
    one = poll(reading(world, box, begin="now"))
    box.post(*mails(2, first=4))
    poll(one)
    assert counted(one).counts["server"] == 2
    box.folders["INBOX"].insert(1, box.folders["INBOX"].pop(4))  # ours comes to lie between the old ones
    box.renumber()
    poll(one, times=2)
    folder = counted(one)
    assert (folder.counts["stored"], folder.missing, Arrival.objects.count()) == (2, 0, 2)
    assert not Fetched.objects.exclude(epoch=folder.uid_validity).exists()


def test_mf_23_folders_each_with_a_cursor_and_one_mail_in_two(world: World, dovecot: Dovecot) -> None:
    client = dovecot.client()
    client.create("Junk")
    client.create("Later")
    client.logout()
    dovecot.deliver(*mails(2))
    dovecot.deliver(mails(1)[0], raw_mail("spam?", mail_id="<j@example.net>"), folder="Junk")
    one = reading_dovecot(world, dovecot, "INBOX\nLater", "Junk")
    one = poll(one, times=2)
    assert {row.name: row.last_uid for row in one.folders.all()} == {"INBOX": 2, "Later": 0, "Junk": 2}
    assert Arrival.objects.count() == 3
    assert [bool(row.suspicious) for row in Arrival.objects.order_by("pk")] == [False, False, True]


def test_mail_from_the_junk_folder_is_answered_by_nobody(world: World, dovecot: Dovecot) -> None:
    intake.take_now(intake.store(world.inboxes["mail"], raw_mail(mail_id="<known@example.net>")))
    client = dovecot.client()
    client.create("Junk")
    client.logout()
    one = poll(reading_dovecot(world, dovecot, "INBOX", "Junk"), times=2)
    dovecot.deliver(raw_mail("Your account is locked", mail_id="<j@example.net>"), folder="Junk")
    poll(one)
    message = intake.take_now(Arrival.objects.get(suspicious=True)).message
    assert message is not None and message.held_at is not None
    assert "taken_for_junk" in message.meta["warnings"] and not message.meta["may_answer"]
    assert Ticket.objects.count() == 2


def test_a_folder_that_is_gone_keeps_nobody_from_the_others(world: World, dovecot: Dovecot) -> None:
    dovecot.deliver(*mails(1))
    one = poll(reading_dovecot(world, dovecot, "INBOX\nNowhere", ""), times=3)
    assert Arrival.objects.count() == 1 and word_of(one.fault) == "no_folder" and one.failures == 0
    assert Event.objects.filter(name="account.failed").count() == 1 and tally.troubled(clock()) == 1
    accounts.save(world.inboxes["mail"], {"folders": "INBOX", "junk_folders": ""}, by=world.agents["arash"])
    one = poll(one)
    assert (one.fault, one.folders.get().last_uid) == ("", 1)


def test_the_same_folder_cannot_be_both(world: World) -> None:
    with pytest.raises(accounts.BadValue):
        accounts.folders_typed({"folders": "Junk", "junk_folders": "Junk"})
    assert accounts.folders_typed({"folders": " inbox ", "junk_folders": "Junk\n"}) == {
        "INBOX": False,
        "Junk": True,
    }


def reading_dovecot(world: World, dovecot: Dovecot, folders: str, junk: str) -> Account:
    values = {
        "imap_host": "localhost", "imap_port": dovecot.tls_port, "imap_user": USER, "imap_password": PASSWORD, "begin": "all",
        "folders": folders, "junk_folders": junk,
    }  # fmt: skip
    return accounts.save(world.inboxes["mail"], values, by=world.agents["arash"])


@pytest.mark.django_db(transaction=True)
def test_mf_25_a_full_disk_acknowledges_nothing_and_goes_on_by_itself(
    transactional_db: None, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("SQLite can be told how large it may become")
    world = build()
    box.post(*mails(30), raw_mail("x" * 3_000_000, mail_id="<large@example.net>"))
    one = poll(reading(world, box))
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0] + 200}")
    try:
        one = poll(one)
        folder = one.folders.get()
        kept = Arrival.objects.count()
        assert word_of(one.fault) == "no_room" and one.failed_at is not None and kept < 31
        assert folder.last_uid <= kept and tally.troubled(clock()) == 1
        assert one.due_at is not None and one.due_at - clock() < timedelta(seconds=60)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA max_page_count = 1073741823")
    one = poll(one)
    assert (one.fault, Arrival.objects.count(), len({row.raw for row in Arrival.objects.all()})) == (
        "",
        31,
        31,
    )
    assert tally.troubled(clock()) == 0


def test_mf_25_what_counts_as_full() -> None:
    full = OperationalError("database or disk is full")
    full.__cause__ = type("Full", (Exception,), {"sqlite_errorname": "SQLITE_FULL"})()
    assert is_full(full) and is_full(OSError(28, "No space left on device"))
    assert not is_full(OperationalError("locked")) and not is_full(OSError(13, "no"))
