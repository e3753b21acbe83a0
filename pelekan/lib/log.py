"""Log lines that no caller can forge: one record is one line, with controls escaped."""

from __future__ import annotations

import logging
import re

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class OneLine(logging.Filter):
    """Renders the message once and escapes every control character in it (CR, LF, ANSI, bidi overrides)."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = _CONTROL.sub(
            lambda found: found.group().encode("unicode_escape").decode(), record.getMessage()
        )
        record.args = None
        return True
