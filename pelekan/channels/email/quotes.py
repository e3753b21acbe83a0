"""What the person wrote now, without the history below it and without the signature. Pure, linear in the text.

Each line is looked at once, at most its first 1,000 characters, together with at most five lines before it, so no
input makes it slow. When nothing would be left the text stays whole: showing too much is a nuisance, showing
too little is a loss.
"""

from __future__ import annotations

import re

from pelekan.channels.email import quote_words as words
from pelekan.lib.plain import to_text
from pelekan.lib.quoted_html import split_quoted

_MOST_LINES = 40_000
_WIDEST = 1_000
_BACK = 5  # lines an attribution may be spread over
_SIGNATURE_LINES = 14

_MARKS = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_EDGE_MARKS = re.compile("^[\u200e\u200f\u202a-\u202e]+|[\u200e\u200f\u202a-\u202e]+$")
_QUOTE = re.compile(r"^\s{0,3}(?:>|\|\s|&gt;)")
_RULE = re.compile(r"^\s*[_\-=*~+#—–]{2,}\s*$")
_LONG_RULE = re.compile(r"^\s*[_\-]{20,}\s*$")
_SIGN = re.compile(r"^(?:--|-- |—|–|__|--\s*)$")


def cut(text: str) -> tuple[str, str]:
    """(`reply`, `quoted`) of a plain-text body. `quoted` is everything taken away, history and signature."""
    lines = text.split("\n")
    if len(lines) > _MOST_LINES:
        return text.strip("\n"), ""
    seen = [_MARKS.sub("", line[:_WIDEST]).strip() for line in lines]
    quoted = [bool(_QUOTE.match(line[:20])) for line in lines]
    for index, line in enumerate(seen):
        if (
            quoted[index] and index and words.TAIL_OF_ADDRESS.match(line)
        ):  # "> wrote:" closing "<a@b" two lines above
            above = "".join(seen[max(0, index - 3) : index])
            quoted[index] = above.count("<") <= above.count(">")
    keep = _kept(lines, seen, quoted)
    reply = _tidy([line for line, kept in zip(lines, keep, strict=True) if kept])
    if not reply.strip():
        return text.strip("\n"), ""
    return reply, "\n".join(line for line, kept in zip(lines, keep, strict=True) if not kept).strip("\n")


def cut_html(html: str, text: str | None = None) -> tuple[str, str]:
    """(`reply`, `quoted`) as plain text of an HTML body: first by the marks mail programs leave, then by words.

    `text`: the whole body as plain text, when it is known already.
    """
    own, history = split_quoted(html)
    history_text = to_text(history) if history else ""
    own_text = to_text(own) if history or text is None else text
    if not own_text.strip():
        own_text, history_text = to_text(html) if text is None else text, ""
    reply, more = cut(own_text)
    return reply, "\n".join(piece for piece in (more, history_text) if piece)


def _tidy(lines: list[str]) -> str:
    text = "\n".join(_EDGE_MARKS.sub("", line.rstrip()) for line in lines).strip("\n")
    return re.sub(r"\n{3,}", "\n\n", text)


def _kept(lines: list[str], seen: list[str], quoted: list[bool]) -> list[bool]:
    """For each line whether it belongs to the reply."""
    keep = [True] * len(lines)
    start = 0
    for _ in range(50):  # each round passes one quote that stands above or between what the person wrote
        found = _history(seen, quoted, start)
        if found is None:
            break
        first, after, marked = found
        below = _below(seen, quoted, after) if marked else None
        if below is None and not marked and not any(line and keep[i] for i, line in enumerate(seen[:first])):
            below = (
                after if _plain_left(seen, quoted, after) else None
            )  # nothing above: the reply stands below
        end = len(lines) if below is None else below
        for index in range(first, end):
            keep[index] = False
        if below is None:
            break
        start = below
    for index, is_quoted in enumerate(quoted):
        if is_quoted:
            keep[index] = False
    _drop_signature(seen, keep)
    return keep


def _plain_left(seen: list[str], quoted: list[bool], at: int) -> bool:
    return any(line and not quoted[at + i] for i, line in enumerate(seen[at:]))


def _below(seen: list[str], quoted: list[bool], at: int) -> int | None:
    """Where the person goes on below the quoted lines that begin at `at`; None when only a signature follows."""
    index = at
    last_quoted = at
    while index < len(seen) and (quoted[index] or not seen[index]):
        if quoted[index]:
            last_quoted = index + 1
        index += 1
    if index >= len(seen):
        return None
    if _is_signature_start(seen[index]) or _is_sent_from(seen[index]):
        return None
    if index == last_quoted and index + 1 < len(seen) and quoted[index + 1] and len(seen[index - 1]) > 60:
        return _below(seen, quoted, index + 1)  # a quoted line that wrapped and lost its mark
    return index


