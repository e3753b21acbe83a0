"""Our own check of a sender, where no trusted mail server has judged: DKIM, and what DMARC asks for (RFC 6376, 7489).

It proves that a mail comes from the domain in From, or says that it can't tell. That a mail is forged it says only when
nothing could have passed at any receiver: the domain asks for that (p=quarantine or reject), no signature of its own holds,
and the envelope's sender, which SPF would look at, is another organization's. SPF itself is left out: what hands mail to
us is a mail server of our own side, whose address says nothing about the sender (docs/decisions/0008-own-sender-check.md).
"""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from pelekan.channels.email.addresses import parse_addresses
from pelekan.channels.email.authenticity import Authenticity
from pelekan.channels.email.parse import Parsed
from pelekan.channels.email.signatures import MOST, Signature, read_tags
from pelekan.lib import published
from pelekan.lib.domains import aligned, ascii_domain, organization

SECONDS = 5.0  # for all questions to the DNS about one mail
LEAST_BITS, MOST_BITS = 1024, 8192  # of an RSA key

UNSURE = {"several_from", "from_missing", "headers_cut", "headers_end_missing"}
"""Warnings of a head of which others may see something else."""

Ask = Callable[[str], tuple[str, ...] | None]


class CannotTell(Exception):
    """The DNS did not answer."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What a domain asks of receivers: `strict` alignment of DKIM; `enforced`: what fails shall not pass as its own."""

    strict: bool = False
    enforced: bool = False


def judge(parsed: Parsed, found: Collection[Signature], at: datetime) -> Authenticity:
    """What our own check says of a mail that came in at `at`. Asks the DNS; takes SECONDS at most."""
    until = time.monotonic() + SECONDS

    def ask(name: str) -> tuple[str, ...] | None:
        return published.texts.texts(name, until - time.monotonic())

    return weigh(parsed, found, at, ask)


def reachable(address: str) -> bool:
    """Whether the DNS answers, asked about the domain of one of our own addresses."""
    name = ascii_domain(address.rpartition("@")[2])
    return published.texts.texts(f"_dmarc.{name}", SECONDS) is not None


def weigh(parsed: Parsed, found: Collection[Signature], at: datetime, ask: Ask) -> Authenticity:
    """The same with any way to ask for TXT records: () for none, None when that can't be told."""
    domain = ascii_domain(parsed.from_address.rpartition("@")[2])
    if not domain or UNSURE & set(parsed.warnings):
        return Authenticity(why="The sender is missing or not single")
    own = [one for one in found if aligned(one.domain, domain)]
    unsure = len(found) >= MOST
    for one in own:
        try:
            strict = one.domain != domain and policy_of(domain, ask).strict
            if not strict and _is_from(one, parsed) and _holds(one, at, ask):
                return Authenticity(
                    True, dkim="pass", how="dkim", domain=one.domain,
                    why="DKIM: pass for the sender's domain",
                )  # fmt: skip
        except CannotTell:
            unsure = True
    if unsure or not _is_foreign(parsed, domain):
        return Authenticity(why="Nothing proves the sender, and nothing speaks against him")
    try:
        enforced = policy_of(domain, ask).enforced
    except CannotTell:
        enforced = False
    if enforced:
        told = "fail" if own else "none"
        return Authenticity(False, dmarc="fail", dkim=told, how="dmarc", domain=domain, why="DMARC: fail")
    return Authenticity(why="Nothing proves the sender, and his domain asks for nothing")


def _is_foreign(parsed: Parsed, domain: str) -> bool:
    """Whether the envelope's sender, as a mail server noted it, is certainly another's."""
    told = parsed.all("return-path")
    envelope = ascii_domain(told[0].strip().strip("<>").rpartition("@")[2]) if len(told) == 1 else ""
    return bool(envelope) and not aligned(envelope, domain)


# DMARC


def policy_of(domain: str, ask: Ask) -> Policy:
    """What the domain, else its organization, has published. CannotTell."""
    for name in dict.fromkeys((domain, organization(domain))):
        rows = ask(f"_dmarc.{name}") if name else ()
        if rows is None:
            raise CannotTell(name)
        records = [tags for row in rows if (tags := read_tags(row)).get("v") == "DMARC1"]
        if len(records) == 1:
            return _policy(records[0], below=name != domain)
    return Policy()


def _policy(tags: dict[str, str], *, below: bool) -> Policy:
    asked = tags.get("sp", tags.get("p", "")) if below else tags.get("p", "")
    trying = tags.get("t", "n").lower() == "y" or tags.get("pct", "100") != "100"
    return Policy(
        strict=tags.get("adkim", "r").lower() == "s",
        enforced=asked.lower() in ("quarantine", "reject") and not trying,
    )


# DKIM


def _is_from(one: Signature, parsed: Parsed) -> bool:
    """Whether the signed From names the sender that was read, whatever else a reader may make of the head."""
    signed, _cut = parse_addresses(one.sender)
    return len(signed) == 1 and signed[0].address.lower() == parsed.from_address.lower()


def _holds(one: Signature, at: datetime, ask: Ask) -> bool:
    """Whether the domain's published key made this signature. CannotTell."""
    if one.fault or (one.expires and one.expires < at.timestamp()):
        return False
    rows = ask(f"{one.selector}._domainkey.{one.domain}")
    if rows is None:
        raise CannotTell(one.domain)
    return len(rows) == 1 and _is_signed(one, read_tags(rows[0]))


def _is_signed(one: Signature, record: dict[str, str]) -> bool:
    kind, _, _digest = one.algorithm.partition("-")
    if record.get("v", "DKIM1") != "DKIM1" or record.get("k", "rsa") != kind:
        return False
    if "sha256" not in _listed(record, "h", "sha256") or not {"*", "email"} & _listed(record, "s", "*"):
        return False
    if "y" in _listed(record, "t", ""):  # its owner is only trying it out
        return False
    try:
        key = base64.b64decode("".join(record.get("p", "").split()), validate=True)
        value, digest = base64.b64decode(one.value), bytes.fromhex(one.digest)
        if kind == "ed25519":
            ed25519.Ed25519PublicKey.from_public_bytes(key).verify(value, digest)
            return True
        public = serialization.load_der_public_key(key)
        if not isinstance(public, rsa.RSAPublicKey) or not LEAST_BITS <= public.key_size <= MOST_BITS:
            return False
        public.verify(value, digest, padding.PKCS1v15(), Prehashed(hashes.SHA256()))
    except (ValueError, binascii.Error, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _listed(record: dict[str, str], tag: str, usual: str) -> set[str]:
    return {one.strip().lower() for one in record.get(tag, usual).split(":")}
