"""Pictures and files of articles: kept on the disk, pictures without what cameras write into them."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db.models import Sum
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pelekan.knowledge.bodies import PICTURES
from pelekan.knowledge.models import Article, Picture
from pelekan.lib import files
from pelekan.lib.text import local_digits
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent
from pelekan.tickets.events import action, record
from pelekan.tickets.shaping import CannotBe
from pelekan.tickets.shaping.values import require

SHOWN = ("image/png", "image/jpeg", "image/gif", "image/webp")
FILMS = ("video/mp4", "video/webm")
LARGEST = 10 << 20  # of a picture
MOST = 500 << 20  # of one article, all together


@action
def keep(
    article: Article, source: BinaryIO | bytes, name: str, *, by: Agent | None, inline: bool = True
) -> Picture:
    """Store a picture for the text (`inline`), or a file or film to go with it. CannotBe for what is too large or no picture."""
    require(by, "work")
    if inline:
        return _picture(article, source, name, by)
    try:
        stored = files.store(source, settings.MEDIA_ROOT, settings.MAX_UPLOAD)
    except files.TooLarge:
        raise _too_large(settings.MAX_UPLOAD) from None
    with (Path(settings.MEDIA_ROOT) / stored.path).open("rb") as file:
        kind = files.sniff(file.read(4096), name)
    return _row(article, stored, name, kind, by, inline=False)


def _picture(article: Article, source: BinaryIO | bytes, name: str, by: Agent | None) -> Picture:
    data = source if isinstance(source, bytes) else source.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise _too_large(LARGEST)
    kind = files.sniff(data, name)
    if kind not in SHOWN:
        raise CannotBe("file", _("This is no picture that browsers show. Use PNG, JPEG, GIF or WebP."))
    try:
        bare = files.without_metadata(data)
    except files.NoPreview:
        raise CannotBe(
            "file", _("This picture can't be read, or has too many pixels. Save it again, smaller.")
        ) from None
    return _row(article, files.store(bare, settings.MEDIA_ROOT), name, kind, by, inline=True)


def _row(
    article: Article, stored: files.Stored, name: str, kind: str, by: Agent | None, *, inline: bool
) -> Picture:
    used = Picture.objects.filter(article=article).aggregate(all=Sum("size"))["all"] or 0
    if used + stored.size > MOST:
        files.remove(stored.path, settings.MEDIA_ROOT)
        raise CannotBe("file", _("The files of this article are too large together. Remove some first."))
    made = Picture.objects.create(
        article=article, name=files.safe_name(name)[:200], kind=kind, sha256=stored.sha256, size=stored.size,
        path=stored.path, inline=inline, added_by=by, added_at=clock(),
    )  # fmt: skip
    record("article.file_added", by=by, article=article.pk, file=made.pk)
    return made


def _too_large(limit: int) -> CannotBe:
    words = {"limit": local_digits(str(limit >> 20), get_language() or "en")}
    return CannotBe("file", _("This file is larger than %(limit)s MB. Choose a smaller one.") % words)


@action
def drop(picture: Picture, *, by: Agent | None) -> None:
    """Take a file away from its article, for good."""
    require(by, "work")
    pk, path = picture.pk, picture.path
    picture.delete()
    record("article.file_dropped", by=by, article=picture.article_id, file=pk)
    if not Picture.objects.filter(path=path).exists():
        files.remove(path, settings.MEDIA_ROOT)


def address(picture: Picture) -> str:
    """Where it is shown, as it stands in the text."""
    return f"{PICTURES}{picture.pk}/{_file_name(picture)}"


def _file_name(picture: Picture) -> str:
    ending = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}.get(
        picture.kind
    )
    return f"picture.{ending}" if ending else "file"


def read(picture: Picture) -> bytes:
    return Path(files.stored_path(picture.path, settings.MEDIA_ROOT)).read_bytes()
