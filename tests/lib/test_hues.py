"""The house's colour: whatever it is, words in it and on it can be read."""

from __future__ import annotations

import itertools

import pytest

from pelekan.lib import hues

GROUND = ("#ffffff", "#1c1a18")


def test_every_colour_is_read_by_day_and_by_night() -> None:
    for red, green, blue in itertools.product(range(0, 256, 51), repeat=3):
        shades = hues.shades(f"#{red:02x}{green:02x}{blue:02x}")
        for time in (0, 1):
            day = {name: both[time] for name, both in shades.items()}
            assert hues.contrast(day["accent"], day["on-accent"]) >= 4.5
            assert hues.contrast(day["accent-strong"], day["on-accent"]) >= 4.5
            assert hues.contrast(day["accent-ink"], GROUND[time]) >= 4.5
            assert hues.contrast(day["accent-ink"], day["accent-soft"]) >= 4.5
            assert hues.contrast(day["accent"], GROUND[time]) >= 3  # marks and frames


def test_a_colour_keeps_its_hue() -> None:
    red, green, blue = (hues.shades(one)["accent"][0] for one in ("#ff0000", "#00ff00", "#0000ff"))
    assert int(red[1:3], 16) > int(red[3:5], 16) and int(green[3:5], 16) > int(green[1:3], 16)
    assert int(blue[5:7], 16) > int(blue[1:3], 16)
    grey = hues.shades("#808080")["accent"][0]
    assert (
        max(int(grey[at : at + 2], 16) for at in (1, 3, 5))
        - min(int(grey[at : at + 2], 16) for at in (1, 3, 5))
        < 4
    )


@pytest.mark.parametrize(
    ("typed", "read"), [("#7C3AED", "#7c3aed"), (" 7c3aed ", "#7c3aed"), ("#fa0", "#ffaa00")]
)
def test_colours_as_people_write_them(typed: str, read: str) -> None:
    assert hues.read(typed) == read


@pytest.mark.parametrize("typed", ["teal", "#12345", "#1234567", "url(x)", "#7c3aed}*{"])
def test_no_colour(typed: str) -> None:
    with pytest.raises(ValueError):
        hues.read(typed)


def test_contrast_as_in_wcag() -> None:
    assert (
        hues.contrast("#000000", "#ffffff") == pytest.approx(21) and hues.contrast("#777777", "#777777") == 1
    )
