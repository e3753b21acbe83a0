"""IMAP sessions that are cut at every kind of place, refused, renumbered and fetched twice at once.

    python -m tests.faults.imap_storm [SESSIONS]

Mails are posted all the while; the books are kept here. In the end every mail is one arrival, byte for byte, the
counting agrees with the server, and nobody tried to change the mailbox. What may come twice, comes: the same
Message-ID with other bytes, the same bytes in a second folder.
"""

# ruff: noqa: I001 (Django is set up before the models are imported)
from __future__ import annotations

from tests.faults import alone

import contextlib
import hashlib
import random
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.db import connection

from pelekan.channels.email import fetch, imap
from pelekan.channels.models import Account, Arrival, ArrivalState, Folder
from pelekan.demo.world import World, build
from pelekan.lib import due
from pelekan.lib.secrets import seal
from pelekan.lib.time import now as clock
from tests.faults.alone import Broken
from tests.imap_box import PLACES, Box, Fault

REFUSABLE = ("EXAMINE", "SEARCH", "FETCH", "LOGIN", "STORE")


@dataclass
class Storm:
    """One mailbox in bad weather."""

    world: World
    port: int
    box: Box
    dice: random.Random
    posted: dict[str, bytes] = field(default_factory=dict)  # fingerprint → bytes
    weather: Counter[str] = field(default_factory=Counter)

    def begin(self) -> Account:
        self.box.folders["Later"] = []
        self.box.plan = lambda number: self._fault()
        account = Account.objects.create(
            inbox=self.world.inboxes["mail"], begin="all", due_at=clock(), imap_host="127.0.0.1", imap_port=self.port,
            imap_security="none", imap_user="u", imap_password=seal("p", settings.SECRET_KEY),
        )  # fmt: skip
        for name in self.box.folders:
            account.folders.create(name=name)
        return account

    def _fault(self) -> Fault | None:
        kind = self.dice.random()
        if kind < 0.45:
            place = self.dice.choice(PLACES)
            self.weather[place] += 1
            return Fault(place, self.dice.randint(1, 6))
        if kind < 0.55:
            word = self.dice.choice(REFUSABLE)
            self.weather[f"no {word}"] += 1
            return Fault(refuse=word)
        return None

    def step(self, account: Account) -> None:
        for _ in range(self.dice.choice((0, 0, 1, 1, 2, 5))):
            self._post()
        if self.dice.random() < 0.03:
            self._renumber()
        if self.dice.random() < 0.2:
            self.weather["two at once"] += 1
            both = [threading.Thread(target=self._fetch, args=[account.pk]) for _ in range(2)]
            for one in both:
                one.start()
            for one in both:
                one.join()
        else:
            self.poll(account)
        if self.dice.random() < 0.2:
            Folder.objects.filter(account=account).update(counted_at=None)

    def _post(self) -> None:
        number = len(self.posted)
        name = (
            number if self.dice.random() < 0.9 else max(0, number - 3)
        )  # now and then an id of another mail
        raw = (
            f"From: c{number}@example.org\r\nTo: support@example.com\r\nSubject: {number}\r\n"
            f"Message-ID: <{name}@example.org>\r\n\r\nmail {number} {'x' * self.dice.choice((5, 500, 70_000))}\r\n"
        ).encode()
        self.posted[hashlib.sha256(raw).hexdigest()] = raw
        self.box.post(raw, folder=self.dice.choice(list(self.box.folders)))
        if self.dice.random() < 0.1:
            self.box.post(raw, folder=self.dice.choice(list(self.box.folders)))

    def _renumber(self) -> None:
        """Some of what we have is deleted by other hands, then all numbers are new."""
        self.weather["renumbered"] += 1
        stored = set(
            Arrival.objects.exclude(state=ArrivalState.QUARANTINED).values_list("fingerprint", flat=True)
        )
        for mails in self.box.folders.values():
            for mail in list(mails):
                if hashlib.sha256(mail.raw).hexdigest() in stored and self.dice.random() < 0.2:
                    mails.remove(mail)
        self.box.renumber()

    def _fetch(self, pk: int) -> None:
        try:
            with contextlib.suppress(Exception):  # this session's fault
                imap.fetch_new(Account.objects.get(pk=pk))
        finally:
            connection.close()

    def poll(self, account: Account) -> bool:
        Account.objects.filter(pk=account.pk).update(due_at=clock() - timedelta(seconds=1), leased_until=None)
        [mine] = due.claim(Account, clock())
        again = fetch.poll(mine)
        return again is not None and again <= clock()

    def check(self, account: Account) -> None:
        """The weather is fair again: a few polls later everything must be there."""
        self.box.plan = lambda number: None
        Folder.objects.filter(account=account).update(counted_at=None)
        for _ in range(200):
            if (
                not self.poll(account)
                and not Folder.objects.filter(account=account, counted_at=None).exists()
            ):
                break
        Folder.objects.filter(account=account).update(counted_at=None)
        self.poll(account)
        found = Counter(
            hashlib.sha256(row.raw).hexdigest()
            for row in Arrival.objects.exclude(state=ArrivalState.DISMISSED).select_related("stored")
        )
        lost, doubled = set(self.posted) - set(found), {one: n for one, n in found.items() if n > 1}
        if lost or doubled or set(found) - set(self.posted):
            raise Broken(
                f"lost {len(lost)}, doubled {len(doubled)}, unknown {len(set(found) - set(self.posted))}"
            )
        for folder in Folder.objects.filter(account=account):
            there = len(self.box.folders[folder.name])
            if folder.missing or folder.gap_at or folder.counts["server"] != there:
                raise Broken(
                    f"{folder.name}: missing {folder.missing}, counted {folder.counts}, there are {there}"
                )
        if self.box.wrote:
            raise Broken(f"the mailbox was changed: {self.box.wrote[:3]}")


def storm(world: World, sessions: int, seed: int = 1) -> Storm:
    """So many sessions, then the reckoning. Raises Broken."""
    box = Box()
    with box.serving() as port:
        one = Storm(world, port, box, random.Random(seed))
        account = one.begin()
        while box.sessions < sessions:
            one.step(account)
        one.check(account)
    return one


if __name__ == "__main__":
    alone.prepare()
    ended = storm(build(), alone.count(1_000))
    print(f"{ended.box.sessions} sessions, {len(ended.posted)} mails; 0 lost, 0 doubled")
    print(", ".join(f"{name} {times}" for name, times in sorted(ended.weather.items())))
