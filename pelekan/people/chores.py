"""What is tidied up now and then."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session

from pelekan.people.models import Token

KEPT = timedelta(days=30)
"""How long an expired or used token stays for whoever asks what became of it."""


def forget_tokens(now: datetime) -> None:
    """Delete tokens that ended long ago, and sessions that ended."""
    Token.objects.filter(expires_at__lt=now - KEPT).exclude(purpose=Token.Purpose.API).delete()
    Token.objects.filter(used_at__lt=now - KEPT).exclude(purpose=Token.Purpose.API).delete()
    Session.objects.filter(expire_date__lt=now).delete()
