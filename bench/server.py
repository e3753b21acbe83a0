"""The desk's own server with floors beside the pages, in the same process:

    GET  /floor/NAME    runs the SQL that a page runs, bare, through the driver, fetches all rows and answers bytes of the
                        page's size. What a page costs above it is Pelekan's work.
    POST /floor/create  writes the rows that `POST /api/v1/tickets` writes, bare, in one transaction of the same kind.
    GET  /floor/echo    answers two bytes from the event loop.

Limits on visitors are lifted. Floors are read from the installation's folder, where the measurements put them.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

Told = list[tuple[str, list[Any]]]


def bare(sql: str, values: list[Any]) -> str:
    """As the driver wants it: Django writes %s for every database."""
    from django.db import connection

    return sql % tuple("?" for _ in values) if connection.vendor == "sqlite" and values else sql


def plain(value: Any) -> Any:
    """A parameter as JSON can keep it and the driver takes it again."""
    if hasattr(value, "obj"):  # psycopg's Jsonb
        return json.dumps(value.obj)
    return value if isinstance(value, int | float | str | list | type(None)) else str(value)


class Floors:
    """A WSGI application before Django's."""

    def __init__(self, folder: Path, pages: Callable[..., Iterable[bytes]]) -> None:
        self.folder, self.pages = folder, pages
        self.known: dict[str, Any] = {}
        self.fresh = itertools.count(3_000_000_000)

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if not path.startswith("/floor/"):
            return self.pages(environ, start)
        name = path.removeprefix("/floor/")
        if name not in self.known:
            self.known[name] = json.loads((self.folder / f"{name}.json").read_text())
        told = self.known[name]
        if environ["REQUEST_METHOD"] == "POST":
            environ["wsgi.input"].read()
            self.write(told)
        else:
            self.read(told["sql"])
        body = b"x" * told["size"]
        start("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(body)))])
        return [body]

    def read(self, statements: Told) -> None:
        cursor = raw().cursor()
        for sql, values in statements:
            cursor.execute(sql, values)
            if cursor.description:
                cursor.fetchall()
        cursor.close()

    def write(self, told: dict[str, Any]) -> None:
        """The recorded statements with new ids: `ids` says which of them brought which id, `number` is the ticket's."""
        from django.db import connection, transaction

        new: dict[Any, Any] = {told["number"]: next(self.fresh)}
        with transaction.atomic():
            cursor = connection.connection.cursor()
            for (sql, values), made in zip(told["sql"], told["ids"], strict=True):
                cursor.execute(
                    sql, [value if isinstance(value, list) else new.get(value, value) for value in values]
                )
                if cursor.description:
                    found = cursor.fetchone()
                    if made is not None:
                        new[made] = found[0]
            cursor.close()


def raw() -> Any:
    from django.db import connection

    connection.ensure_connection()
    return connection.connection


def main(port: int, folder: Path) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "pelekan.settings"
    os.environ["PELEKAN_CONFIG"] = str(folder / "pelekan.toml")
    from pelekan import asgi
    from pelekan.channels.chat import limits

    for limit in vars(limits).values():
        if isinstance(limit, limits.Limit):
            limit.count = 10**9
    asgi.pages = Floors(folder, asgi.pages)  # type: ignore[assignment]
    inner = asgi.Desk.__call__

    async def outer(self: Any, scope: Any, receive: Any, send: Any) -> None:
        if scope.get("path") != "/floor/echo":
            await inner(self, scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})

    asgi.Desk.__call__ = outer  # type: ignore[method-assign]
    asgi.raise_file_limit()
    asgi.serve("127.0.0.1", port, [])


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
