"""★ The words by which someone asks for no more text messages, or for them again.

Only a text that consists of the word alone is a wish; "please stop the renewal" is a request like any other. The
English words are those that carriers and gateways act on by themselves; «لغو ۱۱» is what Iranian senders ask for.
"""

from __future__ import annotations

import re

from pelekan.lib.folding import fold

STOP = (
    "stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "opt out", "off",
    "لغو", "لغو 11", "لغو11", "لغو اشتراک", "توقف", "إلغاء", "الغاء الاشتراك", "إيقاف",
)  # fmt: skip
START = (
    "start",
    "unstop",
    "optin",
    "opt in",
    "on",
    "شروع",
    "فعال",
    "عضویت",
    "ابدأ",
    "بدء",
    "تفعيل",
    "اشتراك",
)

_ENDS = re.compile(r"^[\W_]+|[\W_]+$")


def _plain(text: str) -> str:
    return " ".join(_ENDS.sub("", fold(text[:80])).split())


_STOP = frozenset(_plain(word) for word in STOP)
_START = frozenset(_plain(word) for word in START)


def wish(text: str) -> str:
    """ "stop", "start", or "" for a text that is to be answered."""
    plain = _plain(text) if len(text) <= 80 else ""
    return "stop" if plain in _STOP else "start" if plain in _START else ""
