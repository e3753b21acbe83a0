"""E-mail addresses: one stored form, and a warning where letters of another script imitate Latin ones."""

from __future__ import annotations

import re
import unicodedata

import idna

from pelekan.lib.text import clean_controls, latin_digits

# RFC 5321/5322 dot-atom (RFC 6531 adds non-ASCII letters); quoted local parts are not taken from people.
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u00a1-\U0010ffff-]+"
                    r"(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u00a1-\U0010ffff-]+)*")  # fmt: skip
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_INVISIBLE = {"Cf", "Cc", "Zs", "Zl", "Zp", "Cs", "Co", "Cn"}


def normal_address(text: str) -> str:
    """The address to store and compare: local part in lower case, domain in lower case and punycode.

    Lower case for the local part too: RFC 5321 lets hosts tell A@ from a@, no real host does, and two
    customers for one person would come of it. Surrounding blanks, <…> and "mailto:" go. ValueError with
    advice when it is no address.
    """
    address = unicodedata.normalize("NFC", latin_digits(clean_controls(text))).strip()
    address = re.sub(r"^mailto:", "", address, flags=re.IGNORECASE)
    if address.startswith("<") and address.endswith(">"):
        address = address[1:-1].strip()
    address = address.strip("\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069\u200b")
    local, at, domain = address.rpartition("@")
    if not at or not _LOCAL.fullmatch(local) or len(local.encode()) > 64:
        raise _no_address(text)
    if any(unicodedata.category(char) in _INVISIBLE or char == "\ufffd" for char in local):
        raise _no_address(text)
    normal = f"{local.lower()}@{_normal_domain(domain, text)}"
    if len(normal.encode()) > 254:
        raise _no_address(text)
    return normal


def _normal_domain(domain: str, text: str) -> str:
    domain = domain.rstrip(".").lower()
    try:
        if not domain.isascii():
            domain = idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise _no_address(text) from error
    labels = domain.split(".")
    if len(labels) < 2 or not all(map(_LABEL.fullmatch, labels)) or labels[-1].isdigit():
        raise _no_address(text)
    return domain


def _no_address(text: str) -> ValueError:
    return ValueError(f"{text.strip()[:100]!r} is no e-mail address; write it like name@example.com")


def is_address(text: str) -> bool:
    """Whether `normal_address` takes it."""
    try:
        normal_address(text)
    except ValueError:
        return False
    return True


def domain_of(address: str) -> str:
    """The domain of a stored address: "example.com"."""
    return address.rpartition("@")[2]


def show_address(address: str) -> str:
    """A stored address for the eye: the domain in its own script, unless that imitates another one."""
    local, _, domain = address.rpartition("@")
    if "xn--" not in domain or looks_alike(address):
        return address
    try:
        return f"{local}@{idna.decode(domain)}"
    except idna.IDNAError:
        return address


def looks_alike(address: str) -> bool:
    """Whether letters of several scripts are mixed within one part (pаypal with a Cyrillic а), or a whole
    Cyrillic or Greek name could be read as Latin. A minimal check after UTS #39; such addresses get a mark.
    """
    local, _, domain = address.rpartition("@")
    try:
        domain = idna.decode(domain) if "xn--" in domain else domain
    except idna.IDNAError:
        return True
    return any(_imitates(part) for part in [local, *domain.split(".")])


_LIKE_LATIN = frozenset("асеорхуіјѕһԁԛԝьӏкмнтвαοννυικρτ")


def _imitates(part: str) -> bool:
    scripts = {unicodedata.name(char, "?").split()[0] for char in part if char.isalpha()}
    scripts -= {"MODIFIER", "FULLWIDTH"}
    if len(scripts) > 1 and not scripts <= {"CJK", "HIRAGANA", "KATAKANA", "HANGUL"}:
        return True
    return bool(scripts & {"CYRILLIC", "GREEK"}) and all(c in _LIKE_LATIN for c in part if c.isalpha())
