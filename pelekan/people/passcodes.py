"""Codes and links for signing in, by mail and by SMS.

Of every secret a digest is stored. A link has 160 bits; the short code counts only in the browser that asked for it, for
a quarter of an hour and five tries, so that asking and guessing hardly ever meets it.
"""

from __future__ import annotations

import logging
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from pelekan.lib.secrets import digest, new_token, same, sign
from pelekan.lib.text import latin_digits
from pelekan.people import desk, letters, signin
from pelekan.people.models import IdentityKind, Token

security = logging.getLogger("pelekan.security")

CODE_DIGITS = 8
CODE_LIVES = timedelta(minutes=15)
TRIES = 5
TEXT_DIGITS = 6  # of a code by SMS: phones fill it in, and it counts in one browser only
MAILED_PER_HOUR = 5  # to one address, whoever asks
TEXTED_PER_HOUR, TEXTED_PER_DAY = 3, 8  # to one number

SIGN_IN, CONFIRM, ADD = "sign_in", "confirm", "add"
"""What a code is good for: signing in; showing that it is still you; adding an address to your own."""


@transaction.atomic
def ask(
    address: str,
    *,
    language: str,
    now: datetime,
    kind: str = IdentityKind.EMAIL,
    use: str = SIGN_IN,
    sends: bool = True,
    owner: int | None = None,
) -> str:
    """Send a code (and by mail a link) to `address` (normalised). Returns what the asking browser keeps, see `asked`.

    Nothing that the asker can see tells whether the address is known: the rows and the letter are the same. Beyond
    what one address gets in an hour nothing more is sent; what went out earlier goes on being good. `use`: what the
    code is good for, and nothing else; `owner`: the customer for whom it is, where it does not sign in. `sends`: False
    where no text may go to this number: asking looks the same.
    """
    subject = _subject(kind, address)
    by_text = kind == IdentityKind.PHONE
    digits = TEXT_DIGITS if by_text else CODE_DIGITS
    link, code, browser = new_token(), f"{secrets.randbelow(10**digits):0{digits}}", new_token()
    fits, agents = _not_too_many(subject, by_text, now), use == SIGN_IN and signin.is_agent(kind, address)
    goes = fits and sends and not (agents and by_text)
    token = Token.objects.create(
        purpose=Token.Purpose.SIGN_IN,
        digest=digest(link),
        subject=subject,
        name="mailed" if goes else "",
        data={"address": address, "kind": str(kind), "use": use, "owner": owner, "browser": digest(browser), "language": language},
        created_at=now,
        expires_at=now + CODE_LIVES,
        revoked_at=now if agents or not goes else None,
    )  # fmt: skip
    token.data["code"] = _code_mark(token, code)
    token.save(update_fields=["data"])
    if goes and by_text:
        _text_code(address, code, language, now)
    elif goes:
        _mail_code(address, code, link if use == SIGN_IN else "", agents, language, now)
    elif not fits:
        security.warning("sign-in: too many codes in an hour for one address")
    return f"{token.pk}.{browser}"


def _not_too_many(subject: str, by_text: bool, now: datetime) -> bool:
    sent = Token.objects.filter(purpose=Token.Purpose.SIGN_IN, subject=subject, name="mailed")
    hour = sent.filter(created_at__gt=now - timedelta(hours=1)).count()
    if not by_text:
        return hour < MAILED_PER_HOUR
    return (
        hour < TEXTED_PER_HOUR
        and sent.filter(created_at__gt=now - timedelta(days=1)).count() < TEXTED_PER_DAY
    )


def asked(kept: str) -> Token | None:
    """The request that this browser made, used or not; None when there is none."""
    number, _dot, browser = kept.partition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 19 and browser):
        return None
    token = Token.objects.filter(pk=int(number), purpose=Token.Purpose.SIGN_IN).first()
    return token if token and same(token.data.get("browser", ""), digest(browser)) else None


