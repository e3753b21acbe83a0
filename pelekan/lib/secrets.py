"""Tokens, signatures and sealed passwords. Pure but for the system's randomness; the key is an argument.

The key is the installation's one secret; every purpose gets a key of its own derived from it, so that what
was signed for one purpose is worth nothing for another.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import UTC, datetime
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken


def new_token(nbytes: int = 20) -> str:
    """A fresh random token of lower-case base32: 32 characters (160 bits) unless told otherwise."""
    return _text(secrets.token_bytes(nbytes))


def digest(token: str) -> str:
    """SHA-256 in hex: what is stored of a token. For random tokens only, never for passwords."""
    return hashlib.sha256(_bytes(token)).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two secrets are equal, in a time that tells nothing."""
    return hmac.compare_digest(_bytes(one), _bytes(other))


def sign(purpose: str, subject: str, key: str, length: int = 26) -> str:
    """A signature of `length` characters (5 bits each, 16 to 51) over the subject, for this purpose alone.

    For the address to which a customer replies, a ticket for the live stream, and the like:
    ``sign("mail-reply", "42", key)``.
    """
    if not 16 <= length <= 51:
        raise ValueError(f"A signature has 16 to 51 characters, not {length}: fewer can be guessed")
    mac = hmac.new(_key_for(purpose, key), _bytes(subject), hashlib.sha256).digest()
    return _text(mac)[:length]


def verify(purpose: str, subject: str, signature: str, key: str, length: int = 26) -> bool:
    """Whether `sign` gave this signature: exact in length, no matter in upper or lower case."""
    return len(signature) == length and same(sign(purpose, subject, key, length), signature.lower())


def sign_until(purpose: str, subject: str, until: datetime, key: str, length: int = 26) -> str:
    """A signature that carries its own end: "<seconds since 1970 in hex>.<signature>", for links."""
    if until.tzinfo is None:
        raise ValueError("A moment without a time zone came in; give an aware datetime")
    end = f"{int(until.timestamp()):x}"
    return f"{end}.{sign(purpose, _bound(end, subject), key, length)}"


def verify_until(purpose: str, subject: str, signed: str, key: str, now: datetime, length: int = 26) -> bool:
    """Whether `sign_until` gave this for the same subject, and its end has not come."""
    end, _, signature = signed.partition(".")
    if not verify(purpose, _bound(end, subject), signature, key, length):
        return False
    return now.astimezone(UTC).timestamp() < int(end, 16)


def _bound(end: str, subject: str) -> str:
    return f"until {end} for {subject}"


def seal(text: str, key: str) -> str:
    """Encrypt a secret that must be read again (a mailbox password), for keeping in the database."""
    return _box(key).encrypt(text.encode()).decode("ascii")


def open_sealed(sealed: str, key: str) -> str:
    """What `seal` was given. ValueError with advice when the key has changed or the text was damaged."""
    try:
        return _box(key).decrypt(_bytes(sealed)).decode()
    except InvalidToken as error:
        raise ValueError(
            "This stored secret cannot be opened with the present secret key; "
            "put the former key back or enter the secret anew"
        ) from error


@lru_cache(maxsize=8)
def _box(key: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_key_for("seal", key)))


@lru_cache(maxsize=64)
def _key_for(purpose: str, key: str) -> bytes:
    """The purpose's own key: HMAC-SHA256 of its name (the expand step of HKDF, RFC 5869, one block)."""
    if len(key) < 32:
        raise ValueError("The secret key is too short; set one of at least 32 random characters")
    return hmac.new(key.encode(), b"pelekan " + purpose.encode() + b"\x01", hashlib.sha256).digest()


def _text(raw: bytes) -> str:
    return base64.b32encode(raw).decode("ascii").rstrip("=").lower()


def _bytes(text: str) -> bytes:
    # What strangers send may hold half characters; it must compare as unequal, not raise.
    return text.encode("utf-8", "surrogatepass")
