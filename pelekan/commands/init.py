"""`pelekan init`: a new installation in the current folder."""

from __future__ import annotations

import argparse
import getpass
import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from pelekan import checks
from pelekan import config as configuration
from pelekan.commands import instance
from pelekan.commands.instance import Stop

LONGEST_WAIT_FOR_ANSWER = 5  # times a question is asked again
SHORTEST_PASSWORD = 10


@dataclass
class Answers:
    """What a new installation has to know."""

    language: str
    organization: str
    steps: int
    admin_email: str
    admin_name: str
    admin_password: str
    base_url: str
    database: str


def init_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--yes", action="store_true", help="ask nothing: take what the flags say, and defaults"
    )
    parser.add_argument(
        "--language", choices=configuration.LANGUAGES, help="language of the desk (default: fa)"
    )
    parser.add_argument(
        "--browser",
        action="store_true",
        help="make the configuration and the database only; the rest is asked in the browser at the first start",
    )
    parser.add_argument("--organization", help="your organization's name, as customers see it")
    parser.add_argument(
        "--steps",
        type=int,
        choices=(2, 4),
        help="2: front line and specialists; 4: with self-service and developers",
    )
    parser.add_argument("--admin-email", help="who signs in first")
    parser.add_argument("--admin-name")
    parser.add_argument(
        "--admin-password", help="at least 10 characters (default with --yes: one is made and printed)"
    )
    parser.add_argument("--base-url", help="how people reach it, such as https://support.example.com")
    parser.add_argument(
        "--database", help="sqlite:///pelekan.sqlite3 (default) or postgresql://user:password@host/name"
    )
    parser.set_defaults(run=init)


def init(args: argparse.Namespace) -> int:
    path = Path.cwd() / configuration.FILE
    if path.exists():
        raise Stop(f"{path} exists already: this folder has an installation. Nothing was changed.")
    answers = defaults(args) if args.yes or args.browser else asked(args)
    write(path, answers)
    try:
        config = instance.start(configuration.load(path), ready=False)
        prepare(config, None if args.browser else answers)
    except BaseException:
        path.unlink(missing_ok=True)  # so that it can be tried again
        raise
    tell(path, answers, args)
    return 0


def defaults(args: argparse.Namespace) -> Answers:
    """The flags, and what is sensible where they say nothing."""
    return Answers(
        language=args.language or "fa",
        organization=args.organization or "Pelekan",
        steps=args.steps or 2,
        admin_email=args.admin_email or "admin@example.com",
        admin_name=args.admin_name or "Admin",
        admin_password=args.admin_password or secrets.token_urlsafe(12),
        base_url=(args.base_url or "http://127.0.0.1:8000").rstrip("/"),
        database=args.database or "sqlite:///pelekan.sqlite3",
    )


def asked(args: argparse.Namespace) -> Answers:
    """The flags, and the rest from whoever sits at the keyboard."""
    if not sys.stdin.isatty() and not all((args.organization, args.admin_email, args.admin_password)):
        raise Stop(
            "There is nobody to ask. Give --organization, --admin-email and --admin-password, or --yes."
        )
    given = defaults(args)
    ask = lambda flag, question, default: flag or _ask(question, default)  # noqa: E731
    return Answers(
        language=args.language
        or _ask("Language of the desk (fa, ar, en)", given.language, configuration.LANGUAGES),
        organization=ask(
            args.organization, "Name of your organization, as customers see it", given.organization
        ),
        steps=args.steps or int(_ask("Steps of the staircase: 2 (chat → ticket) or 4", "2", ("2", "4"))),
        admin_email=ask(args.admin_email, "E-mail of the first admin", given.admin_email),
        admin_name=ask(args.admin_name, "Name of the first admin", given.admin_name),
        admin_password=args.admin_password or _password(),
        base_url=ask(args.base_url, "Address of the desk", given.base_url).rstrip("/"),
        database=ask(args.database, "Database", given.database),
    )


def _ask(question: str, default: str, choices: tuple[str, ...] = ()) -> str:
    for _ in range(LONGEST_WAIT_FOR_ANSWER):
        answer = input(f"{question} [{default}]: ").strip() or default
        if not choices or answer in choices:
            return answer
        print(f"Please answer one of: {', '.join(choices)}.")
    raise Stop("No usable answer. Nothing was changed.")


