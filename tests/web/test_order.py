"""The floor can be read from the top down: no module needs, even for its types, one that needs it."""

from __future__ import annotations

import re
from pathlib import Path

import grimp
import pytest

import dozen


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("dozen", cache_dir=None, exclude_type_checking_imports=False)


def imports(graph: grimp.ImportGraph, floor: str) -> dict[str, set[str]]:
    modules = graph.find_children(floor)
    return {module: graph.find_modules_directly_imported_by(module) & modules for module in modules}


@pytest.mark.parametrize("floor", ["dozen.web", "dozen.db", "dozen.kit"])
def test_no_module_imports_in_a_circle(graph: grimp.ImportGraph, floor: str) -> None:
    left = imports(graph, floor)
    while free := {module for module, needs in left.items() if not needs}:
        left = {module: needs - free for module, needs in left.items() if module not in free}
    assert left == {}


def test_the_readme_lists_the_modules_in_that_order(graph: grimp.ImportGraph) -> None:
    text = (Path(dozen.__file__).parent / "web" / "README.md").read_text()
    listed = re.findall(r"^- `(\w+)`", text, re.M)
    needs = imports(graph, "dozen.web")
    assert sorted(listed) == sorted(module.rpartition(".")[2] for module in needs)
    for module, needed in needs.items():
        for other in needed:
            assert listed.index(module.rpartition(".")[2]) < listed.index(other.rpartition(".")[2]), (
                f"{module} imports {other}, and stands below it"
            )
