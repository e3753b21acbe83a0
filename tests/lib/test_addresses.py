import pytest
from hypothesis import given
from hypothesis import strategies as st

from pelekan.lib.addresses import domain_of, is_address, looks_alike, normal_address, show_address


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        (" Sara@Example.COM ", "sara@example.com"),
        ("<sara@example.com>", "sara@example.com"),
        ("mailto:sara@example.com", "sara@example.com"),
        ("\u200esara@example.com\u202c", "sara@example.com"),
        ("sara۱۲@example.com", "sara12@example.com"),
        ("sara+shop@mail.example.com.", "sara+shop@mail.example.com"),
        ("sara@مثال.ایران", "sara@xn--mgbh0fb.xn--mgba3a4f16a"),
        ("o'brien@example.org", "o'brien@example.org"),
        ("سارا@example.com", "سارا@example.com"),
    ],
)
def test_one_stored_form(text, stored):
    assert normal_address(text) == stored
    assert normal_address(stored) == stored


@pytest.mark.parametrize(
    "text",
    [
        "", "sara", "sara@", "@example.com", "sara@localhost", "a b@example.com", "a@b@example.com", "a..b@example.com",
        ".a@example.com", "a@-example.com", "a@exa_mple.com", "a@127.0.0.1", "a@[127.0.0.1]", "a@example..com",
        "sara@example.com\r\nBcc: x@example.org", "a" * 65 + "@example.com", "a@" + "b" * 64 + ".com",
        "sa\u200bra@example.com", '"a b"@example.com', "a@example.com, b@example.com", "a<b@example.com>",
    ],
)  # fmt: skip
def test_what_is_no_address_says_how_to_write_one(text):
    assert not is_address(text)
    with pytest.raises(ValueError, match="like name@example.com"):
        normal_address(text)


@given(st.text())
def test_normal_is_final(text):
    if is_address(text):
        assert normal_address(normal_address(text)) == normal_address(text)


def test_domains():
    assert domain_of("sara@example.com") == "example.com"
    assert show_address("sara@xn--mgbh0fb.xn--mgba3a4f16a") == "sara@مثال.ایران"
    assert show_address("sara@example.com") == "sara@example.com"


def test_look_alikes_get_a_mark():
    for text in ("billing@p\u0430ypal.example", "\u0430dmin@example.com", "x@\u0441\u043e\u0440.example"):
        stored = normal_address(text)
        assert looks_alike(stored)
        assert show_address(stored) == stored
    for text in ("sara@example.com", "sara@مثال.ایران", "иван@почта.example", "山田@日本.example"):
        assert not looks_alike(normal_address(text))
