"""★ A house's own colour as the shades that pages are drawn in: its hue, in the lightness in which text on it and beside it
can be read, by day and by night.

Oklab and its numbers: Björn Ottosson, https://bottosson.github.io/posts/oklab/ (2020). Contrast: WCAG 2.2, 1.4.3.
"""

from __future__ import annotations

import math
import re

_HEX = re.compile(r"#?([0-9a-fA-F]{6}|[0-9a-fA-F]{3})")
SHADES: dict[str, tuple[tuple[float, float], tuple[float, float]]] = {
    # name → (lightness, most chroma) by day and by night, as in tokens.css
    "accent": ((0.5, 0.16), (0.76, 0.13)),
    "accent-strong": ((0.435, 0.15), (0.82, 0.12)),
    "accent-ink": ((0.44, 0.15), (0.82, 0.12)),
    "accent-soft": ((0.945, 0.03), (0.3, 0.05)),
    "accent-line": ((0.82, 0.07), (0.44, 0.08)),
    "on-accent": ((0.995, 0.005), (0.18, 0.03)),
}


def read(text: str) -> str:
    """ "#rrggbb" of a colour as people write it: with # or without, three digits or six. ValueError for anything else."""
    found = _HEX.fullmatch(text.strip())
    if not found:
        raise ValueError(text)
    digits = found[1].lower()
    return "#" + (digits if len(digits) == 6 else "".join(one * 2 for one in digits))


def shades(colour: str) -> dict[str, tuple[str, str]]:
    """Name of a shade → ("#rrggbb" by day, by night), for a colour "#rrggbb"."""
    _light, chroma, hue = _lch(_linear(colour))
    return {
        name: (_shade(day[0], min(chroma, day[1]), hue), _shade(night[0], min(chroma, night[1]), hue))
        for name, (day, night) in SHADES.items()
    }


def contrast(one: str, other: str) -> float:
    """How well one colour is read on the other: 1 (not at all) to 21."""
    first, second = sorted((_luminance(one), _luminance(other)))
    return (second + 0.05) / (first + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(colour: str) -> tuple[float, float, float]:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return red, green, blue


def _lch(linear: tuple[float, float, float]) -> tuple[float, float, float]:
    """Lightness, chroma and hue (radians) of linear sRGB."""
    red, green, blue = linear
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        math.hypot(a, b),
        math.atan2(b, a),
    )


def _shade(light: float, chroma: float, hue: float) -> str:
    """As colourful as asked for, or as screens can show it in this lightness."""
    while chroma > 0.002 and not _shown(_of_lch(light, chroma, hue)):
        chroma *= 0.95
    found = _of_lch(light, chroma, hue)
    return "#" + "".join(f"{round(255 * _curved(min(1.0, max(0.0, one)))):02x}" for one in found)


def _of_lch(light: float, chroma: float, hue: float) -> tuple[float, float, float]:
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def _shown(linear: tuple[float, float, float]) -> bool:
    return all(-0.0005 <= one <= 1.0005 for one in linear)


def _curved(linear: float) -> float:
    return 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055
