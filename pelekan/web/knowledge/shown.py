"""A version as its readers see it, though it may not be out."""

from __future__ import annotations

from pelekan.knowledge.models import Translation, Version
from pelekan.web.help.kinds import Content, content


def shown(row: Translation, version: Version) -> Content:
    """The same that the public page makes of what is published."""
    row.published = version  # in memory only
    return content(row)
