"""DKIM (RFC 6376): a key for each domain that this desk writes from, the record that publishes it, the signature.

Optional: mail servers mostly sign by themselves. A key signs once its record was seen in the DNS, never before: a
signature that nobody can check is worse than none.
"""

from __future__ import annotations

import base64
import logging

import dkim
import dns.exception
import dns.resolver
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings

from pelekan.channels.models import SigningKey
from pelekan.lib.addresses import domain_of
from pelekan.lib.prepared import PreparedModels
from pelekan.lib.secrets import new_token, open_sealed, seal
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent
from pelekan.tickets.events import action, record
from pelekan.tickets.models import Inbox

log = logging.getLogger("pelekan.mail")

BITS = 2048  # RFC 8301; an Ed25519 signature is not read by the large receivers yet
SECONDS = 10.0  # for the DNS to answer
_HEADS = (
    b"from", b"reply-to", b"to", b"cc", b"subject", b"date", b"message-id", b"in-reply-to", b"references",
    b"mime-version", b"content-type", b"content-transfer-encoding", b"auto-submitted", b"list-unsubscribe",
    b"list-unsubscribe-post",
)  # fmt: skip


def domains() -> list[str]:
    """The domains that mail inboxes write from."""
    rows = Inbox.objects.filter(channel="email", archived_at=None).exclude(address="")
    return sorted({domain_of(address) for address in rows.values_list("address", flat=True)})


@action
def make_key(domain: str, *, by: Agent) -> SigningKey:
    """A new key for `domain`, in place of an older one. It signs after `check` has seen its record."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    der = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    made, _ = SigningKey.objects.update_or_create(
        domain=domain,
        defaults={
            "selector": f"pelekan-{new_token(5)}",  # of its own: the old record may stay while mail is on its way
            "private": seal(pem.decode(), settings.SECRET_KEY),
            "public": base64.b64encode(der).decode(),
            "created_at": clock(),
            "seen_at": None,
        },
    )
    record("signing.made", by=by, topics=["desk"], domain=domain, selector=made.selector)
    return made


@action
def end_signing(key: SigningKey, *, by: Agent) -> None:
    """Sign no more for this domain; the key is forgotten."""
    record("signing.ended", by=by, topics=["desk"], domain=key.domain, selector=key.selector)
    key.delete()


def record_of(key: SigningKey) -> tuple[str, str]:
    """Name and value of the TXT record that publishes a key."""
    return f"{key.selector}._domainkey.{key.domain}", f"v=DKIM1; k=rsa; p={key.public}"


def check(key: SigningKey, *, by: Agent) -> str:
    """Look whether the record is published; from then on mail is signed. "" when it is, else what is wrong: missing,
    other (another key stands there), unreachable."""
    found = _published(record_of(key)[0])
    if found is None:
        return "unreachable"
    if not found:
        return "missing"
    if key.public not in "".join("".join(found).split()):
        return "other"
    _begin(key, by=by)
    return ""


@action
def _begin(key: SigningKey, *, by: Agent) -> None:
    if SigningKey.objects.filter(pk=key.pk, seen_at=None).update(seen_at=clock()):
        record("signing.began", by=by, topics=["desk"], domain=key.domain, selector=key.selector)


def _published(name: str) -> list[str] | None:
    resolver = dns.resolver.get_default_resolver()
    try:
        answer = resolver.resolve(name, "TXT", lifetime=SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException as error:
        log.warning("the DNS does not answer for %s: %s", name, error)
        return None
    return [b"".join(row.strings).decode("ascii", "replace") for row in answer]


def signed(raw: bytes, sender: str) -> bytes:
    """`raw` with a signature of the sender's domain before it; as it is where there is no published key."""
    key = _KEY.one(domain_of(sender))
    if key is None:
        return raw
    private = open_sealed(key.private, settings.SECRET_KEY).encode()
    signature = dkim.sign(
        raw, key.selector.encode(), key.domain.encode(), private,
        canonicalize=(b"relaxed", b"relaxed"), include_headers=_present(raw),
    )  # fmt: skip
    return bytes(signature) + raw


_KEY = PreparedModels(lambda domain: SigningKey.objects.filter(domain=domain, seen_at__isnull=False))


def _present(raw: bytes) -> list[bytes]:
    heads = {line.partition(b":")[0].strip().lower() for line in raw.partition(b"\r\n\r\n")[0].split(b"\r\n")}
    # "from" and "subject" once more than they are there: nobody can add a second one (RFC 6376 8.15)
    return [name for name in _HEADS if name in heads] + [b"from", b"subject"]
