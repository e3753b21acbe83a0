"""The one configuration file, `pelekan.toml`, read into a plain value.

Found through `PELEKAN_CONFIG`, else as `pelekan.toml` in the current folder or one above it. Whoever runs
Pelekan changes this file; nothing else of the installation is configured outside the database.
"""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

FILE = "pelekan.toml"
LANGUAGES = ("fa", "ar", "en")
THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
KNOWN_KEYS = ("insecure", "change", "example", "secret", "only-for-tests", "12345678")
"""What keys contain that were copied from a page instead of made."""


class ConfigError(Exception):
    """What is wrong with the configuration, as a sentence that says what to change."""


@dataclass(frozen=True)
class Config:
    """Settings of one installation; every field is read by `pelekan.settings` or the command line."""

    path: Path | None = None
    base_url: str = "http://127.0.0.1:8000"
    secret_key: str = ""
    database: str = "sqlite:///pelekan.sqlite3"
    data: Path = Path("data")
    language: str = "fa"
    organization: str = ""
    demo: bool = False
    debug: bool = False
    allowed_hosts: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    threads: int = 4
    mail_from: str = ""
    smtp: str = ""
    private_hosts: tuple[str, ...] = ()
    authserv_id: str = ""
    check_senders: bool = True
    max_upload_mb: int = 25
    max_mail_mb: int = 40
    undo_seconds: int = 10
    smtp_per_minute: int = 0
    smtp_per_hour: int = 0
    listen_smtp: str = ""
    listen_lmtp: str = ""
    mail_certificate: str = ""
    mail_key: str = ""
    extra: dict[str, object] = field(default_factory=dict)


def find(start: Path | None = None) -> Path | None:
    """The configuration file that holds here, or None."""
    if named := os.environ.get("PELEKAN_CONFIG"):
        return Path(named)
    folder = (start or Path.cwd()).resolve()
    for place in (folder, *folder.parents):
        if (place / FILE).is_file():
            return place / FILE
    return None


def load(path: Path | None) -> Config:
    """Read `path` into a Config. Raises ConfigError for what can't be read or is not known."""
    if path is None:
        return Config()
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"There is no configuration at {path}. Run `pelekan init` in that folder first.")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise ConfigError(f"{path} is not valid TOML: {fault}. Mend that line and start again.")
    known = {name for name in Config.__dataclass_fields__ if name not in ("path", "extra")}
    unknown = sorted(set(raw) - known)
    if unknown:
        raise ConfigError(
            f"{path} has settings that Pelekan doesn't know: {', '.join(unknown)}. Remove them."
        )
    values: dict[str, object] = {}
    for name, value in raw.items():
        default = Config.__dataclass_fields__[name].default
        wanted = type(default) if not isinstance(default, Path) else str
        if wanted is tuple:
            if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
                raise ConfigError(f"In {path}, `{name}` must be a list of texts.")
            value = tuple(value)
        elif type(value) is not wanted:
            raise ConfigError(f"In {path}, `{name}` must be a {wanted.__name__}, not {value!r}.")
        values[name] = value
    folder = path.resolve().parent
    values["data"] = folder / str(values.get("data", "data"))
    for name in ("mail_certificate", "mail_key"):
        if values.get(name):
            values[name] = str(folder / str(values[name]))
    database = str(values.get("database", Config.database))
    if database.startswith("sqlite:///") and not database.startswith("sqlite:////"):
        values["database"] = f"sqlite:///{quote(str(folder / unquote(database.removeprefix('sqlite:///'))))}"
    return Config(path=path, **values)  # type: ignore[arg-type]


def faults(config: Config) -> list[str]:
    """Sentences about what contradicts itself or is insecure; empty when Pelekan may start.

    A demo on this machine may run over plain HTTP; anything else must be safe before it serves anyone.
    """
    found = []
    url = urlsplit(config.base_url)
    if url.scheme not in ("http", "https") or not url.hostname or url.path.strip("/") or url.query:
        found.append("`base_url` must look like https://support.example.com, without a path.")
    if len(config.secret_key) < 50 or len(set(config.secret_key)) < 10:
        found.append(
            "`secret_key` is missing or too short. Run `pelekan init` to get a good one, or put 64 random characters there."
        )
    elif any(words in config.secret_key.lower() for words in KNOWN_KEYS):
        found.append(
            "`secret_key` looks like one from an example, which others know too. Put 64 random characters."
        )
    if config.language not in LANGUAGES:
        found.append(f"`language` must be one of {', '.join(LANGUAGES)}.")
    if not config.database.startswith(("sqlite:///", "postgresql://", "postgres://")):
        found.append("`database` must begin with sqlite:/// or postgresql://.")
    if "*" in config.allowed_hosts:
        found.append("`allowed_hosts` must name hosts; remove '*'.")
    if any(not _network(proxy) for proxy in config.trusted_proxies):
        found.append(
            "`trusted_proxies` must list addresses or networks, such as 127.0.0.1 or 10.0.0.0/8; a name or '*' would let "
            "anybody forge where he comes from."
        )
    if config.smtp and urlsplit(config.smtp).scheme not in ("smtp", "smtp+tls", "smtps"):
        found.append(
            "`smtp` must look like smtps://user:password@host:465 or smtp+tls://user:password@host:587."
        )
    if config.mail_from and not re.fullmatch(r"[^\s<>@]+@[^\s<>@]+", config.mail_from):
        found.append("`mail_from` must be an address alone, such as support@example.com.")
    for name in ("listen_smtp", "listen_lmtp"):
        host, _, port = getattr(config, name).rpartition(":")
        if getattr(config, name) and (not host or not port.isdigit() or not 0 < int(port) < 65536):
            found.append(f"`{name}` must be an address and a port, such as 127.0.0.1:2525.")
    for name in ("mail_certificate", "mail_key"):
        if getattr(config, name) and not Path(getattr(config, name)).is_file():
            found.append(f"`{name}` names no file that can be read.")
    for name in ("max_upload_mb", "max_mail_mb"):
        if not 1 <= getattr(config, name) <= 1024:
            found.append(f"`{name}` must be between 1 and 1024.")
    if config.smtp_per_minute < 0 or config.smtp_per_hour < 0:
        found.append("`smtp_per_minute` and `smtp_per_hour` must be 0 (no limit) or more.")
    if not 0 <= config.undo_seconds <= 120:
        found.append("`undo_seconds` must be between 0 (answers go at once) and 120.")
    if not 1 <= config.threads <= 64:
        found.append("`threads` must be between 1 and 64.")
    if config.demo and url.hostname not in THIS_MACHINE:
        found.append(
            "`demo` is on, whose passwords are public, so `base_url` must be on this machine. Remove `demo`."
        )
    if not config.demo:
        if url.scheme == "http" and url.hostname not in THIS_MACHINE:
            found.append(
                "`base_url` is plain http, so passwords would travel unprotected. Use https (see docs/operations.md)."
            )
        if config.debug:
            found.append("`debug` is on outside the demo and would show internals to visitors. Remove it.")
    return found


def _network(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return not text.endswith("/0")
