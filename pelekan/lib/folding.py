"""One form for search: what people type and what was stored meet here. Never used for display.

`fold` makes letters alike: Unicode NFKC and case folding; ي ى ئ → ی, ك → ک, ة ۀ → ه, أ إ آ ٱ → ا,
ؤ → و; diacritics, tatweel, joiners and direction controls vanish; every decimal digit becomes ASCII.

Words are harder, since Persian writes one word three ways: می‌خواهم (zero-width non-joiner), میخواهم,
می خواهم. Index and query use one pair of functions and a stored text matches when
``all(any(word in index for word in group) for group in query_tokens(query))``, where
``index = fold_tokens(text)``:

* Bound particles (می نمی before; ها های تر ترین… after) are joined to their word on both sides, so the
  three forms become the same token: میخواهم. The bare word is indexed beside it (کتاب for کتاب‌ها).
* Other words with a non-joiner are indexed as parts and as a whole. Two neighbours with a space are
  indexed as a whole as well when one of them commonly forms compounds (… گیری, … سازی, بی …).
* A query of neighbours a b asks for (a or ab) and (b or ab), and so finds the joined spelling too.
* The Arabic article is optional: الكتاب is also indexed as, and also asks for, كتاب.

Not found: an open compound queried joined (پستخانه‌دار…) and stored with a plain space, when neither
part is in the lists below; finding it would need every pair of words in the index.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

ZWNJ = "\u200c"

_LETTERS = {
    "ي": "ی", "ى": "ی", "ې": "ی", "ۍ": "ی", "ے": "ی", "ك": "ک", "ڪ": "ک", "ە": "ه", "ہ": "ه", "ھ": "ه",
    "ة": "ه", "ۃ": "ه", "ٱ": "ا", "ء": "", "ـ": "", "،": ",", "؛": ";", "؟": "?", "٪": "%", "٫": ".",
    "٬": ",",
}  # fmt: skip
_MARKS = (
    (0x0300, 0x036F), (0x0591, 0x05BD), (0x05BF, 0x05C7), (0x0610, 0x061A), (0x064B, 0x065F),
    (0x0670, 0x0670), (0x06D6, 0x06DC), (0x06DF, 0x06E8), (0x06EA, 0x06ED), (0x08D3, 0x08FF),
    (0xFE00, 0xFE0F),
)  # fmt: skip


def _is_mark(char: str) -> bool:
    code = ord(char)
    return any(low <= code <= high for low, high in _MARKS)


def _fold_char(char: str) -> str:
    folded = []
    for part in unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold()):
        if _is_mark(part) or unicodedata.category(part) == "Cf":
            continue
        if part.isdecimal():
            part = str(unicodedata.decimal(part))
        folded.append(_LETTERS.get(part, part))
    return unicodedata.normalize("NFC", "".join(folded))


class _Folding(dict[int, str]):
    """A table for str.translate() that fills itself with the characters it meets."""

    def __missing__(self, code: int) -> str:
        self[code] = _fold_char(chr(code))
        return self[code]


_FOLDING = _Folding()
_FOLDING_WORDS = _Folding({ord(ZWNJ): ZWNJ})


def fold(text: str) -> str:
    """The text as search compares it. Spaces stay as they are; ZWNJ vanishes (می‌خواهم → میخواهم)."""
    return unicodedata.normalize("NFC", text.translate(_FOLDING))


def fold_with_places(text: str) -> tuple[str, list[int]]:
    """The text folded letter by letter, and for each letter of it the place in `text` where it comes from."""
    letters: list[str] = []
    origin: list[int] = []
    for i, char in enumerate(text):
        folded = _FOLDING[ord(char)]
        letters.append(folded)
        origin += [i] * len(folded)
    return "".join(letters), origin


# Particles that are never a word of their own beside their neighbour: joined at index and query time.
_BEFORE = frozenset(["می", "نمی", "همی"])
_AFTER = frozenset(
    "ها های هایی هایم هایت هایش هایمان هایتان هایشان تر ترین".split()  # noqa: SIM905
)
# Words that often are one half of a compound: the joined form is indexed in addition.
_BINDS_NEXT = frozenset("بی نا هم پیش پس باز غیر فرا ابر بر در نرم سخت تک چند دو پر کم خود".split())  # noqa: SIM905
_BINDS_BACK = frozenset(
    "ام ات اش ایم اید اند ای مان تان شان یی گیر گیری گذار گذاری ساز سازی پذیر پذیری کننده کنندگان شده نشده"  # noqa: SIM905
    " نامه خانه مند مندی گاه دار داری کار کاری گر گری رسان رسانی یاب یابی بند بندی پرداز پردازی افزار"
    " افزاری ریز ریزی کن کنی نویس نویسی شناس شناسی پسند آور اور آوری اوری ناپذیر فروش فروشی".split()
)
_WORD = re.compile(rf"[^\W_]+(?:{ZWNJ}+[^\W_]+)*")
_PLURAL = re.compile(r"(?:ها|های|هایی)$")


def _arabic(word: str) -> bool:
    return "\u0600" <= word[0] <= "\u06ff"


def _phrases(text: str) -> Iterator[list[tuple[str, bool]]]:
    """Runs of words with nothing but blanks between them: [(word, joined to the next by ZWNJ)]."""
    folded = unicodedata.normalize("NFC", text.translate(_FOLDING_WORDS))
    run: list[tuple[str, bool]] = []
    end = 0
    for match in _WORD.finditer(folded):
        gap = folded[end : match.start()]
        if run and (gap.strip(" \t" + ZWNJ) or not gap):
            yield run
            run = []
        parts = [part for part in match.group().split(ZWNJ) if part]
        run += [(part, i < len(parts) - 1) for i, part in enumerate(parts)]
        end = match.end()
    if run:
        yield run


def _bind_particles(run: list[tuple[str, bool]]) -> list[tuple[str, str, bool]]:
    """Join bound particles to their words: [(whole word, word without particle, ZWNJ follows)]."""
    bound: list[tuple[str, str, bool]] = []
    before = ""
    for position, (word, tied) in enumerate(run):
        if word in _BEFORE and position + 1 < len(run):
            before += word
        elif word in _AFTER and bound and not before and _arabic(bound[-1][0]):
            whole, bare, _ = bound[-1]
            bound[-1] = (whole + word, bare, tied)
        else:
            bound.append((before + word, word, tied))
            before = ""
    if before:
        bound.append((before, before, False))
    return bound


def _bare_forms(word: str) -> list[str]:
    """The word without Arabic article or Persian plural, where enough of it stays."""
    forms = []
    if word.startswith("ال") and len(word) >= 5:
        forms.append(word[2:])
    stem = _PLURAL.sub("", word)
    if stem != word and len(stem) >= 3:
        forms.append(stem)
    return forms


def fold_tokens(text: str) -> list[str]:
    """The words to put in the index for this text, in order; see the module's head for the rules."""
    tokens: list[str] = []
    for run in _phrases(text):
        words = _bind_particles(run)
        tied_run: list[tuple[str, str, bool]] = []
        for i, (whole, bare, tied) in enumerate(words):
            tokens.append(whole)
            if bare != whole:
                tokens.append(bare)
            tokens += [form for form in _bare_forms(whole) if form != bare]
            if tied:
                tied_run.append((whole, bare, tied))
            elif tied_run:
                tokens += _wholes([*tied_run, (whole, bare, tied)])
                tied_run = []
            if i and not words[i - 1][2] and _forms_compound(words[i - 1][0], whole, bare):
                tokens.append(words[i - 1][0] + whole)
                if bare != whole:
                    tokens.append(words[i - 1][0] + bare)
    return tokens


