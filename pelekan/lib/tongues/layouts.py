"""Typed with the wrong keyboard: what the same keys give on another one. ★ pure.

English QWERTY, Persian (ISIRI 9147, and the older Windows one, which has ئ where the standard has پ) and Arabic (101).
"""

from __future__ import annotations

_KEYS = "`qwertyuiop[]asdfghjkl;'zxcvbnm,./\\"
_PERSIAN = "پ ض ص ث ق ف غ ع ه خ ح ج چ ش س ی ب ل ا ت ن م ک گ ظ ط ز ر ذ د پ و . / پ".split()  # noqa: SIM905
_PERSIAN_OLD = "پ ض ص ث ق ف غ ع ه خ ح ج چ ش س ی ب ل ا ت ن م ک گ ظ ط ز ر ذ د ئ و . / پ".split()  # noqa: SIM905
_ARABIC = "ذ ض ص ث ق ف غ ع ه خ ح ج د ش س ي ب ل ا ت ن م ك ط ئ ء ؤ ر لا ى ة و ز ظ \\".split()  # noqa: SIM905

_SHIFTED_PERSIAN = {
    "H": "آ",
    "C": "ژ",
    "M": "ء",
    "V": "ؤ",
    "N": "أ",
    "B": "إ",
    "G": "ۀ",
    "J": "ة",
    "D": "ي",
    '"': "گ",
    ":": "ک",
}
_SHIFTED_ARABIC = {"H": "أ", "Y": "إ", "N": "آ", "G": "لأ", "T": "لإ", "B": "لآ", '"': "ط", ":": "ك"}


def _table(letters: list[str], shifted: dict[str, str]) -> dict[int, str]:
    plain = dict(zip(_KEYS, letters, strict=True))
    upper = {key.upper(): letter for key, letter in plain.items() if key.isalpha()}
    return str.maketrans({**plain, **upper, **shifted})


def _back(letters: list[str]) -> dict[int, str]:
    alike = {"ی": "يىی", "ک": "كک", "ي": "يىی", "ك": "كک"}
    return {
        ord(form): key
        for key, letter in reversed(list(zip(_KEYS, letters, strict=True)))
        if len(letter) == 1 and letter not in "./\\"
        for form in alike.get(letter, letter)
    }


_TO = {
    "fa": (_table(_PERSIAN, _SHIFTED_PERSIAN), _table(_PERSIAN_OLD, _SHIFTED_PERSIAN)),
    "ar": (_table(_ARABIC, _SHIFTED_ARABIC),),
}
_FROM = {"fa": (_back(_PERSIAN), _back(_PERSIAN_OLD)), "ar": (_back(_ARABIC),)}


def others(text: str) -> list[tuple[str, str]]:
    """What may have been meant: [(language, text)], without `text` itself. Latin letters become Persian and Arabic ones;
    Persian or Arabic letters become Latin ones."""
    found: list[tuple[str, str]] = []
    if any("a" <= char.lower() <= "z" for char in text):
        found += [(language, text.translate(table)) for language, tables in _TO.items() for table in tables]
    if any("\u0600" <= char <= "\u06ff" for char in text):
        for language, tables in _FROM.items():
            whole = text.replace("لا", "b") if language == "ar" else text
            found += [("en", whole.translate(table)) for table in tables]
    return [one for one in dict.fromkeys(found) if one[1] != text]
