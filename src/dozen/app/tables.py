"""Imports every module that declares tables, so that the metadata is whole."""

from importlib import import_module
from pathlib import Path

_ROOT = Path(__file__).parent.parent

for _path in sorted(
    [
        *_ROOT.glob("core/*/tables.py"),
        *_ROOT.glob("services/*/tables.py"),
        *(package.parent for package in _ROOT.glob("services/*/tables/__init__.py")),
    ]
):
    import_module("dozen." + ".".join(_path.relative_to(_ROOT).with_suffix("").parts))
import_module("dozen.db.nodes")
