"""★ What mail programs wrap a mail into: Outlook's winmail.dat (TNEF), S/MIME that hides the text in its signature
(CMS signed-data, RFC 8551), PGP text signed in the clear (RFC 9580 §7). Pure.

A signature is taken off so that the text can be read; it is not checked, and `signature_unchecked` says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from asn1crypto import cms
from tnefparse import TNEF

from pelekan.channels.email import charsets, mime
from pelekan.channels.email import headers as h

MOST_LAYERS = 3  # signed again and again
_TNEF = ("application/ms-tnef", "application/vnd.ms-tnef")
_CMS = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_SIGNED_PARTS = ("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature")
_ARMOUR = re.compile(
    r"^-----BEGIN PGP SIGNED MESSAGE-----[ \t]*\n(?:[A-Za-z-]+:[^\n]*\n)*[ \t]*\n"
    r"(?P<text>.*?)\n-----BEGIN PGP SIGNATURE-----\n.*?(?:^-----END PGP SIGNATURE-----[ \t]*$|\Z)",
    re.DOTALL | re.MULTILINE,
)


@dataclass(slots=True)
class Opened:
    """What was in a winmail.dat: the text and HTML that stood in it, and (name, content) of its files."""

    text: str = ""
    html: str = ""
    files: list[tuple[str, bytes]] = field(default_factory=list)


def without_signatures(order: list[mime.Entity], warnings: list[str]) -> list[mime.Entity]:
    """The nodes of a tree in document order, with the mail inside each opaque signature in the signature's place."""
    for _ in range(MOST_LAYERS):
        wrapped = [node for node in order if node.type in _CMS]
        opened = False
        for node in wrapped:
            inner = signed_content(node.decoded()[0])
            if inner is None:
                continue
            inside = mime.tree(inner, warnings)[0]
            node.type, node.params, node.children = inside.type, inside.params, inside.children
            node.body = inside.body
            node.fields = [one for one in node.fields if not one[0].startswith("content-")]
            node.fields += [one for one in inside.fields if one[0].startswith("content-")]
            node.disposition, node.disposition_params = inside.disposition, inside.disposition_params
            opened = True
            warnings.append("signature_unchecked")
        if not opened:
            break
        order = mime.in_order(order[0])
    if any(node.type in _SIGNED_PARTS for node in order):
        warnings.append("signature_unchecked")
    return order


def signed_content(data: bytes) -> bytes | None:
    """The MIME entity inside a CMS signed-data; None for everything else, such as what is encrypted."""
    try:
        info = cms.ContentInfo.load(data)
        if info["content_type"].native != "signed_data":
            return None
        content = info["content"]["encap_content_info"]["content"].native
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return content if isinstance(content, bytes) and content else None


def is_tnef(node: mime.Entity) -> bool:
    return node.type in _TNEF or node.name.lower() == "winmail.dat"


def open_tnef(data: bytes) -> Opened | None:
    """The mail and files in a winmail.dat; None when it can't be read, and then it stays a file."""
    try:
        found = TNEF(data)
        codec = charsets.codec_for(str(getattr(found, "codepage", "") or "")) or "utf-8"
        opened = Opened(_decoded(found.body, codec), _decoded(found.htmlbody, codec))
        for one in found.attachments:
            name = one.long_filename() or one.name
            name = name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name or "")
            opened.files.append((h.safe_name(name.strip("\0 ")) or "file", bytes(one.data or b"")))
    except Exception:  # the library raises many kinds for what is damaged
        return None
    return opened


def _decoded(value: bytes | str | list[bytes] | None, codec: str) -> str:
    if isinstance(value, list):
        value = b"".join(value)
    text = value.decode(codec, "replace") if isinstance(value, bytes) else value or ""
    return text.replace("\0", "")


def unarmoured(text: str) -> tuple[str, bool]:
    """Text that PGP signed in the clear, without its armour; and whether there was any."""
    if "-----BEGIN PGP SIGNED MESSAGE-----" not in text:
        return text, False
    found = _ARMOUR.search(text)
    if found is None:
        return text, False
    plain = re.sub(r"^- ", "", found["text"], flags=re.MULTILINE)
    return text[: found.start()] + plain + text[found.end() :], True
