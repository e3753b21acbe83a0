"""What a customer sends in a form: text and files. Nothing that he typed or chose is lost when a form fails."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from pelekan.lib import files
from pelekan.lib.text import clean_controls
from pelekan.tickets import attachments
from pelekan.tickets.models import Attachment

LONGEST = 20_000  # characters
MOST_FILES = 10


@dataclass
class Written:
    """What came: `text`, the files kept for it, the sender's id of this sending, and what is wrong with it."""

    text: str
    client_id: str
    kept: list[Attachment] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def file_ids(self) -> tuple[int, ...]:
        return tuple(one.pk for one in self.kept)

    def form(self) -> dict[str, Any]:
        """For the template, to show it again."""
        return {
            "text": self.text,
            "client_id": self.client_id,
            "errors": self.errors,
            "kept": [{"id": one.pk, "name": one.name} for one in self.kept],
        }


def read(request: HttpRequest, owner: str) -> Written:
    """The posted text and files; `owner` is whose unsent uploads they become (see `models.owner_key`)."""
    written = Written(
        clean_controls(request.POST.get("text", "")).strip(),
        "".join(char for char in request.POST.get("client_id", "") if char.isalnum() or char == "-")[:64],
    )
    earlier = [
        int(number)
        for number in request.POST.getlist("kept")[:MOST_FILES]
        if number.isascii() and number.isdigit() and len(number) < 19
    ]
    written.kept = list(Attachment.objects.filter(pk__in=earlier, message=None, upload_key=owner))
    for sent in request.FILES.getlist("files")[: MOST_FILES + 1]:
        if len(written.kept) >= MOST_FILES:
            written.errors["files"] = _(
                "At most %(number)s files at once. Send the others in a second answer."
            ) % {"number": MOST_FILES}
            break
        try:
            written.kept.append(attachments.keep(cast(BinaryIO, sent.file), sent.name or "file", owner))
        except files.TooLarge:
            limit = settings.MAX_UPLOAD // 1024 // 1024
            written.errors["files"] = _(
                "%(name)s is larger than %(limit)s MB. Send a smaller one or a link."
            ) % {
                "name": sent.name,
                "limit": limit,
            }
        except attachments.TooManyUnsent:
            written.errors["files"] = _("Too many files wait to be sent. Send these first.")
    if len(written.text) > LONGEST:
        written.errors["text"] = _(
            "This text is too long. Attach it as a file and write here what it is about."
        )
    elif not written.text and not written.kept:
        written.errors["text"] = _("Write something or attach a file.")
    return written
