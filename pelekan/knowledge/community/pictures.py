"""Pictures in posts: judged by their bytes, drawn anew (no metadata, no hidden scripts), kept under random names."""

from __future__ import annotations

import secrets
from typing import BinaryIO

from django.conf import settings
from django.db.models import Q

from pelekan.knowledge.community.models import Picture, Post
from pelekan.knowledge.community.writing import Author
from pelekan.knowledge.readers import Reader
from pelekan.lib import files
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent

SIDE = 1600
LARGEST = 8 << 20
MOST_UNSENT = 10


class NoPicture(ValueError):
    """It can't be taken: "large", "broken" or "many"."""


def keep(source: BinaryIO, by: Author) -> Picture:
    """Keep a picture until a post takes it. NoPicture."""
    mine = {"agent": by} if isinstance(by, Agent) else {"member": by}
    if Picture.objects.filter(post=None, **mine).count() >= MOST_UNSENT:
        raise NoPicture("many")
    data = source.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise NoPicture("large")
    try:
        drawn = files.thumbnail(data, SIDE)
    except files.NoPreview:
        raise NoPicture("broken")
    kept = files.store(drawn.data, settings.MEDIA_ROOT)
    return Picture.objects.create(
        token=secrets.token_hex(16), kind=drawn.mime, size=kept.size, width=drawn.width, height=drawn.height, path=kept.path,
        at=clock(), **mine,
    )  # fmt: skip


def readable(token: str, reader: Reader, by: Author | None) -> Picture | None:
    """The picture, for whoever may read its post; for its owner also before; for agents always."""
    found = Picture.objects.filter(token=token)
    if reader.level is None:
        seen = Q(post__in=Post.objects.readable_by(reader))
        if by is not None and not isinstance(by, Agent):
            seen |= Q(member=by)
        found = found.filter(seen)
    return found.first()
