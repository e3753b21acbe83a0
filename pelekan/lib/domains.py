"""Which domains belong together: by the Public Suffix List, bundled with its library and never fetched. Pure."""

from __future__ import annotations

from functools import lru_cache

import idna
from publicsuffixlist import PublicSuffixList  # type: ignore[import-untyped,unused-ignore]


def ascii_domain(text: str) -> str:
    """A domain as it is compared and looked up: lower case, punycode, without a final dot; "" for what is none."""
    domain = text.strip().rstrip(".").lower()
    try:
        if not domain.isascii():
            domain = idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        return ""
    return domain if "." in domain and ".." not in domain and len(domain) <= 253 else ""


@lru_cache(maxsize=1)
def _list() -> PublicSuffixList:
    return PublicSuffixList()


@lru_cache(maxsize=4_096)
def organization(domain: str) -> str:
    """The domain that somebody registered: "example.co.uk" of "mail.example.co.uk"; "" for a public suffix itself,
    below which anybody may have a name (RFC 7489, 3.2)."""
    return _list().privatesuffix(domain) or ""


def aligned(one: str, other: str, *, strict: bool = False) -> bool:
    """Whether both (as of `ascii_domain`) are of one owner: the same organization, or, strictly, the same name."""
    if not one or not other:
        return False
    if strict:
        return one == other
    return organization(one) == organization(other) != ""
