"""The installation that a command works on: found, checked, and Django started on it."""

from __future__ import annotations

import os
from pathlib import Path

from pelekan import checks
from pelekan import config as configuration
from pelekan.config import Config


class Stop(Exception):
    """End the command with this sentence and exit code."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


def found() -> Config:
    """The configuration that holds here. Stop when there is none."""
    path = configuration.find()
    if path is None:
        raise Stop(
            f"There is no {configuration.FILE} in {Path.cwd()} or above it. Run `pelekan init` where the installation shall "
            "live, go to the folder where it lives, or name the file in PELEKAN_CONFIG."
        )
    try:
        return configuration.load(path)
    except configuration.ConfigError as fault:
        raise Stop(str(fault)) from fault


def start(config: Config | None = None, *, ready: bool = True) -> Config:
    """Start Django on the installation found here. Raises checks.Refused when it is unsafe, and, unless `ready` is
    False, when its database does not fit this release."""
    config = config or found()
    checks.refuse_unsafe(config)
    assert config.path is not None
    os.umask(0o077)  # the database and the attachments are nobody else's business
    os.environ["PELEKAN_CONFIG"] = str(config.path.resolve())
    os.environ["DJANGO_SETTINGS_MODULE"] = "pelekan.settings"
    import django

    django.setup()
    if ready:
        checks.refuse_unready()
    return config


def migrate() -> None:
    """Bring the database to this release, quietly."""
    if not checks.unready():
        return  # Django would build the whole history of the tables to find that nothing is to be done
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
