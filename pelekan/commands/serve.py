"""`serve`, `web`, `work`, `migrate`, `version`."""

from __future__ import annotations

import argparse
import signal
import threading
from importlib.metadata import version
from urllib.parse import urlsplit

from pelekan.commands import instance
from pelekan.commands.instance import Stop
from pelekan.config import THIS_MACHINE, Config


def serve_arguments(parser: argparse.ArgumentParser) -> None:
    where(parser)
    mail_doors(parser)
    parser.set_defaults(run=serve)


def web_arguments(parser: argparse.ArgumentParser) -> None:
    where(parser)
    parser.set_defaults(run=web)


def work_arguments(parser: argparse.ArgumentParser) -> None:
    mail_doors(parser)
    parser.set_defaults(run=work)


def migrate_arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=migrate)


def version_arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=lambda args: print(version("pelekan")))


def where(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--host", help="address to listen on (default: this machine alone, for the proxy before it)"
    )
    parser.add_argument(
        "--port", type=int, help="port to listen on (default: that of base_url on this machine, or 8000)"
    )


def mail_doors(parser: argparse.ArgumentParser) -> None:
    for protocol in ("smtp", "lmtp"):
        parser.add_argument(
            f"--{protocol}",
            metavar="HOST:PORT",
            help=f"take mail for the inboxes by {protocol.upper()} from mail servers (`listen_{protocol}`)",
        )


def serve(args: argparse.Namespace) -> int:
    config = instance.start()
    from pelekan.work import work as workers

    return listen(args, config, [workers, *doors(args, config)])


def web(args: argparse.Namespace) -> int:
    return listen(args, on_postgresql("web"), [])


def doors(args: argparse.Namespace, config: Config) -> list:
    """The doors for mail servers that the arguments or the configuration ask for, open already."""
    from pelekan.channels.email.door import door

    found = []
    for protocol in ("smtp", "lmtp"):
        place = getattr(args, protocol) or getattr(config, f"listen_{protocol}")
        if not place:
            continue
        try:
            found.append(door(protocol, place))
        except (OSError, ValueError) as fault:
            raise Stop(f"Mail servers can't be listened for at {place}: {fault}") from None
        print(f"Pelekan takes mail by {protocol.upper()} at {place}", flush=True)
    return found


def work(args: argparse.Namespace) -> int:
    config = on_postgresql("work")
    from pelekan.work import work as workers

    stop = threading.Event()
    for opened in doors(args, config):
        threading.Thread(target=opened, args=[stop], name="mail-door", daemon=True).start()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    print("Pelekan's workers are at work.", flush=True)
    workers(stop)
    return 0


def migrate(args: argparse.Namespace) -> int:
    from pelekan import checks

    instance.start(ready=False)
    newer = [fault for fault in checks.unready() if "pelekan migrate" not in fault]
    if newer:
        raise checks.Refused(newer)
    instance.migrate()
    print("The database fits this release.")
    return 0


def on_postgresql(command: str) -> Config:
    config = instance.found()
    if config.database.startswith("sqlite"):
        raise Stop(
            f"`pelekan {command}` needs PostgreSQL, because SQLite bears one writing process. Use `pelekan serve`, or set "
            "`database` in pelekan.toml."
        )
    return instance.start(config)


def listen(args: argparse.Namespace, config: Config, beside: list) -> int:
    base = urlsplit(config.base_url)
    near = base.hostname in THIS_MACHINE
    host = args.host or (base.hostname if near and base.hostname != "localhost" else None) or "127.0.0.1"
    port = args.port or (base.port if near else None) or 8000
    if config.demo and host not in THIS_MACHINE:
        raise Stop("The demo's passwords are public, so it listens on this machine alone.")
    from pelekan import asgi

    _tell_setup(config)
    print(f"Pelekan listens on http://{host}:{port} as {config.base_url}", flush=True)
    asgi.serve(host, port, beside)
    return 0


def _tell_setup(config: Config) -> None:
    """Whoever sees this console may set up the desk, as long as nobody works at it."""
    from pelekan.lib.time import now
    from pelekan.people import setup

    if setup.needed():
        print(f"Nobody works here yet. Open {config.base_url}/setup/ and type this secret:", flush=True)
        print(f"  {setup.new_secret(now=now())}", flush=True)