def _history(seen: list[str], quoted: list[bool], start: int) -> tuple[int, int, bool] | None:
    """The next beginning of history: (first line, line after the attribution, whether quote marks follow)."""
    for index in range(start, len(seen)):
        line = seen[index]
        if not line or quoted[index]:
            continue
        if words.SEPARATOR.match(line):
            return _without_rule(seen, index), index + 1, False
        if words.FROM_LABEL.match(line) and _header_block(seen, index):
            return _without_rule(seen, index), index + 1, False
        first = _attribution(seen, quoted, index, start)
        if first is not None:
            after = index + 1
            while after < len(seen) and not seen[after]:
                after += 1
            return first, after, after < len(seen) and quoted[after]
    return None


def _without_rule(seen: list[str], index: int) -> int:
    """`index`, or the place of the rule that stands just above it."""
    above = index - 1
    while above >= 0 and index - above <= 3 and not seen[above]:
        above -= 1
    return above if above >= 0 and _RULE.match(seen[above]) else index


def _header_block(seen: list[str], index: int) -> bool:
    """Whether a block of mail headers ("From: … Sent: … To: … Subject: …", any of our languages) begins here."""
    kinds: set[str] = set()
    misses = 0
    for line in seen[index : index + 12]:
        if not line:
            if kinds and len(kinds) >= 2:
                break
            continue
        kind = words.header_kind(line)
        if kind is None:
            misses += 1
            if misses > 2:
                break
            continue
        kinds.add(kind)
    return len(kinds) >= 3 or (len(kinds) == 2 and "subject" in kinds)


def _attribution(seen: list[str], quoted: list[bool], index: int, start: int) -> int | None:
    """First line of "On … X wrote:" that ends on line `index`, or None."""
    line = seen[index]
    if not words.MAY_END.search(line):
        return None
    joined = line
    first = index
    blanks = 0
    for back in range(_BACK + 1):
        if back:
            first -= 1
            if first < start or quoted[first]:
                return None
            if not seen[first]:
                blanks += 1
                if blanks > 1:
                    return None
                continue
            joined = f"{seen[first]} {joined}"[:_WIDEST]
        if words.is_attribution(joined, whole=back == 0, gap=blanks > 0):
            return first if words.begins_with_date(joined) else _wider(seen, quoted, first, start, joined)
    return None


def _wider(seen: list[str], quoted: list[bool], first: int, start: int, joined: str) -> int:
    """`first`, or an earlier line when "On <date> …" stands there and the attribution only went on from it."""
    for above in range(first - 1, max(start, first - 4) - 1, -1):
        if quoted[above] or not seen[above]:
            break
        joined = f"{seen[above]} {joined}"
        if words.begins_with_date(seen[above]) and words.is_attribution(joined, whole=False, gap=False):
            return above
    return first


def _is_signature_start(line: str) -> bool:
    return bool(_SIGN.match(line))


def _is_sent_from(line: str) -> bool:
    return len(line) < 160 and bool(words.SENT_FROM.match(line))


def _drop_signature(seen: list[str], keep: list[bool]) -> None:
    """Takes the signature out of `keep`: after "-- ", "Sent from my …", or a greeting with name and title."""
    kept = [i for i, k in enumerate(keep) if k and seen[i]]
    if not kept:
        return
    for position, index in enumerate(kept):
        line = seen[index]
        first = position == 0
        left = len(kept) - position - 1
        if _is_sent_from(line) and not first:
            if _rest_is_short(seen, kept, position, 40):
                _drop(keep, index)
                break
        elif (
            _is_signature_start(line)
            and not first
            and left <= _SIGNATURE_LINES
            or _LONG_RULE.match(line)
            and not first
            and left <= _SIGNATURE_LINES
            or (
                words.REGARDS.match(line)
                and not first
                and 2 <= left <= 8
                and all(len(seen[i]) < 80 and not seen[i].endswith(("?", "؟")) for i in kept[position + 1 :])
            )
        ):
            _drop(keep, index)
            break
    _drop_trailing_rules(seen, keep)


def _rest_is_short(seen: list[str], kept: list[int], position: int, most: int) -> bool:
    return len(kept) - position <= most


def _drop(keep: list[bool], first: int) -> None:
    for index in range(first, len(keep)):
        keep[index] = False


def _drop_trailing_rules(seen: list[str], keep: list[bool]) -> None:
    for index in range(len(seen) - 1, -1, -1):
        if not keep[index] or not seen[index]:
            continue
        if _RULE.match(seen[index]) or seen[index] in ("ᐧ", "—", "–", "-", "*"):
            keep[index] = False
        else:
            return
