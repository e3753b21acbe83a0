"""Compiled templates are kept on the disk, as Python keeps its modules: the next process need not compile them again.

What was folded into them (see `folding`) follows from every file of the package: words, addresses, icons, static files.
So a change of any of them makes all of them anew. They lie where Jinja keeps its own, in a folder of this user alone.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import sys
from pathlib import Path

import django
import jinja2
from django.conf import settings
from jinja2.bccache import Bucket, FileSystemBytecodeCache
from jinja2.environment import Environment

PACKAGE = Path(__file__).resolve().parent.parent


class Compiled(FileSystemBytecodeCache):
    """The compiled templates of one language."""

    def __init__(self, language: str) -> None:
        super().__init__(pattern="pelekan_%s.cache")
        self.place = f"{PACKAGE}|{settings.STATIC_URL}|{language}|"

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        return super().get_cache_key(self.place + name, filename)

    def get_source_checksum(self, source: str) -> str:
        return super().get_source_checksum(source + state())

    def load_bytecode(self, bucket: Bucket) -> None:
        try:
            super().load_bytecode(bucket)
        except Exception:  # a file cut short, or of a program that is no more: compile it
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        with contextlib.suppress(OSError):  # a full disk is no reason to show no page
            super().dump_bytecode(bucket)


def keep(environment: Environment, language: str) -> None:
    """Let `environment` use what was compiled before, where there is a place for it."""
    with contextlib.suppress(OSError, RuntimeError):  # no folder that is safe to use
        environment.bytecode_cache = Compiled(language)


@functools.cache
def state() -> str:
    """What all compiled templates follow from: the files of the package and what reads them."""
    digest = hashlib.sha256(f"{sys.version}|{jinja2.__version__}|{django.__version__}".encode())
    for folder, names, files in os.walk(PACKAGE):
        names[:] = sorted(name for name in names if name != "__pycache__")
        for name in sorted(files):
            seen = os.stat(os.path.join(folder, name))  # noqa: PTH116, PTH118 - a thousand of them
            digest.update(f"{folder}/{name}|{seen.st_mtime_ns}|{seen.st_size}\n".encode())
    return digest.hexdigest()
