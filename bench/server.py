"""The desk's own server with floors beside the pages: `/floor/NAME` runs the SQL that a page runs, bare, through the
driver, fetches all rows and answers bytes of the page's size. What a page costs above its floor is Pelekan's work."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


def main(port: int) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "pelekan.settings"
    from pelekan import asgi

    floors = Path(os.environ["PELEKAN_FLOORS"])

    class Floors:
        """A WSGI application before Django's."""

        def __init__(self) -> None:
            self.known: dict[str, tuple[list[tuple[str, list[Any]]], bytes]] = {}

        def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
            path = environ["PATH_INFO"]
            if not path.startswith("/floor/"):
                return asgi_pages(environ, start)
            name = path.removeprefix("/floor/")
            if name not in self.known:
                told = json.loads((floors / f"{name}.json").read_text())
                self.known[name] = ([(sql, values) for sql, values in told["sql"]], b"x" * told["size"])
            statements, body = self.known[name]
            cursor = raw().cursor()
            for sql, values in statements:
                cursor.execute(sql, values)
                if cursor.description:
                    cursor.fetchall()
            cursor.close()
            start("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(body)))])
            return [body]

    def raw() -> Any:
        from django.db import connection

        connection.ensure_connection()
        return connection.connection

    asgi_pages = asgi.pages
    asgi.pages = Floors()  # type: ignore[assignment]
    asgi.serve("127.0.0.1", port, [])


if __name__ == "__main__":
    main(int(sys.argv[1]))
