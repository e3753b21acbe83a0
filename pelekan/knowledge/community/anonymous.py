"""★ What was said among people, without the people: for articles that are made of it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pelekan.knowledge.community.marks import NAME

_ADDRESS = re.compile(r"[^\s@<>()\[\]]{1,64}@[^\s@<>()\[\]]{1,255}\.[^\s@<>()\[\]]{2,63}")
_NUMBER = re.compile(r"(?<![\w/=])[+#]?[0-9۰-۹٠-٩][0-9۰-۹٠-٩\s\-./]{5,}[0-9۰-۹٠-٩](?!\w)")


def anonymous(source: str, names: Iterable[str]) -> str:
    """The same words; mail addresses, long numbers, mentions and these names become an ellipsis."""
    said = _ADDRESS.sub("…", source)
    said = NAME.sub("…", said)
    said = _NUMBER.sub("…", said)
    for name in sorted({one.strip() for one in names if len(one.strip()) > 2}, key=len, reverse=True):
        said = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "…", said, flags=re.IGNORECASE)
    return re.sub(r"…(?:[ ،,]*…)+", "…", said)
