"""★ What a question is about: its words without endings, in order, so that many ways of asking meet.

Three rules, the same each time: letters are folded (`lib.folding`), words that say nothing fall away (چطور, كيف, how), and
endings that only bend a word are cut while at least three letters stay. «تمدید اشتراک‌ها» and «اشتراک را چطور تمدید کنم» are
both «اشتراک تمدید».
"""

from __future__ import annotations

import re

from pelekan.lib.folding import fold

MOST = 8  # stems of one question; what comes after them rarely says more
LENGTH = 200

_NOTHING = frozenset(
    fold(
        # Persian
        "از به با بر در تا را و یا که این آن یک من ما شما او آنها برای چه چی چرا چگونه چطور چطوری کجا کی آیا هم نیز باید"
        " می نمی است نیست هست بود شد شده شدن کرد کردن کنم کنیم کنید کند کردم میکنم کنه نشد نمیشه میشه میشود دارم دارد داره"
        " ندارم ندارد لطفا سلام خواهش میخواهم خواهم چند ها های هنوز ولی اگر روی پس بعد قبل"
        # Arabic
        " من في على الى إلى عن مع هل كيف ما ماذا لماذا متى اين أين هذا هذه ذلك التي الذي لا لم لن قد أن إن كان يكون هو هي"
        " انا أنا نحن يمكن يمكنني اريد أريد استطيع أستطيع لا يمكنني مرحبا السلام عليكم رجاء او أو ثم بعد قبل"
        # English
        " a an the of to in on at for from by with and or is are was be been do does did i my me we our you your it its this"
        " that how what why when where which who can could will would should not no get have has please hello hi if as am im"
        " cant dont about"
    ).split()
)
_ENDINGS = (
    "هایمان", "هایتان", "هایشان", "هایم", "هایت", "هایش", "هایی", "های", "ها", "ترین", "تر", "مان", "تان", "شان", "ات", "ان",
    "ون", "ام", "اش", "ی", "ه",
)  # fmt: skip
_ENGLISH = ("ations", "ation", "ments", "ment", "ings", "ing", "ies", "ied", "ed", "es", "al", "s", "y", "e")
_WORD = re.compile(r"[^\W_]+")


def stems(text: str) -> tuple[str, ...]:
    """The stems of a text, each once, in the order of letters; () for one that says nothing."""
    words = [word for word in _WORD.findall(fold(text)) if word not in _NOTHING and not word.isdigit()]
    return tuple(sorted({stem(word) for word in words[: MOST * 2]})[:MOST])


def stem(word: str) -> str:
    """A folded word without article and ending."""
    if "a" <= word[0] <= "z":
        return _cut(word, _ENGLISH)
    if len(word) > 4 and word.startswith("ال"):
        word = word[2:]
    return _cut(word, _ENDINGS)


def _cut(word: str, endings: tuple[str, ...]) -> str:
    for ending in endings:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def key_of(text: str) -> str:
    """The same for questions about the same; the folded words where no stem is left, "" for signs alone."""
    found = stems(text)
    if not found:
        found = tuple(_WORD.findall(fold(text)))[:MOST]
    return " ".join(found)[:LENGTH]


def alike(one: frozenset[str], other: frozenset[str]) -> float:
    """How much two sets of stems have in common: 0 to 1."""
    return len(one & other) / len(one | other) if one and other else 0.0