def redeem_code(kept: str, typed: str, *, now: datetime, use: str = SIGN_IN) -> str | None:
    """The address that is proved by the code that was typed, or None. Every wrong try counts."""
    token = asked(kept)
    if token is not None and token.data.get("use", SIGN_IN) != use:
        return None
    code = "".join(char for char in latin_digits(typed) if char.isascii() and char.isdigit())
    if token is None or not _alive(token).filter(expires_at__gt=now).update(tries=F("tries") + 1):
        return None
    if not same(token.data.get("code", ""), _code_mark(token, code)):
        security.warning("sign-in: wrong code, request %s", token.pk)
        return None
    return _use(token, now)


def look_at_link(link: str, *, now: datetime) -> Token | None:
    """The request behind a mailed link, if it can still be used. Looking does not use it up: mail scanners look."""
    if len(link) != 32:
        return None
    token = Token.objects.filter(
        purpose=Token.Purpose.SIGN_IN,
        digest=digest(link),
        used_at=None,
        revoked_at=None,
        expires_at__gt=now,
    ).first()
    return token if token and token.data.get("use", SIGN_IN) == SIGN_IN else None


def redeem_link(link: str, *, now: datetime) -> str | None:
    """The address that is proved by a mailed link, or None. Single use."""
    token = look_at_link(link, now=now)
    return _use(token, now) if token else None


def _use(token: Token, now: datetime) -> str | None:
    once = Token.objects.filter(pk=token.pk, used_at=None, revoked_at=None, expires_at__gt=now)
    return str(token.data["address"]) if once.update(used_at=now) else None


def _alive(token: Token) -> QuerySet[Token]:
    return Token.objects.filter(pk=token.pk, used_at=None, revoked_at=None, tries__lt=TRIES)


def _subject(kind: str, address: str) -> str:
    return f"{kind}:{digest(address)[:48]}"


def _code_mark(token: Token, code: str) -> str:
    # a plain digest of eight digits could be tried out by whoever reads the database; this one needs the key too
    return sign("sign-in code", f"{token.pk} {code}", settings.SECRET_KEY)


def drop_codes(kind: str, address: str) -> None:
    """Nothing tells any more that codes were sent to this address."""
    Token.objects.filter(purpose=Token.Purpose.SIGN_IN, subject=_subject(kind, address)).delete()


def forget_codes(kind: str, address: str, *, now: datetime) -> None:
    """Codes and links that are on their way to this address are worth nothing any more."""
    signin.revoke(Token.Purpose.SIGN_IN, _subject(kind, address), now)


def _text_code(number: str, code: str, language: str, now: datetime) -> None:
    with translation.override(language):
        text = _("Your code for %(name)s: %(code)s") % {"name": desk.sign().name, "code": code}
        letters.write(
            number, kind="sign_in", subject="", lines=[text], language=language, now=now,
            expires_at=now + CODE_LIVES, way="sms",
        )  # fmt: skip


def _mail_code(address: str, code: str, link: str, agents: bool, language: str, now: datetime) -> None:
    shown = f"\u2066{code[:4]} {code[4:]}\u2069"  # kept left to right in a right-to-left line
    with translation.override(language):
        if agents:
            subject = _("Sign in to the support desk")
            lines = [
                _("Someone asked for a sign-in code for the customers' portal with this address."),
                _("You work at this support desk, so you sign in with your password, here:"),
                settings.BASE_URL + reverse("account_login"),
            ]
        else:
            subject = _("Your sign-in code: %(code)s") % {"code": shown}
            lines = [
                _("Your code for signing in is:"),
                shown,
                *(
                    [
                        _("Or open this link and confirm:"),
                        settings.BASE_URL + reverse("portal_link", args=[link]),
                    ]
                    if link
                    else []
                ),
                _(
                    "Code and link are good for 15 minutes and for one use. If you did not ask for them, "
                    "do nothing: without them nobody gets in."
                ),
            ]
        letters.write(
            address, kind="sign_in", subject=subject, lines=lines, language=language, now=now,
            expires_at=now + CODE_LIVES,
        )  # fmt: skip
