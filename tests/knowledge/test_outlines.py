"""Trees as people write them."""

from __future__ import annotations

import pytest

from pelekan.knowledge import outlines

GOOD = """#start What do you see?
  “Wrong password”
    Is **Caps Lock** off?
    | Look at the keyboard.
      Yes
        Make a new password.
      No -> #start
  Nothing
    Clear the cache."""


def test_an_outline_becomes_a_tree_and_an_outline_again() -> None:
    data, faults = outlines.parse(GOOD)
    assert faults == []
    assert data["start"] == "start" and len(data["nodes"]) == 4
    second = data["nodes"]["start"]["choices"][0]["to"]
    assert data["nodes"][second]["choices"][1] == {"label": "No", "to": "start"}
    assert "<strong>Caps Lock</strong> off?\nLook at" in data["nodes"][second]["text"]
    bare = {"start": data["start"], "nodes": data["nodes"]}
    again, none = outlines.parse(outlines.write(bare))
    assert none == [] and [one["text"] for one in again["nodes"].values()] == [
        one["text"] for one in data["nodes"].values()
    ]


@pytest.mark.parametrize(
    ("outline", "why", "line"),
    [
        ("", "none", 0),
        ("Q?\n  a", "dead_end", 2),
        ("Q?\n  a -> #no", "nowhere", 2),
        ("#q Q?\n  a -> #q", "circle", 1),
        ("Q?\n  a\n    end\n#lost More", "unreached", 4),
        ("Q?\n  a\n    end\n    end too", "two_ways", 4),
        ("Q?\n  a -> #q\n    end\n", "both", 2),
        ("#x Q?\n  a\n    #x End", "twice", 3),
    ],
)
def test_what_keeps_a_reader_from_an_end_is_said(outline: str, why: str, line: int) -> None:
    assert (why, line) in [(one.why, one.line) for one in outlines.parse(outline)[1]]


def test_persian_outlines_go_from_right_to_left() -> None:
    data, faults = outlines.parse("#شروع چه می‌بینید؟\n  هیچ ← #پایان\n  خطا\n    #پایان صفحه را ببندید.")
    assert faults == [] and data["nodes"]["شروع"]["choices"][0]["to"] == "پایان"
