"""Named steps at which a crash test lets the process die, as a power cut would.

Active only when `PELEKAN_FAILPOINT` is set in the environment, as "intake.stored" (first time that the step is
reached) or "intake.stored:3" (third time); otherwise `fp` costs one comparison.
"""

from __future__ import annotations

import os
import signal

_name, _left = "", 0


def arm(step: str) -> None:
    """Die at this step; "" at none."""
    global _name, _left
    _name, _, nth = step.partition(":")
    _left = int(nth or 1)


def fp(name: str) -> None:
    """Die here (SIGKILL, nothing is tidied up) when a test asked for this step."""
    global _left
    if not _name or name != _name:
        return
    _left -= 1
    if _left <= 0:
        os.kill(os.getpid(), signal.SIGKILL)


arm(os.environ.get("PELEKAN_FAILPOINT", ""))
