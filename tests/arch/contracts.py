"""Import rules that import-linter has no ready type for. ``pyproject.toml`` names them."""

from __future__ import annotations

import re

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class _Listed(Contract):
    """A contract whose breaks are a list of ``importer -> imported`` lines."""

    def breaks(self, graph: ImportGraph) -> list[str]:
        raise NotImplementedError

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        found = sorted(set(self.breaks(graph)))
        return ContractCheck(kept=not found, metadata={"found": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for line in check.metadata["found"]:
            output.print_error(line, bold=False)


def _direct(graph: ImportGraph, importer: str) -> set[str]:
    return set(graph.find_modules_directly_imported_by(importer))


class DoorContract(_Listed):
    """From outside a block only its package may be imported, not the modules inside it."""

    type_name = "door"
    blocks_in = fields.StringField()

    def breaks(self, graph: ImportGraph) -> list[str]:
        root = str(self.blocks_in)
        out = []
        for block in graph.find_children(root):
            inside = {block, *graph.find_descendants(block)}
            for private in graph.find_descendants(block):
                for importer in graph.find_modules_that_directly_import(private):
                    if importer not in inside:
                        out.append(f"{importer} -> {private}")
        return out


class SqlContract(_Listed):
    """Only ``queries`` and ``tables`` modules build SQL."""

    type_name = "sql"
    roots = fields.ListField(subfield=fields.StringField())

    _MAY = re.compile(r"\.(\w*queries|tables|sqlite|postgresql)(\.|$)")

    def breaks(self, graph: ImportGraph) -> list[str]:
        out = []
        for root in self.roots:  # type: ignore[attr-defined]
            for module in graph.find_descendants(str(root)):
                if not self._MAY.search(module):
                    out += [
                        f"{module} -> {name}"
                        for name in _direct(graph, module)
                        if name.split(".")[0] == "sqlalchemy"
                    ]
        return out


class DialectContract(_Listed):
    """A dialect is a leaf: only its room's manifest imports it, and it imports neither the native
    door's modules nor another dialect."""

    type_name = "dialect"
    rooms_in = fields.StringField()

    def breaks(self, graph: ImportGraph) -> list[str]:
        out = []
        for room in graph.find_children(str(self.rooms_in)):
            compat = f"{room}.compat"
            if compat not in graph.modules:
                continue
            for dialect in graph.find_children(compat):
                inside = {dialect, *graph.find_descendants(dialect)}
                for module in inside:
                    for importer in graph.find_modules_that_directly_import(module):
                        if importer not in inside and importer != room:
                            out.append(f"{importer} -> {module}")
                    for name in _direct(graph, module) - inside:
                        banned = (
                            f"{room}.api",
                            f"{room}.pages",
                            f"{room}.schemas",
                            f"{room}.demo",
                            f"{compat}.",
                        )
                        if name.startswith(banned):
                            out.append(f"{module} -> {name}")
        return out
