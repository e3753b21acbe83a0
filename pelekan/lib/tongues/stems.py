"""Light stems of folded words: what is left of a word when the endings and beginnings that only bend it are taken off.

★ pure. Small on purpose: a stem needs not be a word, it only has to be the same for the forms of one word. Whatever these
rules miss the pieces of words (`words.grams`) bring near again. Words arrive folded (`lib.folding.fold`): ی ک ه ا.
"""

from __future__ import annotations

from functools import lru_cache

_AR_BEFORE = ("وبال", "وال", "بال", "کال", "فال", "ولل", "لل", "ال")
_AR_AFTER = (
    "هما", "تما", "کما", "تنا", "تها", "تهم", "تکم", "تی", "تک", "تان", "تین", "ها", "ان", "ات", "ون", "ین", "هم", "هن", "کم", "نا", "وا", "یه", "ته", "ه", "ی", "ا",
)  # fmt: skip
_FA_AFTER = (
    "هایشان", "هایمان", "هایتان", "هایی", "های", "هایم", "هایت", "هایش", "ها", "ترین", "تری", "تر", "شان", "مان", "تان",
    "ایم", "اید", "اند", "ند", "یم", "ید", "ای", "یی", "ات", "ان", "ام", "اش", "م", "ش", "ت", "ی",
)  # fmt: skip
_EN_AFTER = (
    ("ies", "y"),
    ("ss", "ss"), ("sses", "ss"), ("ing", ""), ("edly", ""), ("ed", ""), ("ly", ""), ("es", ""), ("s", ""), ("e", ""),
)  # fmt: skip


def stem(word: str, language: str) -> str:
    """The stem of a folded word. Its letters say whether it is English; Arabic and Persian are told apart by `language`,
    the language of the text that it stands in."""
    if word[0] <= "\u024f":
        return english(word)
    return arabic(word) if language == "ar" else persian(word)


@lru_cache(200_000)
def arabic(word: str) -> str:
    """Article and one-letter particles before, endings of number, person and possession after; three letters stay."""
    for before in _AR_BEFORE:
        if word.startswith(before) and len(word) - len(before) >= 3:
            word = word[len(before) :]
            break
    else:
        if word[0] in "وفبلک" and len(word) >= 5:
            word = word[1:]
    for after in _AR_AFTER:
        if word.endswith(after) and len(word) - len(after) >= 3:
            return word[: -len(after)]
    return word


@lru_cache(200_000)
def persian(word: str) -> str:
    """می and نمی before verbs; plural, comparison, person and possession after, twice, since they stand one behind the other
    and «سفارش» itself ends like «کتابش»; three letters stay."""
    if word.startswith(("نمی", "می")) and len(word) >= 6:
        word = word[3:] if word[0] == "ن" else word[2:]
    return _persian_end(_persian_end(word))


def _persian_end(word: str) -> str:
    for after in _FA_AFTER:
        if word.endswith(after) and len(word) - len(after) >= 3:
            return word[: -len(after)]
    return word


@lru_cache(200_000)
def english(word: str) -> str:
    """Plural, -ing, -ed, -ly and a mute e; three letters stay. Numbers and mixed codes are left alone."""
    if not word.isalpha():
        return word
    for after, instead in _EN_AFTER:
        if word.endswith(after) and len(word) - len(after) + len(instead) >= 3:
            return word[: -len(after)] + instead
    return word
