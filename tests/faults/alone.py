"""For fault runs outside pytest: Django on a database of its own. Import this before any model."""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile

from django.apps import apps

if not apps.ready:
    _folder = tempfile.mkdtemp(prefix="pelekan-faults-")
    atexit.register(shutil.rmtree, _folder, ignore_errors=True)
    os.environ.setdefault("PELEKAN_TESTING", "1")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pelekan.settings")
    os.environ.setdefault("PELEKAN_TEST_DATABASE", f"sqlite:///{_folder}/desk.sqlite3")
    os.environ.setdefault("PELEKAN_TEST_DATA", f"{_folder}/data")
    import django

    django.setup()
    import logging

    logging.disable(logging.ERROR)  # faults are what these runs are about


class Broken(AssertionError):
    """Something was lost, doubled, let in or left undone."""


def prepare() -> None:
    """Tables in an empty database (PELEKAN_TEST_DATABASE may name a PostgreSQL one)."""
    from tests import template

    template.tables()


def count(default: int) -> int:
    """How many were asked for on the command line."""
    return int(sys.argv[1]) if len(sys.argv) > 1 else default
