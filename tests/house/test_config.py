"""What a configuration may say."""

from __future__ import annotations

from pathlib import Path

import pytest

from pelekan.config import Config, ConfigError, faults, find, load

KEY = "q8Zr2mVx0Lw7Tn4Yb6Kc1Jd9Hf3Gs5Pa" * 2
GOOD = Config(base_url="https://support.example.com", secret_key=KEY)


def changed(**values: object) -> Config:
    return Config(**{**GOOD.__dict__, **values})  # type: ignore[arg-type]


def test_a_good_configuration_has_no_fault() -> None:
    assert faults(GOOD) == []
    assert faults(changed(base_url="http://localhost:8000")) == []
    assert faults(changed(trusted_proxies=("127.0.0.1", "10.0.0.0/8", "::1"))) == []


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"base_url": "support.example.com"}, "base_url"),
        ({"base_url": "https://support.example.com/help"}, "base_url"),
        ({"base_url": "ftp://support.example.com"}, "base_url"),
        ({"base_url": "http://support.example.com"}, "plain http"),
        ({"secret_key": ""}, "secret_key"),
        ({"secret_key": "x" * 64}, "secret_key"),
        ({"secret_key": "django-insecure-" + KEY}, "example"),
        ({"secret_key": "please-change-me-" + KEY}, "example"),
        ({"language": "de"}, "language"),
        ({"database": "mysql://localhost/pelekan"}, "database"),
        ({"allowed_hosts": ("*",)}, "allowed_hosts"),
        ({"trusted_proxies": ("*",)}, "trusted_proxies"),
        ({"trusted_proxies": ("0.0.0.0/0",)}, "trusted_proxies"),
        ({"trusted_proxies": ("proxy.example.com",)}, "trusted_proxies"),
        ({"threads": 0}, "threads"),
        ({"max_mail_mb": 0}, "max_mail_mb"),
        ({"smtp": "mail.example.com"}, "smtp"),
        ({"listen_lmtp": "2424"}, "listen_lmtp"),
        ({"mail_certificate": "nowhere.pem"}, "mail_certificate"),
        ({"mail_from": "Support <support@example.com>"}, "mail_from"),
        ({"debug": True}, "debug"),
        ({"demo": True}, "demo"),
    ],
)
def test_each_fault_is_one_sentence_that_names_the_setting(values: dict[str, object], word: str) -> None:
    found = faults(changed(**values))
    assert len(found) == 1 and word in found[0] and found[0].endswith(".")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("base_url = ", "not valid TOML"),
        ('basse_url = "x"', "basse_url"),
        ('threads = "4"', "threads"),
        ("allowed_hosts = [1]", "allowed_hosts"),
        ("demo = 1", "demo"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, text: str, word: str) -> None:
    file = tmp_path / "pelekan.toml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=word):
        load(file)


def test_paths_are_relative_to_the_file_even_in_a_folder_of_any_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pelekan.checks import sqlite_file

    folder = tmp_path / "میز کمک 100%"
    (folder / "below").mkdir(parents=True)
    (folder / "pelekan.toml").write_text('data = "d"\n')
    monkeypatch.chdir(folder / "below")
    monkeypatch.delenv("PELEKAN_CONFIG", raising=False)
    config = load(find())
    assert config.data == folder / "d"
    assert sqlite_file(load(folder / "pelekan.toml")) is not None
