"""★ Acts that undo each other, and rules that would chase each other for ever."""

from __future__ import annotations

from collections.abc import Sequence

from pelekan.routing.acts import ACTS, Do
from pelekan.routing.rules import Rule


def opposed(a: Do, b: Do) -> str:
    """What of a ticket the one sets and the other sets otherwise: "team", "tag:vip", …; "" when nothing."""
    if {a.act, b.act} == {"tag", "untag"}:
        tags = [str(do["tag"]).strip().lstrip("#").strip().casefold() for do in (a, b)]
        return f"tag:{tags[0]}" if tags[0] == tags[1] else ""
    if {a.act, b.act} == {"solve", "close"}:
        return ""
    sets = ACTS[a.act].sets
    return sets if sets and sets == ACTS[b.act].sets and a.json != b.json else ""


def restless(circle: Sequence[Rule]) -> bool:
    """Whether these rules, which set each other off, would never come to rest: what is done already does not happen again,
    so they do unless something is done and undone, or another note is written each time."""
    acts = [do for rule in circle for do in rule.do]
    notes = any("message.noted" in rule.on for rule in circle) and any(do.act == "note" for do in acts)
    return notes or any(opposed(a, b) for number, a in enumerate(acts) for b in acts[:number])
