"""Who may try a password now. Guessing is slowed by account and by network; a browser that its owner has signed in
from before is counted by itself, so that a storm against an account never shuts its owner out (OWASP calls the mark
in such a browser a device cookie). The mark signs nobody in."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from pelekan.lib.limits import Limit, TooMuch
from pelekan.lib.secrets import new_token
from pelekan.lib.time import now as clock
from pelekan.people import letters
from pelekan.people.models import User

security = logging.getLogger("pelekan.security")

COOKIE = "pelekan_known"
KNOWN_FOR = timedelta(days=365)
FAILED_FOR = Limit(10, timedelta(minutes=15))  # one account, from browsers that are not known
FAILED_FROM = Limit(30, timedelta(minutes=15))  # one client address
FAILED_IN = Limit(15, timedelta(minutes=15))  # one known browser and account
TOLD_EVERY = timedelta(days=1)

_signer = signing.TimestampSigner(salt="pelekan.known")


def remember(response: HttpResponse, user: User) -> None:
    """Mark this browser as one that `user` has signed in from."""
    mark = _signer.sign(f"{user.pk}.{new_token(10)}")
    response.set_cookie(
        COOKIE,
        mark,
        max_age=int(KNOWN_FOR.total_seconds()),
        path=reverse("account_login"),
        httponly=True,
        secure=settings.SECURE,
        samesite="Lax",
    )


def known_browser(request: HttpRequest, email: str) -> str:
    """The mark of this browser, if the owner of `email` signed in from it before; else ""."""
    try:
        mark = _signer.unsign(request.COOKIES.get(COOKIE, ""), max_age=KNOWN_FOR)
    except signing.BadSignature:
        return ""
    number = mark.partition(".")[0]
    return mark if User.objects.filter(pk=number, email=email).exists() else ""


class Try:
    """One try of a password. Made before it is checked; `went_well` takes it off the counts."""

    def __init__(self, request: HttpRequest, email: str) -> None:
        """Raises TooMuch when this one may not be made."""
        address = str(request.META.get("REMOTE_ADDR", ""))
        if mark := known_browser(request, email):
            self.counts = [(FAILED_IN, mark)]
        else:
            self.counts = [(FAILED_FROM, address), (FAILED_FOR, email)]
        taken: list[tuple[Limit, str]] = []
        for limit, key in self.counts:
            try:
                limit.take(key, clock())
            except TooMuch:
                for before, its in taken:
                    before.give_back(its)
                if limit is FAILED_FOR:
                    _tell_owner(email)
                security.warning("sign-in refused: too many tries, from %s", address)
                raise
            taken.append((limit, key))

    def went_well(self) -> None:
        for limit, key in self.counts:
            limit.give_back(key)


def _tell_owner(email: str) -> None:
    user = User.objects.filter(email=email, is_active=True, agent__disabled_at=None).first()
    if (
        user is None
        or not hasattr(user, "agent")
        or letters.told_lately(email, "guessing", clock(), TOLD_EVERY)
    ):
        return
    with translation.override(user.language):
        letters.write(
            email,
            kind="guessing",
            subject=_("Someone is guessing your password"),
            lines=[
                _("Many wrong passwords were tried for your account at the support desk."),
                _(
                    "From now on new browsers must wait. In browsers where you have signed in before you still can. "
                    "Anywhere else, choose a new password:"
                ),
                settings.BASE_URL + reverse("account_reset_password"),
            ],
            language=user.language,
            now=clock(),
        )
