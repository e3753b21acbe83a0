"""`pelekan demo`: the small office of `pelekan.demo`, living in a folder of its own."""

from __future__ import annotations

import argparse
import secrets
import shutil
from pathlib import Path

from pelekan import config as configuration
from pelekan.commands import instance
from pelekan.commands.init import Answers, write
from pelekan.commands.instance import Stop

MARK = "demo = true"


def demo_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--folder", type=Path, default=Path("demo-data"), help="where it lives (default: demo-data)"
    )
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument(
        "--language", choices=configuration.LANGUAGES, default="fa", help="language of the desk"
    )
    parser.add_argument(
        "--database", default="sqlite:///pelekan.sqlite3", help="another database, such as postgresql://…"
    )
    parser.add_argument("--fresh", action="store_true", help="forget what was done in it and begin anew")
    parser.add_argument("--empty", action="store_true", help="people and doors, but no tickets")
    parser.add_argument("--prepare", action="store_true", help="make it and stop, without serving")
    parser.add_argument("--debug", action="store_true", help="templates reload, errors show their inside")
    parser.add_argument("--reload", action="store_true", help="restart when code changes")
    parser.set_defaults(run=demo)


def demo(args: argparse.Namespace) -> int:
    if args.reload:
        return _reloading(args)
    config = instance.start(_made(args), ready=False)
    instance.migrate()
    from pelekan.demo import run

    run.fill(empty=args.empty, port=args.port)
    if args.prepare:
        return 0
    run.tell(config.base_url, args.port)
    from pelekan import asgi
    from pelekan.work import work

    asgi.serve("127.0.0.1", args.port, [work, *run.beside(config.base_url, args.port)])
    return 0


def _reloading(args: argparse.Namespace) -> int:
    import os

    args.reload = False
    instance.start(_made(args), ready=False)
    from django.utils import autoreload

    if os.environ.get(autoreload.DJANGO_AUTORELOAD_ENV) == "true":
        args.fresh = False
    autoreload.run_with_reloader(demo, args)
    return 0


def _made(args: argparse.Namespace) -> configuration.Config:
    """The demo's configuration; made where there is none."""
    folder = args.folder.resolve()
    path = folder / configuration.FILE
    if path.exists() and MARK not in path.read_text(encoding="utf-8"):
        raise Stop(f"{folder} holds an installation that is no demo. Choose another by --folder.")
    if args.fresh and path.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    address = f"http://127.0.0.1:{args.port}"
    if not path.exists():
        write(
            path,
            Answers(
                args.language, "فروشگاه چکاد", 4, "", "", secrets.token_urlsafe(12), address, args.database
            ),
        )
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{MARK}\ndebug = {'true' if args.debug else 'false'}\n")
            file.write('private_hosts = ["127.0.0.1", "localhost"]\n')
    else:  # the port may be another today
        lines = path.read_text(encoding="utf-8").splitlines()
        lines = [f'base_url = "{address}"' if line.startswith("base_url") else line for line in lines]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return configuration.load(path)
