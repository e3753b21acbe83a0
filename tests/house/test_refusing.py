"""What does not start."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from pelekan import checks
from pelekan.cli import main
from tests.house.conftest import Installation
from tests.servers.desks import environment

KEY = "q8Zr2mVx0Lw7Tn4Yb6Kc1Jd9Hf3Gs5Pa" * 2
SAFE = f'base_url = "https://support.example.com"\nsecret_key = "{KEY}"\ntrusted_proxies = ["127.0.0.1"]\n'


@pytest.mark.parametrize("command", ["serve", "web", "work"])
@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("debug = true", "debug"),
        ('secret_key = "short"', "too short"),
        (f'secret_key = "django-insecure-{KEY}"', "example"),
        ('allowed_hosts = ["*"]', "allowed_hosts"),
        ('base_url = "http://support.example.com"', "plain http"),
    ],
)
def test_op_02_insecure_start(
    command: str,
    line: str,
    reason: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    name = line.split(" ")[0]
    kept = [one for one in SAFE.splitlines() if not one.startswith(name)]
    kept.append('database = "postgresql://127.0.0.1:1/none"')
    (tmp_path / "pelekan.toml").write_text("\n".join([*kept, line]))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PELEKAN_CONFIG", raising=False)
    assert main([command]) == 1
    told = capsys.readouterr().err
    assert "does not start" in told and reason in told


MOUNTS = """sysfs /sys sysfs rw 0 0
/dev/sda1 / ext4 rw 0 0
nas:/desk /srv/help\\040desk nfs4 rw 0 0
/dev/sdb1 /srv/help\\040desk/local ext4 rw 0 0
"""


def test_op_02_sqlite_on_a_network_file_system(tmp_path: Path) -> None:
    def kind(place: str) -> str:
        return checks.network_file_system(Path(place), MOUNTS)

    assert kind("/srv/help desk/pelekan.sqlite3") == "nfs4"
    assert kind("/srv/help desk/local/pelekan.sqlite3") == ""
    assert kind("/srv/help desk of another/pelekan.sqlite3") == ""
    assert kind("/var/lib/pelekan.sqlite3") == ""


def test_op_02_a_network_file_system_refuses(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from pelekan.config import load

    (tmp_path / "pelekan.toml").write_text(SAFE)
    monkeypatch.setattr(checks, "network_file_system", lambda place: "nfs4")
    with pytest.raises(checks.Refused, match="local disk"):
        checks.refuse_unsafe(load(tmp_path / "pelekan.toml"))


def test_op_01_the_shipped_settings_pass_the_deployment_check(tmp_path: Path) -> None:
    (tmp_path / "pelekan.toml").write_text(SAFE)
    done = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-m", "django", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=tmp_path, env=environment() | {"DJANGO_SETTINGS_MODULE": "pelekan.settings"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout + done.stderr


def test_web_and_work_need_postgresql(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pelekan.toml").write_text(SAFE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PELEKAN_CONFIG", raising=False)
    for command in ("web", "work"):
        assert main([command]) == 1
        assert "needs PostgreSQL" in capsys.readouterr().err


def test_nothing_installed_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PELEKAN_CONFIG", raising=False)
    assert main(["serve"]) == 1
    assert "pelekan init" in capsys.readouterr().err


@pytest.mark.server
@pytest.mark.skipif(
    bool(os.environ.get("PELEKAN_TEST_DATABASE")), reason="the same code on both; SQLite is quicker to change"
)
def test_op_04_a_database_of_another_release(desk: Installation) -> None:
    def alter(statement: str) -> None:
        with closing(sqlite3.connect(desk.folder / "pelekan.sqlite3")) as link, link:
            link.execute(statement)

    alter(
        "INSERT INTO django_migrations (app, name, applied) VALUES ('tickets', '9999_tomorrow', '2030-01-01')"
    )
    done = desk.run("serve")
    assert done.returncode == 1 and b"newer Pelekan" in done.stderr and b"9999_tomorrow" in done.stderr
    assert desk.run("migrate").returncode == 1

    alter("DELETE FROM django_migrations WHERE name = '9999_tomorrow'")
    alter("DELETE FROM django_migrations WHERE app = 'sessions'")
    done = desk.run("serve")
    assert done.returncode == 1 and b"pelekan migrate" in done.stderr
