"""What goes wrong on the way to a mail server, in words of `channels.faults`."""

from __future__ import annotations

import imaplib
import poplib
import smtplib
import ssl

from imapclient.exceptions import LoginError

from pelekan.channels.faults import fault

CERTIFICATE = {10: "certificate_old", 18: "certificate_own", 19: "certificate_own", 62: "certificate_name"}
"""What OpenSSL's verify codes mean; the others are told in its own words."""

LATER = (
    "[UNAVAILABLE]",
    "[INUSE]",
    "[LIMIT]",
    "[THROTTL",
    "[OVERQUOTA]",
    "TOO MANY",
    "TRY AGAIN",
    "TEMPORAR",
)
"""A sign-in that is refused with one of these says nothing of the password (RFC 5530, and Gmail's own)."""


class WireFault(Exception):
    """What went wrong on the way to a mail server. `stored` fits into a `fault` column."""

    def __init__(self, word: str, **details: object) -> None:
        self.word, self.stored = word, fault(word, **details)
        super().__init__(self.stored)

    @property
    def is_hopeless(self) -> bool:
        """Whether only a person can mend it: trying every minute would only lock the account."""
        return self.word in (
            "wrong_password",
            "password_letters",
            *CERTIFICATE.values(),
            "certificate",
            "app_password",
            "not_enabled",
            "no_tls",
            "plain_refused",
            "host_refused",
            "no_folder",
            "no_uidl",
            "no_consent",
            "consent_withdrawn",
            "consent_refused",
            "token_refused",
            "no_xoauth",
        )


def in_wire_words(error: Exception, host: str, port: int) -> WireFault:
    """The fault that an exception of a mail library means."""
    if isinstance(error, WireFault):
        return error
    if isinstance(error, ssl.SSLCertVerificationError):
        word = CERTIFICATE.get(error.verify_code, "certificate")
        return WireFault(word, host=host, detail=error.verify_message)
    if isinstance(error, ssl.SSLError):
        return WireFault("no_tls", host=host, port=port)
    if isinstance(error, TimeoutError):
        return WireFault("timeout", host=host)
    if isinstance(error, UnicodeError):
        return WireFault("password_letters", host=host)
    text = told(error)
    if isinstance(error, LoginError | smtplib.SMTPAuthenticationError):
        return _sign_in_fault(host, text)
    if isinstance(error, smtplib.SMTPResponseException) and 400 <= error.smtp_code < 500:
        return WireFault("busy", host=host, detail=text)
    if isinstance(error, poplib.error_proto) and any(word in text.upper() for word in ("EOF", "ABORT")):
        return WireFault("dropped", host=host)
    if any(word in text.upper() for word in ("OVERQUOTA", "THROTTL", "LIMIT", "TOO MANY")):
        return WireFault("quota", host=host, detail=text)
    if isinstance(error, imaplib.IMAP4.abort | smtplib.SMTPServerDisconnected | OSError):
        return WireFault("dropped", host=host)
    return WireFault("not_understood", host=host, detail=text)


def _sign_in_fault(host: str, text: str) -> WireFault:
    shouted = text.upper()
    if any(word in shouted for word in LATER):
        return WireFault("busy", host=host, detail=text)
    if "APPLICATION-SPECIFIC" in shouted or "APP PASSWORD" in shouted:
        return WireFault("app_password", host=host)
    if "NOT ENABLED FOR" in shouted:
        return WireFault("not_enabled", host=host)
    return WireFault("wrong_password", host=host)


def told(error: Exception) -> str:
    """What the server said, for people."""
    if isinstance(error, smtplib.SMTPResponseException):
        told = error.smtp_error
        return f"{error.smtp_code} {told.decode('utf-8', 'replace') if isinstance(told, bytes) else told}"
    if isinstance(error, poplib.error_proto):
        return b" ".join(one if isinstance(one, bytes) else str(one).encode() for one in error.args).decode(
            "utf-8", "replace"
        )
    return str(error)
