"""The command line: `pelekan COMMAND`. Messages are English, as logs are; the product's pages speak three languages."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

from pelekan.checks import Refused
from pelekan.commands.instance import Stop

COMMANDS = {
    "init": "make a new installation in this folder",
    "serve": "run everything: pages, live updates, workers",
    "web": "run pages and live updates without workers (PostgreSQL)",
    "work": "run workers alone (PostgreSQL)",
    "migrate": "bring the database to this release",
    "demo": "run a small living office on this machine, to look around in",
    "doctor": "say what is wrong and how to mend it",
    "token": "make, list and revoke API tokens",
    "knowledge": "take articles in, write them out, search them",
    "mail": "read a mail file, or take a mail from an MTA's pipe",
    "backup": "save database and attachments into one file",
    "restore": "bring back what `backup` saved",
    "version": "say which release this is",
}
MODULES = {"web": "serve", "work": "serve", "migrate": "serve", "restore": "backup", "version": "serve"}
"""Where a command lives that has no module of its own name."""


def parser_for(wanted: str | None) -> argparse.ArgumentParser:
    """The parser; only the module of the wanted command is loaded."""
    parser = argparse.ArgumentParser(
        prog="pelekan", description="A help desk whose requests climb a staircase."
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, text in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        if name == wanted:
            module = importlib.import_module(f"pelekan.commands.{MODULES.get(name, name)}")
            getattr(module, f"{name}_arguments")(command)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the arguments say; the exit code. 1: it could not be done, and standard error says why."""
    words = list(sys.argv[1:] if argv is None else argv)
    wanted = next((word for word in words if not word.startswith("-")), None)
    args = parser_for(wanted).parse_args(words)
    try:
        return args.run(args) or 0
    except Refused as refused:
        print("Pelekan does not start:", file=sys.stderr)
        for fault in refused.faults:
            print(f"  - {fault}", file=sys.stderr)
        return 1
    except Stop as stop:
        print(f"pelekan: {stop}", file=sys.stderr)
        return stop.code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `pelekan … | head`
        sys.stderr.close()
        return 1


if __name__ == "__main__":
    sys.exit(main())
