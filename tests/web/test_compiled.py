"""Compiled templates on the disk: the same page, and never one of another state of the house."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.template import engines
from django.utils import translation

from pelekan.web import compiled, jinja


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(compiled.Compiled, "_get_default_cache_dir", lambda self: str(tmp_path))
    return tmp_path


def drawn(language: str, name: str = "errors/404.html") -> str:
    """By an environment that has compiled nothing yet."""
    fresh = jinja.environment(loader=engines["jinja2"].env.loader)
    with translation.override(language):
        own = fresh.overlay()
        compiled.keep(own, language)
        own.globals = {**fresh.globals}
        own.globals["ui"] = own.get_template("ui.html").module
        return own.get_template(name).render(
            title="t", lang=language, dir="rtl", languages=[], here="/", brand={}
        )


def test_the_second_process_shows_the_same_page_and_each_language_has_its_own(place: Path) -> None:
    first = drawn("fa")
    files = {file: file.stat().st_mtime_ns for file in place.iterdir()}
    assert files and drawn("fa") == first
    assert {file: file.stat().st_mtime_ns for file in place.iterdir()} == files  # nothing was compiled again
    assert drawn("en") != first


def test_whatever_changes_in_the_house_makes_them_anew(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn("fa")
    files = {file: file.read_bytes() for file in place.iterdir()}
    monkeypatch.setattr(compiled, "state", lambda: "another word in the catalogue")
    drawn("fa")
    assert all(file.read_bytes() != was for file, was in files.items())


def test_a_damaged_file_or_no_place_at_all_costs_time_only(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = drawn("fa")
    for file in place.iterdir():
        file.write_bytes(file.read_bytes()[:40])
    assert drawn("fa") == first

    def nowhere(self: compiled.Compiled) -> str:
        raise RuntimeError("Cannot determine safe temp directory.")

    monkeypatch.setattr(compiled.Compiled, "_get_default_cache_dir", nowhere)
    assert drawn("fa") == first
