"""Where servers of tests listen."""

from __future__ import annotations

import os
import socket


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def free_ports(*beside: int) -> int:
    """A port whose neighbours at the distances `beside` are free too. Each test process has its own range, because
    between looking and listening another could take it."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    begin = 18_000 + 1_000 * worker + 50 * (os.getpid() % 10)
    for port in range(begin, begin + 900, 50):
        try:
            for number in (port, *(port + distance for distance in beside)):
                with socket.socket() as one:
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    one.bind(("127.0.0.1", number))
        except OSError:
            continue
        return port
    raise AssertionError("no free ports")
