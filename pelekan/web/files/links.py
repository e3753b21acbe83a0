"""Addresses of files for those who have no session here: signed, for one file, for an hour."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.core import signing

from pelekan.lib.files import inline_safe
from pelekan.tickets.models import Attachment

LINK_LIVES = 3600
_signer = signing.TimestampSigner(salt="pelekan.file")


def signature(attachment: Attachment) -> str:
    """The key that opens this one file for LINK_LIVES seconds."""
    return _signer.sign(attachment.token).partition(":")[2]


def fits(token: str, key: str) -> bool:
    """Whether `key` was made for this file and still holds."""
    try:
        return _signer.unsign(f"{token}:{key}", max_age=LINK_LIVES) == token
    except signing.BadSignature:
        return False


def row(attachment: Attachment, *, signed: bool = False) -> dict[str, Any]:
    """What templates and scripts know of a file: id, token, name, size (bytes), type, url, thumb_url, is_image."""
    key = f"?key={signature(attachment)}" if signed else ""
    is_image = attachment.type.startswith("image/") and inline_safe(attachment.type)
    return {
        "id": attachment.pk,
        "token": attachment.token,
        "name": attachment.name,
        "size": attachment.size,
        "type": attachment.type,
        "url": f"/files/{attachment.token}/{quote(attachment.name, safe='')}{key}",
        "thumb_url": f"/files/{attachment.token}/thumb/{key}" if is_image else "",
        "is_image": is_image,
    }
