"""Where well-known providers keep their mail servers, so that nobody has to look them up. ★ pure

From each provider's own pages for mail programs (2026). What isn't known is guessed as cPanel, Plesk and most Dovecot
servers have it: mail.DOMAIN for both ways.
"""

from __future__ import annotations

from dataclasses import dataclass

OWN = "own"


@dataclass(frozen=True, slots=True)
class Provider:
    """`imap` and `smtp`: (host, port, security). `sign_in`: consent where no password is taken. `app_password`: the
    mailbox's own password isn't taken by mail programs."""

    key: str
    name: str
    domains: tuple[str, ...]
    imap: tuple[str, int, str]
    smtp: tuple[str, int, str]
    sign_in: str = "password"
    app_password: bool = False
    per_minute: int | None = None  # where the provider itself names a limit

    @property
    def values(self) -> dict[str, object]:
        """What is filled into the form."""
        return {
            "protocol": "imap", "sign_in": self.sign_in,
            "imap_host": self.imap[0], "imap_port": self.imap[1], "imap_security": self.imap[2],
            "smtp_host": self.smtp[0], "smtp_port": self.smtp[1], "smtp_security": self.smtp[2],
            "per_minute": self.per_minute,
        }  # fmt: skip


PROVIDERS = (
    Provider(
        "gmail", "Gmail", ("gmail.com", "googlemail.com"),
        ("imap.gmail.com", 993, "tls"), ("smtp.gmail.com", 465, "tls"), app_password=True,
    ),
    Provider(
        "microsoft", "Microsoft 365, Outlook",
        ("outlook.com", "hotmail.com", "live.com", "msn.com", "onmicrosoft.com"),
        ("outlook.office365.com", 993, "tls"), ("smtp.office365.com", 587, "starttls"), sign_in="consent",
        per_minute=30,
    ),
    Provider(
        "yahoo", "Yahoo", ("yahoo.com", "ymail.com", "rocketmail.com", "yahoo.co.uk", "yahoo.de", "yahoo.fr"),
        ("imap.mail.yahoo.com", 993, "tls"), ("smtp.mail.yahoo.com", 465, "tls"), app_password=True,
    ),
    Provider(
        "icloud", "iCloud", ("icloud.com", "me.com", "mac.com"),
        ("imap.mail.me.com", 993, "tls"), ("smtp.mail.me.com", 587, "starttls"), app_password=True,
    ),
    Provider(
        "zoho", "Zoho", ("zoho.com", "zohomail.com"),
        ("imap.zoho.com", 993, "tls"), ("smtp.zoho.com", 465, "tls"),
    ),
    Provider(
        "yandex", "Yandex", ("yandex.com", "yandex.ru", "ya.ru"),
        ("imap.yandex.com", 993, "tls"), ("smtp.yandex.com", 465, "tls"), app_password=True,
    ),
)  # fmt: skip


def provider_of(address: str, key: str = "") -> Provider:
    """The provider called `key`, else that of the address's domain, else the domain's own server."""
    domain = address.rpartition("@")[2].lower()
    if not key and domain.endswith(".onmicrosoft.com"):
        key = "microsoft"
    for one in PROVIDERS:
        if one.key == key if key else domain in one.domains:
            return one
    host = f"mail.{domain}" if domain else ""
    return Provider(OWN, "", (), (host, 993, "tls"), (host, 465, "tls"))
