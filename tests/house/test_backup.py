"""What was saved comes back whole, or not at all."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
import time

import pytest

from tests.house.conftest import Installation, Make

pytestmark = pytest.mark.server

DJANGO = "import django; django.setup(); "
ADD = """
import sys, itertools
from django.conf import settings
from pelekan.lib import files
from pelekan.lib.time import now
from pelekan.people.identify import customer_for
from pelekan.tickets.actions import receive
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Attachment, Inbox
inbox = Inbox.objects.get(key="portal")
customer = customer_for("email", "mina@example.com", name="مینا", now=now())
for number in itertools.count():
    stored = files.store(b"x" * 2000 + str(number).encode(), settings.MEDIA_ROOT)
    message = receive(Incoming(inbox_id=inbox.pk, channel="portal", customer_id=customer.pk, text=str(number), language="fa"))
    Attachment.objects.create(message=message, token=f"t{number}", name="a.txt", type="text/plain", size=stored.size, sha256=stored.sha256, path=stored.path)
    print(message.pk, flush=True)
    if len(sys.argv) > 1 and number + 1 >= int(sys.argv[1]):
        break
"""
LOOK = """
import json, hashlib
from pathlib import Path
from django.conf import settings
from django.db import connection
from pelekan.tickets.models import Attachment, Message
connection.check_constraints()
damaged = [a.path for a in Attachment.objects.all() if hashlib.sha256((Path(settings.MEDIA_ROOT) / a.path).read_bytes()).hexdigest() != a.sha256]
print(json.dumps({"messages": list(Message.objects.values_list("pk", flat=True)), "files": Attachment.objects.count(), "damaged": damaged}))
"""


def add(desk: Installation, count: int) -> None:
    desk.in_django(ADD, str(count))


def look(desk: Installation) -> dict[str, list[int]]:
    return json.loads(desk.in_django(LOOK))


def test_cr_11_backup_under_load(desk: Installation, bare: Make) -> None:
    writing = subprocess.Popen(
        [sys.executable, "-c", DJANGO + ADD], cwd=desk.folder, env=desk.django(), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert writing.stdout is not None
    acknowledged: list[list[int]] = []
    try:
        for number in range(3):
            acknowledged.append([int(writing.stdout.readline()) for _ in range(10)])
            told = desk.ran("backup", f"{number}.tar")
            assert "damaged" not in told
    finally:
        writing.kill()
        writing.wait()
    for number in range(3):
        other = bare()
        if (
            other.database
        ):  # on a bare machine the configuration comes out of the backup; here it names another database
            config = (desk.folder / "pelekan.toml").read_text()
            (other.folder / "pelekan.toml").write_text(config.replace(desk.database, other.database))
        other.ran("restore", str(desk.folder / f"{number}.tar"))
        found = look(other)
        assert not found["damaged"]
        before = {pk for batch in acknowledged[: number + 1] for pk in batch}
        assert before <= set(found["messages"]), "what was acknowledged before the backup began is in it"
        add_more = other.ran("token", "create", "--name", "after")
        assert add_more.startswith("plk_"), "numbering goes on where it was"


def test_damage_is_found_and_named(desk: Installation, bare: Make) -> None:
    add(desk, 3)
    desk.ran("backup", "whole.tar")
    whole = (desk.folder / "whole.tar").read_bytes()
    with tarfile.open(desk.folder / "whole.tar") as tar:
        member = next(one for one in tar if one.name.startswith("files/"))
    flipped = bytearray(whole)
    flipped[member.offset_data + 5] ^= 1
    broken = {
        "flipped": bytes(flipped),
        "cut": whole[: len(whole) // 2],
        "empty": b"",
        "else": b"no tar" * 999,
    }
    other = bare()
    for name, data in broken.items():
        (other.folder / name).write_bytes(data)
        done = other.run("restore", name)
        assert done.returncode == 1 and b"damaged" in done.stderr and b"Traceback" not in done.stderr, name
    assert member.name.encode() in other.run("restore", "flipped").stderr
    assert sorted(one.name for one in other.folder.iterdir()) == sorted(broken), "nothing was restored"
    desk.ran("restore", "whole.tar", "--check")


def test_cr_10_a_rotten_attachment_is_told_and_the_rest_saved(desk: Installation) -> None:
    add(desk, 3)
    files = sorted(path for path in (desk.folder / "data" / "files").rglob("*") if path.is_file())
    files[0].write_bytes(b"rotten")
    files[1].unlink()
    done = desk.run("backup", "saved.tar")
    told = done.stdout.decode()
    assert done.returncode == 1 and str(files[0]) in told and str(files[1]) in told
    desk.ran("restore", "saved.tar", "--check")


def test_restore_makes_room_only_when_told(desk: Installation) -> None:
    add(desk, 2)
    desk.ran("backup", "saved.tar")
    assert b"exists already" in desk.run("backup", "saved.tar").stderr
    desk.ran("token", "create", "--name", "later")
    done = desk.run("restore", "saved.tar")
    assert done.returncode == 1 and b"--replace" in done.stderr
    assert "later" in desk.ran("token", "list")
    desk.ran("restore", "saved.tar", "--replace")
    assert "later" not in desk.ran("token", "list")
    assert look(desk)["files"] == 2 and not look(desk)["damaged"]


def test_restore_refuses_while_pelekan_runs(desk: Installation) -> None:
    desk.ran("backup", "saved.tar")
    desk.serve()
    beats = desk.folder / "data" / "beats"
    deadline = time.monotonic() + 20
    while not (beats.is_dir() and any(beats.iterdir())) and time.monotonic() < deadline:
        time.sleep(0.05)
    done = desk.run("restore", "saved.tar", "--replace")
    assert done.returncode == 1 and b"running" in done.stderr


def test_a_backup_is_nobody_elses_business(desk: Installation) -> None:
    desk.ran("backup", "saved.tar")
    saved = desk.folder / "saved.tar"
    assert saved.stat().st_mode & 0o077 == 0
    assert not list(desk.folder.glob(".pelekan-backup-*")) and not list(desk.folder.glob("*.part"))


@pytest.mark.skipif(not os.environ.get("PELEKAN_TEST_DATABASE"), reason="needs both kinds")
def test_one_kind_is_not_restored_into_the_other(desk: Installation, bare: Make) -> None:
    desk.ran("backup", "saved.tar")
    sqlite = bare()
    sqlite.ran("init", "--yes")
    done = sqlite.run("restore", str(desk.folder / "saved.tar"), "--replace")
    assert done.returncode == 1 and b"postgresql" in done.stderr


def test_names_that_leave_the_folder_are_refused(bare: Make) -> None:
    desk = bare()
    with tarfile.open(desk.folder / "evil.tar", "w") as tar:
        info = tarfile.TarInfo("files/../../outside")
        info.size = 1
        tar.addfile(info, io.BytesIO(b"x"))
    done = desk.run("restore", "evil.tar")
    assert done.returncode == 1 and b"does not belong" in done.stderr
    assert not (desk.folder.parent / "outside").exists()
