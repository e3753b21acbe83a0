"""What can be said of DKIM signatures without the DNS, compared with signatures that dkimpy made."""

from __future__ import annotations

import base64
import time

import dkim
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from hypothesis import given, settings
from hypothesis import strategies as st

from pelekan.channels.email.signatures import signatures

KEY = rsa.generate_private_key(public_exponent=65537, key_size=1024)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
)
HEAD = b"From: Sara <sara@example.com>\r\nTo: support@chakad.example\r\nSubject:  two  blanks\t\r\n and a fold\r\n"
MAIL = HEAD + b"\r\nHello\r\n"


def signed(raw: bytes, **values: object) -> bytes:
    return bytes(dkim.sign(raw, b"one", b"example.com", PEM, **{"include_headers": [b"from", b"to", b"subject", b"from"], **values})) + raw  # type: ignore[arg-type]  # fmt: skip


def holds(raw: bytes) -> bool:
    [one] = signatures(raw)
    if one.fault:
        return False
    try:
        KEY.public_key().verify(
            base64.b64decode(one.value), bytes.fromhex(one.digest), padding.PKCS1v15(), Prehashed(hashes.SHA256())
        )  # fmt: skip
    except Exception:
        return False
    return True


WAYS = [(head, body) for head in (b"simple", b"relaxed") for body in (b"simple", b"relaxed")]
LINES = st.lists(
    st.sampled_from([b"", b" ", b"\t ", b"a", b"a  b\t", b" x ", b".", b"\xd8\xb3  \xd8\xb3", b"\ra", b"\r"])
)


@settings(max_examples=60)
@given(LINES, st.sampled_from([b"\r\n", b"\r\n\r\n", b"end"]), st.sampled_from(WAYS))
def test_as_dkimpy_signs(lines: list[bytes], end: bytes, ways: tuple[bytes, bytes]) -> None:
    raw = HEAD + b"\r\n" + b"\r\n".join(lines) + end
    assert holds(signed(raw, canonicalize=ways))


@pytest.mark.parametrize("ways", WAYS)
def test_lines_that_end_otherwise_and_long_bodies(
    ways: tuple[bytes, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pelekan.channels.email.signatures.PIECE", 100)
    raw = HEAD + b"\r\n" + b"words  in a line \r\n\r\n\r\n" * 50
    made = signed(raw, canonicalize=ways)
    assert holds(made) and holds(made.replace(b"\r\n", b"\n"))
    assert holds(made + b"\r\n\r\n") and not holds(made + b"more\r\n")


def test_what_was_changed_no_longer_holds() -> None:
    made = signed(MAIL)
    assert holds(made) and holds(b"Received: by mx\r\n" + made)
    assert not holds(made.replace(b"Hello", b"Hallo"))
    assert not holds(made.replace(b"two", b"three"))
    for more in (
        b"From: boss@example.com\r\n",
        b"from: boss@example.com\r\n",
        b"From : boss@example.com\r\n",
    ):
        assert not holds(more + made)
    # what another reader might take for a line of its own is not looked at at all
    for odd in (
        b"X: 1\rFrom: boss@example.com\r\r\n",
        b"no field\r\n",
        b"\r\n",
        b"X: 1\r\n \t\r\n",
        b" folded\r\n",
        b"a" * 201 + b": 1\r\n",
        b"X\0: 1\r\n",
    ):
        assert signatures(odd + made) == (), odd
    assert holds(b"From boss@example.com Sun Nov 22 12:00:00 2026\r\n" + made)


def test_what_counts_for_nothing() -> None:
    faults = {
        "only a part is signed": signed(MAIL, length=True),
        "weak algorithm": signed(MAIL, signature_algorithm=b"rsa-sha1"),
        "body changed": signed(MAIL) + b"x",
        "the sender is not signed": signed(MAIL).replace(b"from", b"date"),
        "malformed": signed(MAIL).replace(b"v=1", b"v=2"),
    }
    assert {[one.fault for one in signatures(raw)][0]: raw for raw in faults.values()} == faults


def test_no_more_than_five_and_none_at_all() -> None:
    assert signatures(MAIL) == () and signatures(b"") == () and signatures(b"\r\n" * 100) == ()
    raw = MAIL
    for _ in range(9):
        raw = signed(raw)
    assert len(signatures(raw)) == 5


@pytest.mark.parametrize("line", [b"\r\n", b" \r\n", b" ", b"a\n", b"\r"])
def test_mails_made_to_take_long(line: bytes) -> None:
    head = signed(MAIL, canonicalize=(b"relaxed", b"relaxed")).partition(b"\r\n\r\n")[0]
    began = time.process_time()
    signatures(head + b"\r\n\r\n" + line * (4_000_000 // len(line)) + b"x")
    assert time.process_time() - began < 2
