"""`pelekan backup FILE` while people work, `pelekan restore FILE` when nobody does."""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pelekan import checks
from pelekan import config as configuration
from pelekan.commands import archive, databases, instance
from pelekan.commands.instance import Stop
from pelekan.config import Config
from pelekan.lib.time import now

CONFIG_MEMBER = "pelekan.toml"
FILES = "files/"


def backup_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="the tar file to write; keep it as secret as the database"
    )
    parser.set_defaults(run=backup)


def restore_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument(
        "--replace", action="store_true", help="put what is here aside (SQLite) or delete it (PostgreSQL)"
    )
    parser.add_argument("--check", action="store_true", help="only read the file and say whether it is whole")
    parser.set_defaults(run=restore)


# Saving


def backup(args: argparse.Namespace) -> int:
    config = instance.start()
    target: Path = args.file.resolve()
    if target.exists():
        raise Stop(f"{target} exists already. Choose another name, or remove it first.")
    if not target.parent.is_dir():
        raise Stop(f"There is no folder {target.parent}.")
    began = time.monotonic()
    try:
        writer = archive.Writer(target)
        try:
            faults = _save(config, writer)
        except BaseException:
            writer.abandon()
            raise
    except (OSError, databases.Unsound) as fault:
        raise Stop(f"No backup was made: {fault}") from fault
    size = target.stat().st_size / 1_000_000
    files = sum(name.startswith(FILES) for name in writer.members)
    print(
        f"Saved the database and {files} files: {size:.1f} MB in {time.monotonic() - began:.1f} s, {target}"
    )
    for damage in faults:
        print(f"  damaged: {damage}")
    return 1 if faults else 0


def _save(config: Config, writer: archive.Writer) -> list[str]:
    """Everything into the archive; what was found damaged on the way."""
    with tempfile.TemporaryDirectory(dir=writer.target.parent, prefix=".pelekan-backup-") as folder:
        if sqlite := checks.sqlite_file(config):
            members, attachments, facts = databases.save_sqlite(sqlite, Path(folder))
        else:
            members, attachments, facts = databases.save_postgresql(config.database, Path(folder))
        for name, path in members.items():
            writer.add(name, path)
            path.unlink()
    assert config.path is not None
    writer.add(CONFIG_MEMBER, config.path)
    faults = _save_files(config.data / "files", attachments, writer)
    writer.finish(pelekan=version("pelekan"), made_at=now().isoformat(), faults=faults, **facts)
    return faults


def _save_files(root: Path, attachments: databases.Attachments, writer: archive.Writer) -> list[str]:
    """All stored files. They were written before their rows, so the copy of the database knows no file that is not
    here; one that is younger than that copy comes along and harms nobody."""
    saved: dict[str, str] = {}
    for path in sorted(root.rglob("*")) if root.is_dir() else ():
        if path.is_file() and path.suffix != ".part":
            name = path.relative_to(root).as_posix()
            try:
                saved[name] = writer.add(FILES + name, path)
            except FileNotFoundError:
                continue  # deleted between looking and reading
    faults = []
    for name, digest, unsent in attachments:
        if name not in saved:
            if not unsent:
                faults.append(f"the file of an attachment is missing: {root / name}")
        elif saved[name] != digest:
            faults.append(f"the file of an attachment has changed since it was stored: {root / name}")
    return faults


# Bringing back


def restore(args: argparse.Namespace) -> int:
    source: Path = args.file
    try:
        manifest = archive.verified(source)
    except OSError as fault:
        raise Stop(f"{source} can't be read: {fault.strerror}.") from fault
    except archive.Damaged as fault:
        raise Stop(f"{source} is damaged and was not restored: {fault}") from fault
    print(
        f"{source} is whole: made {manifest['made_at'][:16]} by Pelekan {manifest['pelekan']} on {manifest['kind']}."
    )
    if args.check:
        return 0
    config = _config_for(source)
    kind = "sqlite" if checks.sqlite_file(config) else "postgresql"
    if kind != manifest["kind"]:
        raise Stop(
            f"The backup is of a {manifest['kind']} database, and {config.path} names a {kind} one. Change `database` there."
        )
    _refuse_in_use(config, args.replace)
    (_restore_sqlite if kind == "sqlite" else _restore_postgresql)(config, source, manifest)
    _restore_files(config, source)
    instance.start(config, ready=False)
    for sentence in checks.unready():
        print(sentence)
    print("Restored. Start Pelekan again, and look at it with `pelekan doctor`.")
    return 0


