"""What visitors say to the bot of `bot_desk`, and what must have come of it."""

from __future__ import annotations

from typing import Any

STORIES: dict[str, list[tuple[str, str]]] = {
    "solved": [("How do I renew my subscription?", ""), ("Yes, that helped", "yes")],
    "unknown": [("Do penguins wear trousers?", ""), ("Penguins, I mean: trousers?", "")],
    "person": [("How do I renew my subscription?", ""), ("Talk to a person", "person")],
}
WHOLE: dict[str, dict[str, Any]] = {
    "solved": {
        "lines": 2, "said": ["hello", "answer", "solved"], "notes": 0, "answers": [True], "chat": "ended", "status": "solved",
        "outcome": "solved", "waits": False, "helped": 1, "went_on": 0,
    },
    "unknown": {
        "lines": 2, "said": ["hello", "unsure", "leaving"], "notes": 1, "answers": [], "chat": "waiting", "status": "new",
        "outcome": "handed", "waits": True, "helped": 0, "went_on": 0,
    },
    "person": {
        "lines": 2, "said": ["hello", "answer", "leaving"], "notes": 1, "answers": [None], "chat": "waiting", "status": "new",
        "outcome": "handed", "waits": True, "helped": 0, "went_on": 1,
    },
}  # fmt: skip
"""What must have come of each story, whenever and however often somebody died on the way."""
