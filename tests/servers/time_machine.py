"""`python tests/servers/time_machine.py FILE WORDS…`: `pelekan WORDS` on a desk whose clock is ahead by as many minutes as
FILE says; without the file by none.

There is one clock, `pelekan.lib.time.now`, and it is replaced here before anything else has taken it: the product itself
knows no way to move it."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from pathlib import Path

sys.path.pop(0)  # the folder of this file, in which nothing is meant for Pelekan

from pelekan.lib import time

_real = time.now
_ahead = Path(sys.argv[1])


def now() -> datetime:
    try:
        minutes = float(_ahead.read_text())
    except (FileNotFoundError, ValueError):
        minutes = 0
    return _real() + timedelta(minutes=minutes)


time.now = now

if __name__ == "__main__":
    from pelekan.cli import main

    sys.exit(main(sys.argv[2:]))