def _wholes(words: list[tuple[str, str, bool]]) -> list[str]:
    joined = "".join(whole for whole, _, _ in words)
    head = joined[: len(joined) - len(words[-1][0])]
    wholes = [joined] if words[-1][0] == words[-1][1] else [joined, head + words[-1][1]]
    if len(words) > 2:
        wholes += [left[0] + right[0] for left, right in pairwise(words)]
    return wholes


def _forms_compound(left: str, right: str, right_bare: str) -> bool:
    if not (_arabic(left) and _arabic(right)):
        return False
    return left in _BINDS_NEXT or right in _BINDS_BACK or right_bare in _BINDS_BACK


def query_tokens(text: str) -> list[tuple[str, ...]]:
    """What to ask of the index: every group must be met, by any one of its words."""
    groups: list[tuple[str, ...]] = []
    for run in _phrases(text):
        words = [whole for whole, _, _ in _bind_particles(run)]
        joins = [a + b if _arabic(a) and _arabic(b) else "" for a, b in pairwise(words)]
        everything = "".join(words) if 2 < len(words) <= 4 and all(map(_arabic, words)) else ""
        for i, word in enumerate(words):
            group = [word]
            if word.startswith("ال") and len(word) >= 5:
                group.append(word[2:])
            group += joins[max(i - 1, 0) : i + 1]
            group.append(everything)
            groups.append(tuple(dict.fromkeys(filter(None, group))))
    return list(dict.fromkeys(groups))


@lru_cache(maxsize=256)
def _hit_pattern(query: str) -> re.Pattern[str] | None:
    words = sorted({word for group in query_tokens(query) for word in group}, key=len, reverse=True)[:40]
    if not words:
        return None
    # The stored text may hold a space inside what was asked joined, hence " ?" between Arabic letters.
    forms = [" ?".join(w) if _arabic(w) and len(w) > 3 else re.escape(w) for w in words]
    return re.compile(rf"(?<![^\W_])(?:ال)?(?:{'|'.join(forms)})")


def highlight(text: str, query: str) -> list[tuple[str, bool]]:
    """The original text in pieces [(piece, is it a hit)]; joined again they are exactly the text."""
    pattern = _hit_pattern(query)
    if pattern is None or not text:
        return [(text, False)] if text else []
    letters, origin = fold_with_places(text)
    pieces: list[tuple[str, bool]] = []
    done = 0
    for match in pattern.finditer(letters):
        start, end = origin[match.start()], origin[match.end() - 1] + 1
        while end < len(text) and _is_mark(text[end]):
            end += 1
        if start < done:
            continue
        pieces += [(text[done:start], False), (text[start:end], True)]
        done = end
    pieces.append((text[done:], False))
    return [piece for piece in pieces if piece[0]]
