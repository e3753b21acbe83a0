"""Mail of the desk itself. `write` queues it in the transaction of what it tells; `channels.letters` sends it."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings

from pelekan.lib import due
from pelekan.lib.secrets import new_token, open_sealed, seal
from pelekan.lib.text import one_line
from pelekan.people.models import Letter


def write(
    recipient: str,
    *,
    kind: str,
    subject: str,
    lines: list[str],
    language: str,
    now: datetime,
    expires_at: datetime | None = None,
    mail_id: str = "",
    reply_to: str = "",
    way_out: str = "",
    way: str = Letter.Way.EMAIL,
) -> Letter:
    """Queue a letter. `lines` are its paragraphs in the recipient's language; a link stands in one by itself.
    `reply_to`: where an answer goes, if to anywhere else than the sender. `way_out`: an address to which the mail program's
    own button posts to end such letters (RFC 8058). `way`: "sms" for a text message to a phone
    number, which bears no subject."""
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    letter = Letter.objects.create(
        way=way,
        recipient=recipient,
        kind=kind,
        language=language,
        subject=one_line(subject, 250),
        sealed=seal("\n\n".join(lines), settings.SECRET_KEY),
        mail_id=mail_id or f"<{new_token()}@{host}>",
        reply_to=reply_to,
        way_out=way_out,
        due_at=now,
        created_at=now,
        expires_at=expires_at,
    )
    due.queued(Letter)
    return letter


def text_of(letter: Letter) -> str:
    """What it says; "" once it is sent. ValueError when the secret key has changed meanwhile."""
    return open_sealed(letter.sealed, settings.SECRET_KEY) if letter.sealed else ""


def told_lately(recipient: str, kind: str, now: datetime, within: timedelta) -> bool:
    """Whether such a letter went to him in that time: nobody wants the same warning twice."""
    return Letter.objects.filter(recipient=recipient, kind=kind, created_at__gt=now - within).exists()
