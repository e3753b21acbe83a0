"""What others publish in the DNS as TXT records, asked once and remembered for a while.

A question takes no longer than it is given; what can't be had is remembered as well, for a minute, and when nobody
answers at all, nothing is asked for a minute: mail that is read meanwhile doesn't wait.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict

import dns.exception
import dns.name
import dns.resolver

from pelekan.lib.domains import organization

log = logging.getLogger("pelekan.mail")

MOST = 5_000  # names remembered
LEAST, LONGEST = 60.0, 3_600.0  # seconds; what the record itself asks for lies between them
ABSENT = 300.0
AGAIN = 60.0  # after no answer
SILENT = 3  # domains in a row that gave no answer: then the fault is on this side


class Published:
    """The TXT records of names. One for a process; safe for several threads."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[float, tuple[str, ...] | None]] = OrderedDict()
        self._silent: set[str] = set()
        self._rest_until = 0.0
        self._lock = threading.Lock()

    def texts(self, name: str, seconds: float) -> tuple[str, ...] | None:
        """The records of `name`, () when there are none, None when that can't be told within `seconds`."""
        now = time.monotonic()
        with self._lock:
            known = self._known.get(name)
            if known is not None and known[0] > now:
                self._known.move_to_end(name)
                return known[1]
            if now < self._rest_until or seconds <= 0:
                return None
        found, kept = _ask(name, seconds)
        with self._lock:
            self._known[name] = (time.monotonic() + kept, found)
            self._known.move_to_end(name)
            while len(self._known) > MOST:
                self._known.popitem(last=False)
            if found is not None:
                self._silent.clear()
            else:
                self._silent.add(organization(name))
                if len(self._silent) >= SILENT:
                    self._rest_until = time.monotonic() + AGAIN
                    self._silent.clear()
                    log.warning("the DNS does not answer; senders are not checked for a minute")
        return found

    def forget(self) -> None:
        """Ask anew."""
        with self._lock:
            self._known.clear()
            self._silent.clear()
            self._rest_until = 0.0


def _ask(name: str, seconds: float) -> tuple[tuple[str, ...] | None, float]:
    """What the DNS says, and for how many seconds that holds."""
    try:
        answer = dns.resolver.get_default_resolver().resolve(name, "TXT", lifetime=seconds, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.resolver.YXDOMAIN):
        return (), ABSENT
    except (dns.exception.SyntaxError, dns.name.LabelTooLong, dns.name.NameTooLong, dns.name.EmptyLabel):
        return (), ABSENT  # no such name can be
    except (dns.exception.DNSException, OSError) as error:
        log.info("the DNS does not answer for %s: %s", name, type(error).__name__)
        return None, AGAIN
    rows = tuple(b"".join(row.strings).decode("ascii", "replace") for row in answer)
    ttl = float(answer.rrset.ttl) if answer.rrset is not None else LEAST
    return rows, min(max(ttl, LEAST), LONGEST)


texts = Published()
