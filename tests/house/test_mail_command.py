"""`pelekan mail`: without an installation, and from a mail server's pipe."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.conftest import Installation, Make
from tests.servers.desks import environment

MAIL = (
    "From: مینا صالحی <mina.salehi@example.com>\r\nTo: support@example.org\r\nSubject: پول کم شد\r\n"
    "Message-ID: <one@example.com>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nسلام\r\n"
).encode()


def test_parse_needs_neither_installation_nor_django(tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(MAIL)
    (tmp_path / "empty.eml").write_bytes(b"")
    code = (
        "import sys; from pelekan.cli import main; code = main(sys.argv[1:]);"
        "assert not any(name.split('.')[0] == 'django' for name in sys.modules), 'Django was loaded'; sys.exit(code)"
    )
    words = ["mail", "parse", "one.eml", "empty.eml", "--json"]
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    one, empty = (json.loads(line) for line in done.stdout.splitlines())
    assert (one["file"], one["subject"], one["language"]) == ("one.eml", "پول کم شد", "fa")
    assert set(one) == set(empty)


def test_parse_tells_what_it_could_not_open_and_goes_on(tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(MAIL)
    done = subprocess.run(
        [sys.executable, "-m", "pelekan", "mail", "parse", "none.eml", "one.eml"],
        cwd=tmp_path, env=environment(), capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1 and b"none.eml" in done.stderr and "سلام" in done.stdout.decode()


@pytest.mark.server
def test_deliver_says_try_again_for_whatever_time_may_mend(bare: Make) -> None:
    desk = bare()
    assert desk.run("mail", "deliver", "--inbox", "x", input=MAIL).returncode == 75, "nothing installed yet"
    assert desk.run("mail", "deliver", input=MAIL).returncode == 64
    assert desk.run("mail", "deliver", "--inbox", "x", input=b" \n").returncode == 65
    config = desk.folder / "pelekan.toml"
    config.write_text(
        f'secret_key = "{"q8Zr2mVx0Lw7Tn4Yb6Kc1Jd9Hf3Gs5Pa" * 2}"\ndatabase = "postgresql://127.0.0.1:1/none"\n'
    )
    assert desk.run("mail", "deliver", "--inbox", "x", input=MAIL).returncode == 75, "no database"


@pytest.mark.server
def test_deliver_stores_once(desk: Installation) -> None:
    pytest.importorskip("pelekan.channels.intake")
    assert desk.run("mail", "deliver", "--inbox", "support", input=MAIL).returncode == 75, "no such inbox yet"
    desk.in_django(
        "from pelekan.tickets.models import Inbox; portal = Inbox.objects.get(key='portal');"
        "Inbox.objects.create(channel='email', name='Mail', key='support', address='support@example.org', team=portal.team)"
    )
    for inbox in ("support", "Mail", "SUPPORT@example.org"):
        done = desk.run("mail", "deliver", "--inbox", inbox, input=MAIL)
        assert done.returncode == 0, done.stderr.decode()
    count = desk.in_django("from pelekan.channels.models import Arrival; print(Arrival.objects.count())")
    assert count.strip() == "1"
