"""★ What a customer and an agent wrote, without what could tell who they are. Persian, Arabic and English.

It takes out what has a shape (addresses, phones, numbers of accounts, cards, orders, links), the names that are known,
and names where a language says that one follows ("my name is", «جناب آقای», «السيد»). It is a first pass: a person reads
every text before others see it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from pelekan.lib.folding import fold, fold_with_places

SIGNS = {
    "name": {"fa": "[نام]", "ar": "[الاسم]", "en": "[name]"},
    "mail": {"fa": "[ایمیل]", "ar": "[البريد]", "en": "[e-mail]"},
    "link": {"fa": "[پیوند]", "ar": "[رابط]", "en": "[link]"},
    "number": {"fa": "[شماره]", "ar": "[رقم]", "en": "[number]"},
    "address": {"fa": "[نشانی]", "ar": "[العنوان]", "en": "[address]"},
    "amount": {"fa": "[مبلغ]", "ar": "[المبلغ]", "en": "[amount]"},
}
_MONEY = (
    r"تومان|تومن|ریال|ريال|دینار|دينار|درهم|جنيه|دلار|دولار|یورو|يورو|USD|EUR|IRR|IRT|SAR|AED|dollars?|euros?"
)
_FIGURE = r"\d[\d.,٬،٫'\u00a0]*"
_SHAPES = re.compile(
    rf"""
    (?P<mail>[^\s@<>()،,;:]{{1,64}}@[^\s@<>()،,;]{{1,255}}\.[^\s@<>()،,;.]{{2,24}})
    |(?P<link>(?:https?://|www\.)\S+)
    |(?P<amount>[$€£]\s?{_FIGURE}|{_FIGURE}(?:\s*(?:هزار|میلیون|مليون|ألف|thousand|million))?\s*(?:{_MONEY})\b)
    |(?P<handle>(?<!\w)@[A-Za-z]\w{{3,31}})
    |(?P<number>(?<!\w)(?:IR|[A-Z]{{2}})\d{{2}}[\s\-]?(?:\d[\s\-]?){{10,28}}\d
        |(?<!\w)[+#№]?\(?\d[\d\s\-./()]{{3,}}\d(?!\w)
        |(?<!\w)\#\d+
        |(?<!\w)[A-Za-z]{{1,8}}[-_/]?\d[\w\-/]{{2,}}
        |(?<!\w)(?=[\w\-]*\d)(?=[\w\-]*[A-Za-z])[A-Za-z0-9_\-]{{16,}})
    """,
    re.VERBOSE | re.IGNORECASE,
)
_W = r"[^\W\d_]+(?:\u200c[^\W\d_]+)*"  # a word of letters
_LATIN = r"[A-Z][a-zA-Z'’\-]+"
_FOLLOWS = [
    re.compile(rf"(?:جناب\s+آقای|سرکار\s+خانم|آقای|آقا|خانم|مهندس|دکتر)\s+(?P<name>{_W}(?:\s+{_W})?)(?=[\s،,.!؟:)]|$)"),
    re.compile(rf"(?:اسم|نام)\s*(?:و\s*نام\s*خانوادگی)?\s*(?:من|بنده|م)?\s*:?\s+(?P<name>{_W}(?:\s+{_W})?)\s+(?:است|هست|می‌باشد)"),
    re.compile(rf"(?:^|[\s،,.])من\s+(?P<name>{_W}(?:\s+{_W})?)\s+هستم"),
    re.compile(rf"(?:^|[\n،,.])\s*(?P<name>{_W}(?:\s+{_W})?)\s+هستم"),
    re.compile(rf"(?<!\w)(?!(?:مشتری|کاربر|همکار|دوست|همراه|همکاران|دوستان|مشترک)\s)(?P<name>{_W})\s+(?:جان|عزیز|گرامی)(?!\w)"),
    re.compile(rf"(?:ال|لل)(?:سيدة|سيد|أستاذة|أستاذ|دكتورة|دكتور|مهندسة|مهندس|آنسة)\s+(?P<name>{_W}(?:\s+{_W})?)(?=[\s،,.!؟:)]|$)"),
    re.compile(rf"(?:اسمي|إسمي)\s*:?\s+(?P<name>{_W}(?:\s+{_W})?)"),
    re.compile(rf"(?:عزيزي|عزيزتي)\s+(?!العميل|المستخدم|الزبون)(?P<name>{_W})"),
    re.compile(rf"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof)\b\.?\s+(?P<name>{_LATIN}(?:\s+{_LATIN})?)"),
    re.compile(rf"(?i:\bmy name is|\bthis is|\bI am|\bI['’]m)\s+(?P<name>{_LATIN}(?:\s+{_LATIN})?)"),
    re.compile(rf"(?i:\b(?:dear|hi|hello|hey))\s+(?!Sir|Madam|Team|Support|All|There|Customer)(?P<name>{_LATIN}(?:\s+{_LATIN})?)"),
    re.compile(
        r"(?:با\s+تشکر|با\s+احترام|با\s+سپاس|ارادتمند|مع\s+الشكر|مع\s+التحية|تحياتي|(?i:kind\s+regards|best\s+regards|regards|sincerely|best\s+wishes|thanks))"
        rf"\s*[،,.!]?\s*\n+\s*(?P<name>{_W}(?:\s+{_W}){{0,2}})[ \t]*(?=\n|$)"
    ),
]  # fmt: skip
_ADDRESS = re.compile(
    rf"""
    (?:(?<!\w)(?:خیابان|بلوار|میدان|کوچه|کوی|پلاک|طبقه(?=\s*\d)|واحد(?=\s*\d)|کد\s*پستی|شارع|حي|طريق|بناية|شقة|الرمز\s+البريدي)\s*:?\s+
        [^\n،,.؟!]{{1,28}}?(?=[\n،,.؟!]|\s(?:است|هست|و|من|را)\s|$)[،,]?\s*)+
    |\b\d{{1,5}}\s+{_LATIN}(?:\s+{_LATIN})?\s+(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Boulevard|Blvd|Drive|Square)\b\.?
    """,
    re.VERBOSE,
)  # fmt: skip
_FEWEST = 4
"""Digits of what is a number of something."""
_SHORTEST = 3
"""Letters of a part of a known name that is masked by itself."""


def anonymised(text: str, *, language: str, names: Iterable[str] = (), amounts: bool = False) -> str:
    """`text` with signs such as «[نام]» where something personal stood. `names`: those of the customer, of his people and
    of whoever answered. With `amounts` sums of money too."""
    text = _with_addresses(text, language)
    text = _without_shapes(text, language, amounts)
    text = _without_known(text, names, _sign("name", language))
    for pattern in _FOLLOWS:
        text = pattern.sub(lambda found: _put(found, "name", _sign("name", language)), text)
    return _evened(text, language)


def signs_in(text: str) -> list[str]:
    """The signs that stand in `text`, each once."""
    return [sign for signs in SIGNS.values() for sign in signs.values() if sign in text]


def _sign(kind: str, language: str) -> str:
    return SIGNS[kind].get(language, SIGNS[kind]["en"])


def _put(found: re.Match[str], group: str, sign: str) -> str:
    if "[" in found[group]:
        return found[0]
    start, end = found.start(group) - found.start(), found.end(group) - found.start()
    return found[0][:start] + sign + found[0][end:]


def _with_addresses(text: str, language: str) -> str:
    def put(found: re.Match[str]) -> str:
        tail = found[0][len(found[0].rstrip()) :]
        return _sign("address", language) + (tail or "")

    return _ADDRESS.sub(put, text)


def _without_shapes(text: str, language: str, amounts: bool) -> str:
    def put(found: re.Match[str]) -> str:
        kind = found.lastgroup or ""
        if kind == "amount" and not amounts:
            return found[0]
        if kind == "handle":
            return _sign("name", language)
        if kind == "number" and found[0][0] != "#" and sum(map(str.isdigit, found[0])) < _FEWEST:
            return found[0]  # a version, a time
        return _sign(kind, language)

    return _SHAPES.sub(put, text)


def _without_known(text: str, names: Iterable[str], sign: str) -> str:
    wanted = _parts(names)
    if not wanted:
        return text
    folded, places = fold_with_places(text.replace("\u200c", " "))
    pattern = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, wanted)) + r")(?!\w)")
    pieces, at = [], 0
    for found in pattern.finditer(folded):
        start, end = places[found.start()], places[found.end() - 1] + 1
        if start < at:
            continue
        pieces += [text[at:start], sign]
        at = end
    return "".join([*pieces, text[at:]])


def _parts(names: Iterable[str]) -> list[str]:
    """Whole names before their parts, longest first."""
    found: set[str] = set()
    for name in names:
        whole = " ".join(fold(name.replace("\u200c", " ")).split())
        if len(whole.replace(" ", "")) >= _SHORTEST:
            found.add(whole)
        found |= {part for part in re.findall(r"[^\W\d_]+", whole) if len(part) >= _SHORTEST}
    return sorted(found, key=lambda one: (-len(one), one))


def _evened(text: str, language: str) -> str:
    """The same sign several times in a row is one."""
    for kind in SIGNS:
        sign = _sign(kind, language)
        text = re.sub(rf"(?:{re.escape(sign)}[ \u200c]*)+{re.escape(sign)}", sign, text)
    return text


Piece = tuple[str, str]


def difference(before: str, after: str) -> list[Piece]:
    """What was changed, for the eye: [(text, "same" | "gone" | "new")], in the order of reading."""
    old, new = re.findall(r"\s+|[^\s\[\]]+|[\[\]]", before), re.findall(r"\s+|[^\s\[\]]+|[\[\]]", after)
    pieces: list[Piece] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(("".join(old[a:b]), "same"))
            continue
        if a < b:
            pieces.append(("".join(old[a:b]), "gone"))
        if c < d:
            pieces.append(("".join(new[c:d]), "new"))
    return pieces
