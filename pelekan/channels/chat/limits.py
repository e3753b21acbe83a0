"""How much one visitor may do. The counters live in this process: with several web processes each counts for
itself, so the true limit is at most that many times as high. They guard the desk, they are not a quota."""

from __future__ import annotations

from datetime import timedelta

from pelekan.lib.limits import Limit, TooMuch

__all__ = ["Limit", "TooMuch"]

LONGEST_TEXT = 10_000  # characters of one message
LONGEST_BODY = 128 * 1024  # bytes of one request that carries no file
LARGEST_FILE = 10 * 1024 * 1024
FILES_PER_MESSAGE = 10

MESSAGES = Limit(30, timedelta(seconds=60))  # of one visitor
MESSAGES_FROM_ADDRESS = Limit(600, timedelta(seconds=60))
UPLOADS = Limit(20, timedelta(seconds=600))  # of one visitor
UPLOADS_FROM_ADDRESS = Limit(100, timedelta(seconds=600))
SESSIONS_FROM_ADDRESS = Limit(
    60, timedelta(seconds=600)
)  # new visitors; an office behind one address has some
FORMS = Limit(5, timedelta(seconds=600))  # requests that one visitor registers
FORMS_FROM_ADDRESS = Limit(30, timedelta(seconds=600))
LOOKS = Limit(300, timedelta(seconds=60))  # reads, read marks and page changes of one visitor
LOOKS_FROM_ADDRESS = Limit(3_000, timedelta(seconds=60))
REFUSED_IDENTITIES = Limit(30, timedelta(seconds=600))  # wrong signatures from one address
EVERY = (
    MESSAGES, MESSAGES_FROM_ADDRESS, UPLOADS, UPLOADS_FROM_ADDRESS, SESSIONS_FROM_ADDRESS, FORMS,
    FORMS_FROM_ADDRESS, LOOKS, LOOKS_FROM_ADDRESS, REFUSED_IDENTITIES,
)  # fmt: skip
