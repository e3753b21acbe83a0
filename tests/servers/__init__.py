"""What tests start as real servers: mail servers (`mail`), whole desks as processes (`desks`), Chromium (`browser`)."""

from tests.servers.mail import (
    FULL,
    PASSWORD,
    USER,
    Dovecot,
    Letter,
    SmtpServer,
    certificate,
    dovecot,
    pop_installed,
    scripted,
    smtp_server,
)

__all__ = [
    "FULL",
    "PASSWORD",
    "USER",
    "Dovecot",
    "Letter",
    "SmtpServer",
    "certificate",
    "dovecot",
    "pop_installed",
    "scripted",
    "smtp_server",
]
