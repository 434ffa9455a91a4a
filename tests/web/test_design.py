"""The design system's own promises, as far as no browser is needed: `tests/browser` has the rest."""

from __future__ import annotations

import re
from pathlib import Path

import brotli
import pytest

import dozen.web
from dozen.web.assets import Assets
from tests.browser.stage import ROOMS, Stage

WEB = Path(dozen.web.__file__).parent
STATIC, TEMPLATES = WEB / "static", WEB / "templates"
PARTS = sorted(TEMPLATES.glob("**/*.html"))
PAGES = [path for path in PARTS if path.name != "mail.html"]
SHEETS = sorted((STATIC / "css").glob("*.css"))
SCRIPTS = [STATIC / "app.js", *sorted((STATIC / "js").glob("*.js"))]


def symbols(sprite: str) -> set[str]:
    return set(re.findall(r'<symbol id="i-([^"]+)"', (STATIC / sprite).read_text()))


def test_no_icon_is_in_both_sprites_and_the_macro_knows_which_has_which() -> None:
    core, rest = symbols("icons.svg"), symbols("icons-more.svg")
    assert not core & rest
    stage = Stage()
    more = stage.frame.templates.get_template("parts/icons.html").module.more  # type: ignore[attr-defined]
    stage.close()
    assert set(more) == rest


@pytest.mark.parametrize("path", PARTS, ids=lambda path: path.stem)
def test_every_icon_that_a_template_names_exists(path: Path) -> None:
    known = symbols("icons.svg") | symbols("icons-more.svg")
    text = path.read_text()
    named = set(re.findall(r"\b(?:icon|glyph)\('([a-z-]+)'", text))
    named |= set(re.findall(r"\{\{ (?:core|rest) \}\}([a-z-]+)", text))
    assert named <= known


@pytest.mark.parametrize("bundle", ["app.css.list", "lite.css.list"])
def test_a_bundle_lists_sheets_that_exist_once_each(bundle: str) -> None:
    listed = (STATIC / bundle).read_text().split()
    assert len(listed) == len(set(listed))
    assert all((STATIC / name).is_file() for name in listed)


def test_every_sheet_is_in_the_bundle_but_the_style_guides_own() -> None:
    listed = set((STATIC / "app.css.list").read_text().split())
    assert {f"css/{path.name}" for path in SHEETS} - listed == {"css/styleguide.css"}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_pages_obey_the_content_security_policy(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\sstyle=", text)
    assert not re.search(r"\son[a-z]+=\"", text)
    assert not re.search(r"<style\b", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_colours_live_in_the_tokens_alone(path: Path) -> None:
    """Black and white on pictures and codes are the exceptions: they stand on what no theme changes."""
    if path.name == "tokens.css":
        return
    colours = set(re.findall(r"#[0-9a-f]{3,8}\b", path.read_text()))
    assert colours <= {"#fff", "#000", "#000000c7", "#000000e0"}


def test_every_class_that_a_part_writes_has_a_rule() -> None:
    rules = set(re.findall(r"\.([a-z][a-z0-9-]*)", "\n".join(path.read_text() for path in SHEETS)))
    # Names that are composed, or that only mark a place for scripts and other rules.
    free = {"main", "note", "figure", "chart", "profile", "section"}
    for path in (TEMPLATES / "parts").glob("*.html"):
        for value in re.findall(r'class="([^"]*)"', path.read_text()):
            plain = re.sub(r"\{\{.*?\}\}", "~", re.sub(r"\{%.*?%\}", " ", value))
            for name in plain.split():
                if re.fullmatch(r"[a-z][a-z0-9-]*[a-z0-9]", name):
                    assert name in rules | free, f"{path.name}: {name}"


def test_every_room_has_its_accent_by_day_and_by_night() -> None:
    tokens = (STATIC / "css/tokens.css").read_text()
    for room in ROOMS:
        assert len(re.findall(rf'\[data-room="{room}"\] {{ --accent:', tokens)) == 2


def weight(assets: Assets, *names: str) -> int:
    return sum(len(assets.body(name, b"br")[0]) for name in names)


def test_the_first_view_is_light() -> None:
    """50 KB with everything; what a page of the friends needs leaves room for its words in 14 KB."""
    assets = Assets({"": STATIC})
    scripts = [str(path.relative_to(STATIC)) for path in SCRIPTS]
    assert weight(assets, "app.css", "icons.svg", "icons-more.svg", *scripts) < 38_000
    assert weight(assets, "lite.css", "icons.svg") < 11_500


def test_the_style_guide_shows_every_macro() -> None:
    """A macro that the guide does not show is a macro that nobody looks at."""
    guide = (TEMPLATES / "styleguide.html").read_text()
    elsewhere = {  # shown by the frame, or by another macro that the guide calls
        "icons": {"dots"},
        "frame": {"brand", "you", "places", "rooms"},
        "forms": {"field", "error_line"},
        "menus": {"lazy"},
        "people": {"initials", "name"},
        "charts": {"show"},
    }
    for path in (TEMPLATES / "parts").glob("*.html"):
        macros = set(re.findall(r"\{% macro ([a-z]\w*)\(", path.read_text()))
        shown = set(re.findall(rf"\b{path.stem}\.(\w+)\(", guide)) | set(re.findall(r"\b(icon)\(", guide))
        assert macros - elsewhere.get(path.stem, set()) <= shown, path.stem


def test_compressed_text_is_what_it_says() -> None:
    assets = Assets({"": STATIC})
    packed, encoding = assets.body("app.css", b"br")
    assert encoding == "br"
    assert brotli.decompress(packed) == assets.body("app.css", b"")[0]