def _password() -> str:
    for _ in range(LONGEST_WAIT_FOR_ANSWER):
        password = getpass.getpass(f"Password of the first admin (at least {SHORTEST_PASSWORD} characters): ")
        if len(password) < SHORTEST_PASSWORD:
            print("That is too short.")
        elif getpass.getpass("Once more: ") != password:
            print("The two differ.")
        else:
            return password
    raise Stop("No usable password. Nothing was changed.")


def write(path: Path, answers: Answers) -> None:
    """The configuration file, readable by its owner alone, with a secret key of its own."""
    lines = [
        "# Pelekan's configuration. docs/operations.md explains every line; `pelekan doctor` checks it.",
        f"base_url = {_toml(answers.base_url)}",
        "# Signs and seals everything. Whoever has it can read the stored mailbox passwords; without it they are lost.",
        f"secret_key = {_toml(secrets.token_urlsafe(48))}",
        f"database = {_toml(answers.database)}",
        'data = "data"',
        f"language = {_toml(answers.language)}",
        f"organization = {_toml(answers.organization)}",
    ]
    if urlsplit(answers.base_url).scheme == "https":
        lines.append('trusted_proxies = ["127.0.0.1"]  # the proxy that speaks TLS for Pelekan')
    else:
        lines.append('# trusted_proxies = ["127.0.0.1"]')
    host = urlsplit(answers.base_url).hostname or "example.com"
    lines += [
        "# Mail of the desk itself (sign-in codes, invitations). Mailboxes of customers are set up in the browser.",
        '# smtp = "smtp+tls://user:password@mail.example.com:587"',
        f'# mail_from = "support@{host}"',
    ]
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as fault:
        raise Stop(f"{path} can't be written: {fault.strerror}.") from fault
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def _toml(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return (
        '"'
        + "".join(char if char >= " " and char != "\x7f" else f"\\u{ord(char):04x}" for char in escaped)
        + '"'
    )


def prepare(config: configuration.Config, answers: Answers | None) -> None:
    """Database, staircase, doors and the first admin, or nothing. Without answers the database alone."""
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email
    from django.db import DatabaseError

    if answers is not None:
        try:
            validate_email(answers.admin_email)
        except ValidationError as fault:
            raise Stop(f"{answers.admin_email!r} is no e-mail address.") from fault
        if len(answers.admin_password) < SHORTEST_PASSWORD:
            raise Stop(f"The admin's password must have at least {SHORTEST_PASSWORD} characters.")
    try:
        config.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        if file := checks.sqlite_file(config):
            file.parent.mkdir(parents=True, exist_ok=True)
        instance.migrate()
    except (DatabaseError, OSError) as fault:
        raise Stop(f"The database {_shown(config.database)} can't be made: {str(fault).strip()}") from fault
    from pelekan.people.models import Agent

    if Agent.objects.exists():
        raise Stop(
            f"The database {_shown(config.database)} belongs to an installation already (it has agents). Name another by "
            "--database, or bring its pelekan.toml back."
        )
    if answers is None:
        return
    from pelekan.sla.beginning import begin_with_preset
    from pelekan.tickets.shaping import found_office
    from pelekan.tickets.shaping.founding import Founding

    found_office(
        Founding(
            answers.language,
            answers.organization,
            answers.steps,
            answers.admin_email,
            answers.admin_name,
            answers.admin_password,
        )
    )
    begin_with_preset()


def _shown(database: str) -> str:
    """The database's address without its password."""
    parts = urlsplit(database)
    return (
        database.replace(f":{quote(parts.password, safe='')}@", ":…@").replace(f":{parts.password}@", ":…@")
        if parts.password
        else database
    )


def tell(path: Path, answers: Answers, args: argparse.Namespace) -> None:
    print(f"Pelekan is installed in {path.parent}.")
    print(f"  configuration  {path} (keep it secret, and keep a copy)")
    print(f"  address        {answers.base_url}")
    if args.browser:
        print("Next: `pelekan serve`. It prints a secret and the address where you set up the desk.")
        return
    print(f"  language       {answers.language}")
    print(f"  organization   {answers.organization}")
    print(f"  staircase      {answers.steps} steps")
    print(f"  admin          {answers.admin_email}")
    if not args.admin_password and args.yes:
        print(f"  password       {answers.admin_password} (shown only now)")
    print("Next: `pelekan serve`, then sign in as the admin.")
