"""`pelekan knowledge`: articles in and out of an installation, as its owner does it at the shell."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.house.conftest import Installation, Make
from tests.servers.desks import environment

pytestmark = pytest.mark.server

CSV = (
    "\ufeffLanguage;Text;ID;Title\n"
    "fa;برای بازگشت وجه از سفارش‌ها شروع کنید;r-1;بازگشت وجه\n"
    'en;"Go to Orders;\nthen press Refund";r-2;How to get a refund\n'
    "en;nobody named this;r-3;\n"
    "en;Open; semicolon;r-4;Broken\n"
)


def _found(text: str) -> list[dict[str, Any]]:
    return json.loads(text)  # type: ignore[no-any-return]


def test_what_is_imported_is_public_and_found_at_once(desk: Installation, tmp_path: Path) -> None:
    (tmp_path / "help.csv").write_text(CSV, "utf-8")
    done = desk.run("knowledge", "import", str(tmp_path / "help.csv"))
    assert done.returncode == 0 and done.stdout.decode() == "2 made, 0 changed, 0 unchanged, 2 skipped\n"
    said = done.stderr.decode()
    assert "help.csv, line 5: It has no title." in said and "help.csv, line 6: It has 5 cells" in said
    (hit,) = _found(desk.ran("knowledge", "search", "بازگشت وجه", "--json", "--limit", "1"))
    assert (
        (hit["id"], hit["title"]) == ("r-1", "بازگشت وجه") and hit["score"] > 0 and "سفارش" in hit["snippet"]
    )
    assert _found(desk.ran("knowledge", "search", "refnud", "--json"))[0]["id"] == "r-2", "spelled wrong"
    assert _found(desk.ran("knowledge", "search", "nothing like it at all zzz", "--json")) == []
    again = desk.ran("knowledge", "import", str(tmp_path / "help.csv"))
    assert again == "0 made, 0 changed, 2 unchanged, 2 skipped\n"
    lines = desk.run("knowledge", "search", "--stdin", input="وجه\nrefund\n".encode())
    assert [_found(line)[0]["id"] for line in lines.stdout.decode().splitlines()] == ["r-1", "r-2"]
    desk.serve()
    assert "How to get a <mark>refund</mark>" in desk.get("/help/en/search/?q=refund")[1]


def test_a_folder_of_markdown_and_the_way_back(desk: Installation, tmp_path: Path) -> None:
    folder = tmp_path / "in" / "billing"
    folder.mkdir(parents=True)
    (folder / "renew.en.md").write_text(
        "---\ntitle: Renewing\nid: renew\nsummary: Each year\n---\nPress **Renew**.\n"
    )
    (folder / "renew.fa.md").write_text("---\ntitle: تمدید\nid: renew\n---\nدکمهٔ تمدید را بزنید.\n", "utf-8")
    (folder / "bad.md").write_text("---\ntitle: [\n---\nx\n")
    done = desk.run("knowledge", "import", str(tmp_path / "in"))
    assert done.returncode == 0 and "billing/bad.md, line 2: " in done.stderr.decode()
    assert _found(desk.ran("knowledge", "search", "renewing", "--json"))[0]["id"] == "renew"
    out = tmp_path / "out"
    assert desk.ran("knowledge", "export", str(out)) == f"2 articles written to {out}\n"
    assert {one.relative_to(out).as_posix() for one in out.rglob("*.md")} == {
        "billing/renew.en.md", "billing/renew.fa.md",
    }  # fmt: skip
    assert desk.ran("knowledge", "import", str(out)) == "0 made, 0 changed, 2 unchanged, 0 skipped\n"
    refused = desk.run("knowledge", "export", str(out))
    assert refused.returncode == 1 and b"is not empty" in refused.stderr
    assert desk.ran("knowledge", "index") == "2 entries\n"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["import", "none.csv"], "There is no file or folder 'none.csv'."),
        (["import", "pelekan.toml"], "give a .csv, a .zip, or a folder"),
        (["import", "wrong.csv"], "wrong.csv, line 1: The first line must name the columns: id, title, text, language."),
        (["import", "wrong.zip"], "wrong.zip: This is no zip file."),
        (["search"], "Say what to search for"),
    ],
)  # fmt: skip
def test_what_can_not_be_done_is_said_and_fails(desk: Installation, words: list[str], says: str) -> None:
    (desk.folder / "wrong.csv").write_text("name,words\na,b\n")
    (desk.folder / "wrong.zip").write_text("no zip")
    done = desk.run("knowledge", *words)
    assert done.returncode == 1 and says in done.stderr.decode() and "Traceback" not in done.stderr.decode()


def test_from_elsewhere_the_desk_is_named(desk: Installation, bare: Make, tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("id,title,text,language\n7,Parcels,They come on Monday,en\n")

    def run(*words: str, **more: str) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "pelekan", "knowledge", *words]
        return subprocess.run(
            command, cwd=tmp_path, env=environment() | more, capture_output=True, check=False
        )

    lost = run("import", "one.csv")
    assert lost.returncode == 1 and b"PELEKAN_CONFIG" in lost.stderr
    here = {"PELEKAN_CONFIG": str(desk.folder / "pelekan.toml")}
    assert run("import", "one.csv", **here).stdout == b"1 made, 0 changed, 0 unchanged, 0 skipped\n"
    assert _found(run("search", "parcels", "--json", **here).stdout.decode())[0]["id"] == "7"
    assert _found(desk.ran("knowledge", "search", "parcels", "--json"))[0]["id"] == "7"
