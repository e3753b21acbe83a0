"""What must hold before anybody is served. Each fault is a sentence that says what to change.

`unsafe` needs the configuration alone; `unready` needs Django and the database.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from pelekan import config as configuration
from pelekan.config import Config

NETWORK_FILE_SYSTEMS = (
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "fuse.glusterfs", "fuse.sshfs", "lustre",
    "ocfs2", "gfs2", "fuse.s3fs", "fuse.rclone", "davfs",
)  # fmt: skip


class Refused(Exception):
    """Pelekan doesn't start. `faults` are the sentences."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def unsafe(config: Config) -> list[str]:
    """What contradicts itself or is insecure in this configuration and the place where it lies."""
    found = configuration.faults(config)
    if (file := sqlite_file(config)) and (kind := network_file_system(file)):
        found.append(
            f"The database {file} lies on a network file system ({kind}), where SQLite loses data. Put it on a local "
            "disk (`database` in pelekan.toml) or use PostgreSQL."
        )
    return found


def refuse_unsafe(config: Config) -> None:
    """Raise Refused unless `config` may serve."""
    if found := unsafe(config):
        raise Refused(found)


def unready() -> list[str]:
    """What keeps the database from being used by this release: not reachable, older, newer."""
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        connection.ensure_connection()
        executor = MigrationExecutor(connection)
        known = executor.loader.disk_migrations
        applied = set(executor.loader.applied_migrations)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as fault:
        return [f"The database can't be used: {str(fault).strip()}. See `database` in pelekan.toml."]
    ours = {app for app, _name in known or {}}
    newer = sorted(f"{app} {name}" for app, name in applied - set(known or {}) if app in ours)
    if newer:
        sentence = (
            f"This database was made by a newer Pelekan (it has {', '.join(newer)}). Install that release again, or "
            "restore a backup made by this one."
        )
        return [sentence]
    if waiting:
        steps = len(waiting)
        return [
            f"The database is {steps} steps older than this release. Make a backup and run `pelekan migrate`."
        ]
    return []


def refuse_unready() -> None:
    """Raise Refused unless the database fits this release."""
    if found := unready():
        raise Refused(found)


def sqlite_file(config: Config) -> Path | None:
    """Where the SQLite database lies; None for PostgreSQL."""
    if not config.database.startswith("sqlite:///"):
        return None
    return Path(unquote(config.database.removeprefix("sqlite:///")))


def network_file_system(place: Path, mounts: str | None = None) -> str:
    """The kind of network file system that `place` lies on, "" when it is local or can't be told.

    `mounts` is the text of /proc/mounts."""
    if mounts is None:
        try:
            mounts = Path("/proc/mounts").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
    place = place.resolve()
    best, kind = Path("/"), ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = Path(fields[1].replace("\\040", " "))
        if place.is_relative_to(point) and len(point.parts) >= len(best.parts):
            best, kind = point, fields[2]
    return kind if kind in NETWORK_FILE_SYSTEMS else ""
