"""One file that holds an installation: a plain tar whose last member, `manifest.json`, names every other with its
size and SHA-256. It is complete, and as it was written, or it is refused."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

FORMAT = 1
MANIFEST = "manifest.json"
SEAL = "manifest.sha256"
CHUNK = 1 << 20


class Damaged(Exception):
    """The archive is not what was saved. The text says where."""


class _Hashing:
    """A stream that is hashed while somebody reads or writes it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream
        self.sha256 = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.stream.read(size)
        self.sha256.update(data)
        return data


class Writer:
    """Writes beside the target and takes its name only when everything is on the disk."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.part = target.with_name(target.name + ".part")
        handle = os.open(self.part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self.file = os.fdopen(handle, "wb")
        self.tar = tarfile.open(fileobj=self.file, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115
        self.members: dict[str, dict[str, Any]] = {}

    def add(self, name: str, source: Path) -> str:
        """Copy a file in; its SHA-256. Raises FileNotFoundError before anything is written."""
        with source.open("rb") as stream:
            return self._add(name, stream, os.fstat(stream.fileno()).st_size)

    def _add(self, name: str, stream: IO[bytes], size: int) -> str:
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        hashing = _Hashing(stream)
        self.tar.addfile(info, hashing)
        self.members[name] = {"size": size, "sha256": hashing.sha256.hexdigest()}
        return self.members[name]["sha256"]

    def finish(self, **facts: Any) -> None:
        """Write the manifest and give the file its name."""
        manifest = json.dumps({"format": FORMAT, **facts, "members": self.members}, indent=1).encode()
        self._add(MANIFEST, io.BytesIO(manifest), len(manifest))
        seal = hashlib.sha256(manifest).hexdigest().encode()
        self._add(SEAL, io.BytesIO(seal), len(seal))
        self.tar.close()
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()
        self.part.replace(self.target)
        sync_folder(self.target.parent)

    def abandon(self) -> None:
        self.file.close()
        self.part.unlink(missing_ok=True)


def verified(source: Path) -> dict[str, Any]:
    """The manifest of an archive of which every byte was read and found right. Raises Damaged."""
    try:
        return _verified(source)
    except (tarfile.TarError, EOFError) as fault:
        raise Damaged(f"it can't be read to its end ({fault}).") from fault


def _verified(source: Path) -> dict[str, Any]:
    seen: dict[str, dict[str, Any]] = {}
    texts: dict[str, bytes] = {}
    for name, stream in _members(source):
        if name in seen:
            raise Damaged(f"{name} is in it twice.")
        hashing = _Hashing(stream)
        size = 0
        while chunk := hashing.read(CHUNK):
            size += len(chunk)
            if name in (MANIFEST, SEAL):
                texts[name] = texts.get(name, b"") + chunk
        seen[name] = {"size": size, "sha256": hashing.sha256.hexdigest()}
    if MANIFEST not in texts or SEAL not in texts:
        raise Damaged("its end is missing: the backup was cut off.")
    if hashlib.sha256(texts[MANIFEST]).hexdigest().encode() != texts[SEAL]:
        raise Damaged("its table of contents was changed.")
    manifest = json.loads(texts[MANIFEST])
    if manifest.get("format") != FORMAT:
        raise Damaged(f"it has format {manifest.get('format')}, and this release reads {FORMAT}.")
    found = {name: facts for name, facts in seen.items() if name not in (MANIFEST, SEAL)}
    for name in sorted(set(found) | set(manifest["members"])):
        if found.get(name) != manifest["members"].get(name):
            raise Damaged(f"{name} is not as it was saved.")
    return manifest


def extract(source: Path, place: Callable[[str], Path | None]) -> int:
    """Write each member where `place(name)` says (None: nowhere), synced; how many."""
    written = 0
    folders = set()
    for name, stream in _members(source):
        target = place(name)
        if target is None:
            continue
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            while chunk := stream.read(CHUNK):
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        folders.add(target.parent)
        written += 1
    for folder in folders:
        sync_folder(folder)
    return written


def _members(source: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Name and stream of each member, in order. Only plain files with tame names are ever in one."""
    with tarfile.open(source, mode="r:") as tar:
        for info in tar:
            parts = Path(info.name).parts
            if not info.isreg() or info.name.startswith("/") or ".." in parts:
                raise Damaged(f"{info.name!r} does not belong in a backup.")
            stream = tar.extractfile(info)
            assert stream is not None
            yield info.name, stream


def sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
