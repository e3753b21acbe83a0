"""★ Service levels to begin with: the numbers that most desks start from (S84–S89).

Three hours to answer, otherwise the agent gets a mail; after four it is better to phone; eight hours to solve, otherwise the
manager gets a mail and the request changes colour for everybody; the public is told 24 hours. Hours are business hours.
"""

from __future__ import annotations

from typing import Any

WITHIN_ANSWER, CALL_AFTER, WITHIN_SOLUTION, PROMISE = 180, 240, 480, 1440
"""Minutes."""

SCRIPT = {
    "fa": "سلام، از پشتیبانی تماس می‌گیرم. درخواست شما نزد ماست و ببخشید که پاسخ طول کشید. اجازه بدهید همین حالا با هم نگاه کنیم.",
    "ar": "مرحباً، أتصل بكم من الدعم. طلبكم لدينا ونعتذر عن التأخر في الرد. لننظر فيه معاً الآن.",
    "en": "Hello, I'm calling from support. We have your request, and I'm sorry that the answer took so long. Let's look at it together right now.",
}
NAMES = {"fa": "همهٔ درخواست‌ها", "ar": "كل الطلبات", "en": "All requests"}


def steps_348() -> dict[str, Any]:
    """A policy for all requests with the three thresholds, as it stands in a document of kind "sla"."""
    answer = [
        {"id": "soon", "at": {"share": 0.8}, "do": [{"act": "alarm", "level": 1}]},
        {
            "id": "remind",
            "at": {"minutes": WITHIN_ANSWER},
            "do": [{"act": "tell", "whom": "agent", "by": ["bell", "mail"]}],
        },
        {"id": "call", "at": {"minutes": CALL_AFTER}, "do": [{"act": "call", "script": dict(SCRIPT)}]},
    ]
    solution = [
        {"id": "soon", "at": {"before_minutes": 60}, "do": [{"act": "alarm", "level": 1}]},
        {
            "id": "manager",
            "at": {"minutes": WITHIN_SOLUTION},
            "do": [
                {"act": "tell", "whom": "manager", "by": ["bell", "mail"]},
                {"act": "alarm", "level": 3},
            ],
        },
    ]
    both = {"clock": "business", "pause": ["waiting", "on_hold"]}
    return {
        "id": "p-348",
        "name": dict(NAMES),
        "when": {"always": True},
        "hours": None,
        "targets": {
            "first_response": {"within_minutes": WITHIN_ANSWER, **both, "steps": answer},
            "next_response": {
                "within_minutes": WITHIN_ANSWER,
                **both,
                "steps": [dict(one) for one in answer],
            },
            "resolution": {"within_minutes": WITHIN_SOLUTION, **both, "steps": solution},
        },
        "promise": PROMISE,
    }


def document_348() -> dict[str, Any]:
    """The whole document with that policy alone, which is its default too."""
    return {"policies": [steps_348()], "default": "p-348"}
