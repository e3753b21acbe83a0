"""★ What a pack may hold and which links are links."""

from __future__ import annotations

import pytest

from pelekan.tickets.packs.fields import BadLink, cleaned, issue_url, lines, missing, wanted


def test_a_list_has_one_entry_a_line() -> None:
    assert lines("- restarted\n\n• cleared the cache\nrestarted \n") == ["restarted", "cleared the cache"]
    assert lines(["a", " ", "b\nc"]) == ["a", "b c"]
    assert len(lines("\n".join(str(n) for n in range(99)))) == 30


def test_what_is_missing_is_said_in_order() -> None:
    values = cleaned({"problem": " Nothing loads ", "tried": "", "version": "7.2"})
    assert missing(values, ["version", "tried", "problem", "reproduction"]) == ("tried", "reproduction")
    assert missing(values, []) == ()
    assert wanted(["issue", "nonsense", "problem"]) == ("problem", "issue")


@pytest.mark.parametrize(
    ("typed", "kept", "host"),
    [
        ("https://git.example.org/shop/issues/7", "https://git.example.org/shop/issues/7", "git.example.org"),
        (" HTTPS://Git.Example.ORG:8443/i?id=3#c9 ", "https://git.example.org:8443/i?id=3#c9", "git.example.org:8443"),
        ("http://tracker/T-5", "http://tracker/T-5", "tracker"),
        ("https://tracker.example.test", "https://tracker.example.test/", "tracker.example.test"),
    ],
)  # fmt: skip
def test_an_issue_is_a_web_address(typed: str, kept: str, host: str) -> None:
    assert issue_url(typed) == (kept, host)


@pytest.mark.parametrize(
    "typed",
    [
        "", "T-5", "javascript:alert(1)", "data:text/html,x", "ftp://example.org/x", "//example.org/x",
        "https://git.example.org@evil.test/x", "https://a:b@example.org/", "https://exa mple.org/", "https://", "https:///x",
        "https://example.org/\u202egnp.exe", "https://example.org:99999/", "https://[::1/", "https://exämple.org/",
        'https://example.org/"onclick=1', "https://example.org/" + "x" * 500, "java\nscript:alert(1)",
    ],
)  # fmt: skip
def test_anything_else_is_none(typed: str) -> None:
    with pytest.raises(BadLink):
        issue_url(typed)
