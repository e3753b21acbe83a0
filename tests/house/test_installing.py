"""From an empty folder to the first page, and through a kill."""

from __future__ import annotations

import json
import re
import signal
import stat
import urllib.request

import pytest

from tests.house.conftest import PASSWORD, Installation, Make

pytestmark = pytest.mark.server


def test_init_serve_first_page(bare: Make) -> None:
    desk = bare()
    desk.cold = True
    told = desk.init(
        "--language",
        "ar",
        "--organization",
        "متجر الجبال",
        "--steps",
        "4",
        "--admin-email",
        "Admin@Example.org",
    )
    assert "Admin@Example.org" in told and PASSWORD not in told
    assert stat.S_IMODE((desk.folder / "pelekan.toml").stat().st_mode) == 0o600
    desk.serve()
    with urllib.request.urlopen(f"{desk.address}/accounts/login/", timeout=20) as answer:
        assert (answer.status, answer.headers["Content-Language"]) == (200, "ar")
        assert b'name="password"' in answer.read()
    assert desk.stop() in (0, -signal.SIGTERM)
    assert not list((desk.folder / "data" / "beats").iterdir()), (
        "workers that ended in order leave no sign of life"
    )


def test_init_twice_changes_nothing(desk: Installation) -> None:
    before = (desk.folder / "pelekan.toml").read_bytes()
    done = desk.run("init", "--yes")
    assert done.returncode == 1 and b"exists already" in done.stderr
    assert (desk.folder / "pelekan.toml").read_bytes() == before

    (desk.folder / "pelekan.toml").unlink()
    flags = ["--database", desk.database] if desk.database else []
    done = desk.run("init", "--yes", *flags)
    assert done.returncode == 1 and b"belongs to an installation" in done.stderr
    assert not (desk.folder / "pelekan.toml").exists(), "so that it can be tried again"


@pytest.mark.parametrize(
    ("flags", "word"),
    [
        (("--admin-password", "short"), b"10 characters"),
        (("--admin-email", "nobody"), b"no e-mail address"),
        (("--database", "postgresql://nobody:hush@127.0.0.1:1/none"), b"can't be made"),
        (("--base-url", "http://support.example.com"), b"plain http"),
    ],
)
def test_init_with_what_cannot_be(bare: Make, flags: tuple[str, ...], word: bytes) -> None:
    desk = bare()
    done = desk.run("init", "--yes", *flags)
    assert done.returncode == 1 and word in done.stderr and b"Traceback" not in done.stderr
    assert b"hush" not in done.stderr
    assert not (desk.folder / "pelekan.toml").exists()


def test_init_without_anybody_to_ask(bare: Make) -> None:
    done = bare().run("init")
    assert done.returncode == 1 and b"--yes" in done.stderr


def test_cr_03_what_was_acknowledged_survives_kill_9(desk: Installation) -> None:
    token = desk.ran("token", "create", "--name", "shop").strip()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    made = []
    for round_ in range(3):
        desk.serve()
        for number in range(5):
            body = {
                "subject": f"{round_}/{number}",
                "body": "پول کم شد",
                "customer": {"email": "mina@example.com"},
                "inbox": "api",
            }
            data = json.dumps(body).encode()
            request = urllib.request.Request(f"{desk.address}/api/v1/tickets", data, headers, method="POST")
            status, answer = desk.ask(request)
            assert status == 201, answer
            made.append(json.loads(answer)["id"])
        desk.kill()
    desk.serve()
    assert len(set(made)) == 15
    for ticket in made:
        assert desk.get(f"/api/v1/tickets/{ticket}", **headers)[0] == 200


def test_a_token_is_shown_once_and_ends_when_revoked(desk: Installation) -> None:
    secret = desk.ran("token", "create", "--name", "bridge").strip()
    listed = desk.ran("token", "list")
    assert "bridge" in listed and secret not in listed and "active" in listed
    desk.ran("token", "revoke", "bridge")
    assert "revoked" in desk.ran("token", "list")
    assert desk.run("token", "revoke", "bridge").returncode == 1


def test_doctor_says_what_is_wrong(desk: Installation) -> None:
    found = json.loads(desk.run("doctor", "--json").stdout)
    levels = {one["name"]: one["level"] for one in found["findings"]}
    assert levels["database"] == "ok" and levels["workers"] == "look" and levels["mail of the desk"] == "look"

    beats = desk.folder / "data" / "beats"
    beats.mkdir()
    (beats / "gone-1.json").write_text('{"at": "2026-01-02T03:04:05+00:00", "pid": 1}')
    config = desk.folder / "pelekan.toml"
    config.chmod(0o644)
    done = desk.run("doctor")
    told = done.stdout.decode()
    assert done.returncode == 1 and "no sign of life since 2026-01-02" in told and "chmod 600" in told

    config.write_text(config.read_text() + "threads = 99\n")
    done = desk.run("doctor")
    assert done.returncode == 1 and "`threads` must be between" in done.stdout.decode()


def test_au_20_the_secret_of_the_set_up_stands_on_the_console(bare: Make) -> None:
    desk = bare()
    desk.init("--browser")
    desk.serve()
    said = (desk.folder / "log").read_text()
    assert re.search(r"/setup/ and type this secret:\n  [a-z2-7]{32}\n", said)
    status, page = desk.get("/")
    assert status == 200 and 'name="secret"' in page
    desk.stop()
