"""The house's rules hold, and break when they are broken."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
SOURCE = ROOT / "src" / "dozen"


def lint(folder: Path) -> str:
    done = subprocess.run(
        [
            Path(sys.executable).parent / "lint-imports",
            "--no-cache",
            "--config",
            str(folder / "pyproject.toml"),
        ],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": f"{folder / 'src'}:{folder}", "COLUMNS": "200"},
        capture_output=True,
        text=True,
    )
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source without its data, to break."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copytree(
        SOURCE,
        folder / "src" / "dozen",
        ignore=shutil.ignore_patterns("static", "templates", "words", "__pycache__"),
    )
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / "tests" / "arch").mkdir(parents=True)
    for name in ("tests/__init__.py", "tests/arch/__init__.py", "tests/arch/contracts.py"):
        shutil.copy(ROOT / name, folder / name)
    return folder


SEEDS = {
    "Floors: a floor imports only from floors below it": (
        "core/graph/limits.py",
        "def _seeded():\n    from dozen.services import microblog\n",
    ),
    "Rooms never meet": ("services/home/service.py", "from dozen.services.microblog import text\n"),
    "Blocks are entered by the door": (
        "services/microblog/service/posts.py",
        "from dozen.core.graph import follows\n",
    ),
    "Blocks stack one way": ("core/media/service.py", "from dozen.core import search\n"),
    "The floors inside a room": (
        "services/microblog/queries.py",
        "from dozen.services.microblog import api\n",
    ),
    "Dialects are leaves": (
        "services/microblog/compat/toot/routes.py",
        "from dozen.services.microblog import schemas\n",
    ),
    "No HTTP below the doors": ("core/media/serving.py", "def _seeded():\n    import granian\n"),
    "SQL only in queries and tables": ("services/microblog/service/marks.py", "import sqlalchemy\n"),
}


def test_the_house_keeps_its_rules() -> None:
    report = lint(ROOT)
    assert "0 broken" in report, report


def test_every_rule_has_a_seed(copy: Path) -> None:
    names = re.findall(
        r'^name = "(.+)"$', (copy / "pyproject.toml").read_text().partition("importlinter")[2], re.M
    )
    assert set(names) == set(SEEDS)


def test_each_broken_rule_is_caught(copy: Path) -> None:
    for place, line in SEEDS.values():
        path = copy / "src" / "dozen" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        for package in (path.parent, path.parent.parent):
            if not (package / "__init__.py").exists():
                (package / "__init__.py").write_text("")
        path.write_text((path.read_text() if path.exists() else "") + "\n" + line)
    report = lint(copy)
    for name in SEEDS:
        assert re.search(rf"^{re.escape(name)} BROKEN$", report, re.M), f"{name} was not caught:\n{report}"


def test_no_file_names_a_registry_host() -> None:
    # In two halves each, or this file would name them itself.
    halves = (
        ("pypi", ".org"),
        ("python", "hosted"),
        ("registry.", "npm"),
        ("npm", "js."),
        ("yarn", "pkg"),
        ("deb.", "debian"),
    )
    hosts = re.compile("|".join(re.escape("".join(pair)) for pair in halves))
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    named = []
    for name in filter(None, tracked):
        path = ROOT / name
        if not path.is_file():
            continue
        if hosts.search(path.read_text(errors="ignore")):
            named.append(name)
    assert not named


def test_every_package_says_what_it_is() -> None:
    places = [
        *SOURCE.glob("core/*/"),
        *SOURCE.glob("services/*/"),
        SOURCE / "web",
        SOURCE / "db",
        SOURCE / "kit",
    ]
    lacking = [
        str(p.relative_to(ROOT))
        for p in places
        if (p / "__init__.py").exists() and not (p / "README.md").exists()
    ]
    assert not lacking
