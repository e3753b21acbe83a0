"""What went wrong, in the reader's words."""

from __future__ import annotations

import pytest
from django.utils import translation

from pelekan.channels.faults import REASONS, fault, in_words


@pytest.mark.parametrize("reason", REASONS)
def test_a_bounce_says_why_in_words_and_keeps_the_code(reason: str) -> None:
    stored = fault("bounced", recipient="a@example.com", detail=f"5.1.1 {reason}")
    with translation.override("en"):
        told = in_words(stored)
        assert told == f"It came back from a@example.com: {REASONS[reason]} (⁦5.1.1⁩)"
        assert (
            in_words(fault("bounced", recipient="a", detail=reason))
            == f"It came back from a: {REASONS[reason]}"
        )


def test_what_a_server_said_stays_as_it_is() -> None:
    with translation.override("en"):
        assert in_words(fault("refused", detail="550 5.7.1 we know you")).endswith("550 5.7.1 we know you")


def test_sizes_bear_the_digits_of_the_reader() -> None:
    stored = fault("too_large", size=64.0, limit=40)
    with translation.override("fa"):
        assert "۶۴ " in in_words(stored) and "۴۰" in in_words(stored)
    with translation.override("en"):
        assert "64 MB" in in_words(stored)
