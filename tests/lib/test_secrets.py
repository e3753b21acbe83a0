from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pelekan.lib.secrets import (
    digest,
    new_token,
    open_sealed,
    same,
    seal,
    sign,
    sign_until,
    verify,
    verify_until,
)

KEY = "k" * 50
OTHER = "o" * 50
NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)


def test_tokens_are_long_and_never_alike():
    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert all(len(token) == 32 and token.isalnum() and token == token.lower() for token in tokens)
    assert len(digest(tokens.pop())) == 64


def test_same():
    assert same("رمز", "رمز")
    assert not same("رمز", "رمز ")


@given(st.text(), st.integers(16, 51))
def test_a_signature_is_good_for_its_subject_purpose_key_and_length_only(subject, length):
    signature = sign("mail-reply", subject, KEY, length)
    assert len(signature) == length
    assert verify("mail-reply", subject, signature, KEY, length)
    assert verify("mail-reply", subject, signature.upper(), KEY, length)
    assert not verify("mail-reply", subject + "1", signature, KEY, length)
    assert not verify("stream", subject, signature, KEY, length)
    assert not verify("mail-reply", subject, signature, OTHER, length)
    assert not verify("mail-reply", subject, signature[:-1], KEY, length)
    assert not verify("mail-reply", subject, signature + "a", KEY, length)
    assert not verify("mail-reply", subject, "", KEY, length)
    assert not verify("mail-reply", subject, "\ud800" * length, KEY, length)


def test_signatures_too_short_and_keys_too_short_are_refused():
    with pytest.raises(ValueError, match="guessed"):
        sign("mail-reply", "1", KEY, 8)
    with pytest.raises(ValueError, match="at least 32"):
        sign("mail-reply", "1", "short")


def test_links_end():
    signed = sign_until("attachment", "7", NOON, KEY)
    before = NOON - timedelta(seconds=1)
    assert verify_until("attachment", "7", signed, KEY, before)
    assert not verify_until("attachment", "7", signed, KEY, NOON)
    assert not verify_until("attachment", "8", signed, KEY, before)
    later = sign_until("attachment", "7", NOON + timedelta(days=9), KEY).partition(".")[0]
    assert not verify_until("attachment", "7", later + "." + signed.partition(".")[2], KEY, NOON)
    for bad in ("", ".", "x.y", signed + ".", "۱" + signed):
        assert not verify_until("attachment", "7", bad, KEY, before)


@given(st.text())
def test_sealed_secrets_open_with_their_key_only(text):
    sealed = seal(text, KEY)
    assert open_sealed(sealed, KEY) == text
    with pytest.raises(ValueError, match="former key"):
        open_sealed(sealed, OTHER)


def test_sealed_text_shows_nothing_and_no_change():
    assert "hunter" not in seal("hunter", KEY)
    assert seal("hunter", KEY) != seal("hunter", KEY)
    with pytest.raises(ValueError, match="enter the secret anew"):
        open_sealed("سلام", KEY)
