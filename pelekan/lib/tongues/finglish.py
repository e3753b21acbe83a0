"""Persian in Latin letters: «tamdid eshterak» for تمدید اشتراک. ★ pure.

Everybody spells it his own way, so no table turns it into Persian. Both sides are brought to the consonants that are heard
(`heard`, `skeletons`), where they meet; among the words that meet, `far` says which one is spelled most like it.
"""

from __future__ import annotations

import re

_LETTERS = {
    "ا": "a", "آ": "a", "ب": "b", "پ": "p", "ت": "t", "ث": "s", "ج": "j", "چ": "ch", "ح": "h", "خ": "kh", "د": "d", "ذ": "z",
    "ر": "r", "ز": "z", "ژ": "zh", "س": "s", "ش": "sh", "ص": "s", "ض": "z", "ط": "t", "ظ": "z", "ع": "a", "غ": "gh", "ف": "f",
    "ق": "gh", "ک": "k", "گ": "g", "ل": "l", "م": "m", "ن": "n", "و": "v", "ه": "h", "ی": "y", "ئ": "y", "ؤ": "v",
}  # fmt: skip
_SOFT = "ویئؤ"
_PERSIAN = re.compile(f"[{''.join(_LETTERS)}]+")
_CONSONANTS = str.maketrans(
    {
        char: "" if heard == "a" else heard.upper() if char in _SOFT else heard
        for char, heard in _LETTERS.items()
    }
)
_EITHER = re.compile("([VY])")
_LATIN = [
    ("ph", "f"),
    ("ck", "k"),
    ("q", "gh"),
    ("x", "ks"),
    ("w", "v"),
    ("'", ""),
    ("dj", "j"),
    ("ts", "ts"),
]
_C = re.compile(r"c(?!h)")
_VOWELS = re.compile(r"[aeiou]+")
_TWICE = re.compile(r"(.)\1+")


def latin(text: str) -> bool:
    """May it be Persian in Latin letters?"""
    return len(text) >= 3 and text.isascii() and text.isalpha()


def heard(word: str) -> tuple[str, ...]:
    """The consonants of a Latin word; a few ways where letters are ambiguous."""
    plain = word.lower()
    for one, other in _LATIN:
        plain = plain.replace(one, other)
    plain = _C.sub("k", plain)
    bare = _TWICE.sub(r"\1", _VOWELS.sub("", plain))
    forms = {bare, bare.replace("y", "")}
    if bare.endswith("h"):  # shomareh, shomare
        forms.add(bare[:-1])
    return tuple(sorted(form for form in forms if len(form) >= 2))


def skeletons(word: str) -> tuple[str, ...]:
    """The consonants of a Persian word, folded; و and ی inside may be consonants or vowels (the first three of them are asked
    both ways, further ones are taken for vowels), ه at the end is mute or not."""
    if not _PERSIAN.fullmatch(word):
        return ()
    bare = word.translate(_CONSONANTS)
    if bare[:1] in ("V", "Y") and word[0] in _SOFT:
        bare = bare[0].lower() + bare[1:]
    first, *others = _EITHER.split(bare)
    forms = {first}
    for place in range(0, len(others), 2):
        letter, rest = others[place].lower(), others[place + 1]
        ways = ("", letter) if place < 6 else ("",)
        forms = {form + way + rest for form in forms for way in ways}
    if word[-1] == "ه" and len(word) > 1:
        forms |= {form[:-1] for form in forms}
    return tuple(sorted({_TWICE.sub(r"\1", form) for form in forms if len(form) >= 2}))


def far(typed: str, word: str) -> int:
    """How differently `typed` is spelled from the Persian `word`, vowels counted: 0 is the same."""
    spelled = "".join(
        {"و": "o" if place else "v", "ی": "i" if place else "y"}.get(char, _LETTERS.get(char, char))
        for place, char in enumerate(word)
    )
    plain = (
        typed.lower()
        .replace("q", "gh")
        .replace("u", "o")
        .replace("oo", "o")
        .replace("ee", "i")
        .replace("aa", "a")
    )
    # what Persian does not write costs little: e is never written, a mostly not
    return _edits(re.sub("[e]", "", plain), spelled)


def _edits(one: str, other: str) -> int:
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (a != b))
    return row[-1]
