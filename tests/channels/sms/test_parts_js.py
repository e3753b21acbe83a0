"""The composer counts parts as the desk does."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest

import pelekan
from pelekan.channels.sms.parts import parts

SCRIPT = Path(pelekan.__file__).parent / "web" / "static" / "js" / "parts.js"
LETTERS = "aZ 9\n€{~سلام‌پ🙂çÇé\t"


def test_the_same_count_in_the_browser(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    chance = random.Random(5)
    texts = ["", "a" * 160, "a" * 161, "س" * 70, "س" * 71, "a" * 152 + "€" * 80, "س" * 66 + "🙂" * 40]
    texts += ["".join(chance.choices(LETTERS[: chance.randint(4, len(LETTERS))], k=chance.randint(0, 500))) for _ in range(300)]  # fmt: skip
    (tmp_path / "parts.mjs").write_bytes(SCRIPT.read_bytes())
    (tmp_path / "ask.mjs").write_text(
        'import { parts } from "./parts.mjs"; import { readFileSync } from "node:fs";'
        "console.log(JSON.stringify(JSON.parse(readFileSync(0)).map((text) => { const told = parts(text); return [told.units, told.count, told.left]; })))"
    )
    run = subprocess.run([node, "ask.mjs"], cwd=tmp_path, input=json.dumps(texts), capture_output=True, text=True, timeout=60, check=True)  # fmt: skip
    ours = [[told.units, told.count, told.left] for told in map(parts, texts)]
    assert json.loads(run.stdout) == ours
