"""Servers for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import servers


@pytest.fixture(autouse=True)
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our test certificate counts as an authority."""
    monkeypatch.setenv("SSL_CERT_FILE", str(servers.certificate()[0]))


@pytest.fixture
def smtp() -> Iterator[servers.SmtpServer]:
    with servers.smtp_server() as server:
        yield server


@pytest.fixture(scope="session")
def _dovecot() -> Iterator[servers.Dovecot]:
    try:
        with servers.dovecot() as server:
            yield server
    except FileNotFoundError:
        pytest.skip("Dovecot is not installed (Debian: dovecot-imapd); tests of fetching need it")


@pytest.fixture
def dovecot(_dovecot: servers.Dovecot) -> servers.Dovecot:
    """One server for all tests of a process; its mailbox is empty for each."""
    _dovecot.empty()
    return _dovecot
