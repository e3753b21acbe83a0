"""A cheap guess at the language of a few words: by their letters, then by the commonest words."""

from __future__ import annotations

import re
from collections import Counter

_WORD = re.compile(r"[^\W\d_]+(?:['’\u200c][^\W\d_]+)*")

_SCRIPTS = (  # (first, last, language that its letters suggest); the first range that holds a letter counts
    (0x0400, 0x052F, "ru"), (0x0370, 0x03FF, "el"), (0x0590, 0x05FF, "he"), (0x0900, 0x097F, "hi"),
    (0x0980, 0x09FF, "bn"), (0x0E00, 0x0E7F, "th"), (0x10A0, 0x10FF, "ka"), (0x0530, 0x058F, "hy"),
    (0x3040, 0x30FF, "ja"), (0xAC00, 0xD7AF, "ko"), (0x4E00, 0x9FFF, "zh"),
)  # fmt: skip

# Letters that only one of the languages uses. ي and ك also come from old Persian keyboards: weak signs.
_LETTER_SIGNS = {
    "fa": {"پ": 3, "چ": 3, "ژ": 3, "گ": 3, "ک": 2, "ی": 2},
    "ar": {"ة": 3, "ى": 3, "أ": 2, "إ": 3, "ي": 1, "ك": 1, "ؤ": 1},
    "ur": {"ٹ": 4, "ڈ": 4, "ڑ": 4, "ں": 4, "ے": 4, "ہ": 4, "ھ": 4},
    "ckb": {"ێ": 4, "ۆ": 4, "ڵ": 4, "ڕ": 4, "ە": 3, "ڤ": 4},
}

_COMMON = {
    "fa": """از به در با که را این آن است برای من ما شما تا هم یا اما اگر چه چرا کجا کی چطور چگونه چند کدام
        بود شد شده شود باشد کنم کنید کن کرد کرده کنه دارم دارد داره ندارد هست نیست می نمی ها های خود هر همه دیگر
        لطفا سلام ممنون ولی پس روی یک دو بعد قبل الان امروز فردا دیروز بده بگو چیه توی واسه میشه نمیشه""",
    "ar": """من في على إلى عن مع هذا هذه ذلك التي الذي الى أن إن لا ما لم لن هل كيف متى أين لماذا ماذا كم كان
        كانت يكون هو هي أنا انا نحن أنت انت قد كل بعد قبل عند لدي لديك بي لي لك يمكن يمكنني أريد اريد بدي شو ليش
        وين كيفك مرحبا شكرا السلام عليكم من فضلك اذا إذا حتى أو او ثم بين غير اليوم لو ليه مش حسابي بطاقتي""",
    "en": """the a an of to in on is are was i my me you your it we be and or not for with this that can how what
        when why where do does did have has will would please hello hi no yes if from at as by need want get there""",
    "de": "der die das und ist nicht ich sie ein eine zu mit auf für wir bitte haben wie den von kann mein",
    "fr": "le la les des et est pas je vous un une pour avec sur que nous dans mon bonjour merci du au ce",
    "es": "el los las y es no por para con una que mi se de del como hola gracias en puedo su pero lo",
    "tr": "ve bir bu için ile ne nasıl ben değil var yok mı mi lütfen merhaba çok da de olarak benim",
}
_COMMON_WORDS: dict[str, frozenset[str]] = {lang: frozenset(words.split()) for lang, words in _COMMON.items()}
RIGHT_TO_LEFT = frozenset(
    ["fa", "ar", "he", "ur", "ckb"]
)  # languages of `language()` that run from the right
_ARABIC_SCRIPT = ("fa", "ar", "ur", "ckb")
_LATIN = ("en", "de", "fr", "es", "tr")


def language(text: str) -> str:
    """The likely language as a short code ("fa", "ar", "en", …); "" when the text has no letters.

    Looks at the first 2,000 characters. Latin letters without a sign of another language count as English.
    """
    words = [word.lower() for word in _WORD.findall(text[:2000])]
    scripts = Counter(_script(letter) for word in words for letter in word)
    if not scripts:
        return ""
    script = scripts.most_common(1)[0][0]
    if script == "zh" and scripts["ja"]:
        return "ja"
    if script == "latin":
        return _best(words, _LATIN, "en")
    if script == "arabic":
        return _best([word for word in words if _script(word[0]) == "arabic"], _ARABIC_SCRIPT, "fa")
    return script


def _script(letter: str) -> str:
    code = ord(letter)
    if code < 0x0250 or 0x1E00 <= code <= 0x1EFF:
        return "latin"
    if 0x0600 <= code <= 0x06FF or 0x0750 <= code <= 0x077F or 0xFB50 <= code <= 0xFEFF:
        return "arabic"
    for first, last, language_of_script in _SCRIPTS:
        if first <= code <= last:
            return language_of_script
    return "latin"


def _best(words: list[str], languages: tuple[str, ...], otherwise: str) -> str:
    scores = dict.fromkeys(languages, 0)
    for word in words:
        for lang in languages:
            if word in _COMMON_WORDS.get(lang, ()):
                scores[lang] += 4
        if "ar" in scores and len(word) > 3 and (word.startswith(("ال", "وال", "بال", "لل"))):
            scores["ar"] += 3
        if "fa" in scores and word.startswith(("می‌", "نمی‌")):
            scores["fa"] += 4
    if languages is _ARABIC_SCRIPT:
        letters = Counter("".join(words))
        for lang, signs in _LETTER_SIGNS.items():
            scores[lang] += sum(weight * letters[letter] for letter, weight in signs.items())
    top = max(scores.values())
    return otherwise if scores[otherwise] == top else max(languages, key=lambda lang: scores[lang])