def _config_for(source: Path) -> Config:
    """The configuration here, or on a bare machine the one in the backup."""
    path = configuration.find()
    if path is None:
        path = Path.cwd() / configuration.FILE
        archive.extract(source, lambda name: path if name == CONFIG_MEMBER else None)
        print(f"Wrote {path} from the backup.")
        return instance.found()
    saved: list[bytes] = []
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "saved.toml"
        archive.extract(source, lambda name: copy if name == CONFIG_MEMBER else None)
        saved.append(copy.read_bytes())
        old = configuration.load(copy)
    config = instance.found()
    if old.secret_key != config.secret_key:
        print(
            f"Note: {path} has another `secret_key` than the backup: the passwords of mailboxes must be entered again, "
            "unless you put the old key back."
        )
    return config


def _refuse_in_use(config: Config, replace: bool) -> None:
    from pelekan.lib.labour import STALE, last_beat

    beat = last_beat(config.data / "beats")
    if beat and now() - beat < STALE:
        raise Stop("Pelekan is running here. Stop it first (`systemctl stop pelekan`), then restore.")
    sqlite = checks.sqlite_file(config)
    try:
        taken = databases.sqlite_in_use(sqlite) if sqlite else databases.postgresql_in_use(config.database)
    except Exception as fault:
        raise Stop(f"The database can't be looked at: {fault}") from fault
    files = config.data / "files"
    if (taken or (files.is_dir() and any(files.iterdir()))) and not replace:
        raise Stop("An installation lives here already. With --replace it makes room for the backup.")


def _restore_sqlite(config: Config, source: Path, manifest: dict[str, Any]) -> None:
    database = checks.sqlite_file(config)
    assert database is not None
    fresh = database.with_name(database.name + ".restoring")
    fresh.unlink(missing_ok=True)
    archive.extract(source, lambda name: fresh if name == databases.SQLITE_MEMBER else None)
    aside = _aside(database)
    for ending in ("", "-wal", "-shm"):
        old = database.with_name(database.name + ending)
        if old.exists():
            old.rename(aside.with_name(aside.name + ending))
    fresh.rename(database)
    archive.sync_folder(database.parent)


def _restore_postgresql(config: Config, source: Path, manifest: dict[str, Any]) -> None:
    """Make the tables as they were then, fill them, and leave the way to this release to `pelekan migrate`."""
    databases.drop_postgresql(config.database)
    instance.start(config, ready=False)
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    done = [tuple(pair) for pair in manifest["migrations"]]
    if unknown := [pair for pair in done if pair not in executor.loader.graph.nodes]:
        raise Stop(
            f"The backup was made by a newer Pelekan (it has {unknown[0][0]} {unknown[0][1]}). Install that first."
        )
    executor.migrate(done)
    with tempfile.TemporaryDirectory(dir=config.data if config.data.is_dir() else None) as folder:
        tables = Path(folder)
        archive.extract(
            source, lambda name: tables / Path(name).name if name.startswith("database/") else None
        )
        databases.load_postgresql(config.database, tables, manifest)


def _restore_files(config: Config, source: Path) -> None:
    config.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    target, fresh = config.data / "files", config.data / "files.restoring"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    archive.extract(source, lambda name: fresh / name.removeprefix(FILES) if name.startswith(FILES) else None)
    if target.is_dir():
        target.rename(_aside(target))
    fresh.rename(target)
    archive.sync_folder(config.data)


def _aside(path: Path) -> Path:
    """Where what was here before is kept, until someone deletes it."""
    return path.with_name(f"{path.name}.before-{now():%Y%m%d-%H%M%S}")
