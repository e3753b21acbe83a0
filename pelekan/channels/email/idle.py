"""Listening for new mail: one connection per mailbox that waits in IDLE (RFC 2177) and says when to poll.

It fetches nothing itself, so whatever happens to it costs at most a minute: polling goes on without it. It listens at
the main folder; others are looked at each minute.
"""

from __future__ import annotations

import logging
import threading
from datetime import timedelta

from django.db import close_old_connections, connection

from pelekan.channels import accounts
from pelekan.channels.email import fetch, wire
from pelekan.channels.models import Account
from pelekan.lib.time import now as clock

log = logging.getLogger("pelekan.mail")

ANEW = 600.0  # seconds after which IDLE is asked for again: routers forget silent connections, servers may end them
STEP = 5.0  # seconds between looks at whether to stop
LOOK = 30.0  # seconds between looks at which accounts there are
MOST = 50  # listeners of one process; further mailboxes are polled only


class _Listener(threading.Thread):
    """Waits at one mailbox until stopped, or until its connection fails; then the watch makes another."""

    def __init__(self, account: Account, folder: str) -> None:
        super().__init__(name=f"idle-{account.pk}", daemon=True)
        self.account, self.folder, self.stopped = account, folder, threading.Event()
        self.can_idle = True

    def run(self) -> None:
        try:
            client = accounts.imap_of(self.account)
        except Exception as error:  # the poll of the same account tells people
            log.info("no listening at %s: %s", self.account.imap_host, type(error).__name__)
            return
        try:
            self.can_idle = bool(client.has_capability("IDLE"))
            if self.can_idle:
                client.select_folder(self.folder, readonly=True)
                self._listen(client)
        except Exception as error:
            log.info("listening at %s ended: %s", self.account.imap_host, type(error).__name__)
        finally:
            wire.close(client)
            connection.close()

    def _listen(self, client: wire.Imap) -> None:
        while not self.stopped.is_set():
            client.idle()
            waited = 0.0
            while waited < ANEW and not self.stopped.is_set():
                told = client.idle_check(timeout=STEP)
                waited += STEP
                if any(len(line) > 1 and line[1] in (b"EXISTS", b"RECENT") for line in told):
                    close_old_connections()
                    fetch.hurry(self.account.pk)
            client.socket().settimeout(wire.READ_SECONDS)  # a dead line shows itself here
            client.idle_done()


def watch(stop: threading.Event) -> None:
    """Keep one listener at each mailbox that can announce mail, until `stop`. Runs in a thread of its own."""
    listeners: dict[tuple[int, str], _Listener] = {}
    no_idle: set[tuple[int, str]] = set()
    while not stop.is_set():
        try:
            close_old_connections()
            wanted = _wanted()
        except Exception:
            log.exception("the mailboxes can't be read")
            wanted = {}
        for key in [key for key in listeners if key not in wanted]:
            listeners.pop(key).stopped.set()
        for key, (account, folder) in wanted.items():
            listener = listeners.get(key)
            if listener is not None and not listener.is_alive() and not listener.can_idle:
                no_idle.add(key)
            if key not in no_idle and (listener is None or not listener.is_alive()):
                listeners[key] = _Listener(account, folder)
                listeners[key].start()
        stop.wait(LOOK)
    for listener in listeners.values():
        listener.stopped.set()
    connection.close()


def _wanted() -> dict[tuple[int, str], tuple[Account, str]]:
    """Mailboxes whose last poll went well lately, under a key that changes with their settings."""
    recent = clock() - timedelta(minutes=10)
    rows = Account.objects.filter(
        protocol="imap", failures=0, checked_at__gt=recent, inbox__archived_at=None
    ).exclude(imap_host="")
    wanted = {}
    for one in rows.order_by("pk")[:MOST]:
        folder = accounts.folders_of(one)[0].name
        place = f"{one.imap_host}:{one.imap_port}:{one.imap_user}:{folder}:{one.imap_password}"
        wanted[one.pk, place] = one, folder
    return wanted
