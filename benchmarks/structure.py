"""Measure the structure of the code: modules, functions, imports, and words to avoid.

Reads the source only, so that any checkout can be measured: ``structure --root PATH``.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

PACKAGE = "widget"
FUNCTION_LINES = 60  # a longer function is listed
WORDS = ("known", "made", "kept", "told", "said", "asked")  # no identifiers
# What most of the readers of the code come for; everything else is optional.
CORE = ("app", "entry", "panel", "store.directory", "web.reader")
CORE_LINES = 6_000

Graph = Mapping[str, set[str]]


@dataclass(frozen=True)
class Module:
    """A source file; ``name`` is relative to the package: ``panel.view``, "" for the root."""

    name: str
    is_package: bool
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """The package that the module belongs to: ``panel``; "" for a module at the top."""
        return self.name if self.is_package else self.name.rpartition(".")[0]


@dataclass
class Structure:
    """The measurements of one checkout."""

    top_modules: list[str] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)  # of each module
    long_functions: dict[str, int] = field(default_factory=dict)  # lines of each
    module_circles: list[list[str]] = field(default_factory=list)
    room_circles: list[list[str]] = field(default_factory=list)
    rooms: list[str] = field(default_factory=list)
    arrows: list[tuple[str, str]] = field(default_factory=list)  # between rooms
    libraries: dict[str, set[str]] = field(default_factory=dict)  # the modules that import each
    definitions: Counter[str] = field(default_factory=Counter)  # of WORDS as identifiers
    uses: Counter[str] = field(default_factory=Counter)
    word_parts: Counter[str] = field(default_factory=Counter)  # definitions that contain a word

    @property
    def core_lines(self) -> int:
        """Return the lines of the core's Python modules."""
        return sum(
            lines
            for name, lines in self.lines.items()
            if any(name == part or name.startswith(f"{part}.") for part in CORE)
        )


def modules(root: Path) -> list[Module]:
    """Return the modules of the package in the checkout at ``root``."""
    found = []
    for path in sorted((root / PACKAGE).rglob("*.py")):
        name = ".".join(path.relative_to(root / PACKAGE).with_suffix("").parts)
        text = path.read_text("utf-8")
        is_package = path.name == "__init__.py"
        name = name.removesuffix("__init__").rstrip(".")
        found.append(Module(name, is_package, text, ast.parse(text, str(path))))
    return found


def imports(tree: ast.AST) -> Iterator[str]:
    """Yield the full names that a module imports at run time, wherever in it."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        else:
            yield from imports(node)


def measure(root: Path) -> Structure:
    """Return the measurements of the checkout at ``root``."""
    structure = Structure()
    listed = modules(root)
    names = {module.name for module in listed}
    by_module: dict[str, set[str]] = {module.name: set() for module in listed}
    rooms = {module.name: module.room or module.name for module in listed}
    for module in listed:
        structure.lines[module.name or PACKAGE] = len(module.text.splitlines())
        structure.long_functions |= long_functions(module)
        for imported in imports(module.tree):
            package, _, inner = imported.partition(".")
            if package == PACKAGE:
                target = inner if inner in names else inner.rpartition(".")[0]
                if target and target != module.name:
                    by_module[module.name].add(target)
            elif package not in sys.stdlib_module_names and package != "__future__":
                structure.libraries.setdefault(package, set()).add(module.name)
        _count_words(module, structure)
    by_room: dict[str, set[str]] = {room: set() for room in sorted(set(rooms.values()) - {""})}
    for name, targets in by_module.items():
        if name:
            by_room[rooms[name]] |= {rooms[target] for target in targets} - {rooms[name]}
    structure.top_modules = [
        module.name
        for module in listed
        if module.name and "." not in module.name and not module.is_package
    ]
    structure.rooms = [module.name for module in listed if module.is_package and module.name]
    structure.arrows = [(room, to) for room, targets in by_room.items() for to in sorted(targets)]
    structure.module_circles = circles(by_module)
    structure.room_circles = circles(
        {room: {to for to in targets if not _nested(room, to)} for room, targets in by_room.items()}
    )
    return structure


def _nested(one: str, other: str) -> bool:
    """Return whether one package holds the other; such a pair is one thing with an inside."""
    return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")


def long_functions(module: Module) -> dict[str, int]:
    """Return the functions over ``FUNCTION_LINES``, with their lines."""
    return {
        f"{module.name}.{node.name}": lines
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    }


def circles(graph: Graph) -> list[list[str]]:
    """Return the groups of nodes that reach one another (strongly connected components)."""
    reach = {node: _reachable(graph, node) for node in graph}
    groups = {
        tuple(sorted(other for other in reach[node] if node in reach.get(other, ())))
        for node in graph
        if node in reach[node]
    }
    return [list(group) for group in sorted(groups)]


def _reachable(graph: Graph, start: str) -> set[str]:
    """Return the nodes that ``start`` leads to, over one arrow or more."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        targets = graph.get(waiting.pop(), set()) - found
        found |= targets
        waiting += targets
    return found


def _count_words(module: Module, structure: Structure) -> None:
    for name in _definitions(module.tree):
        if name in WORDS:
            structure.definitions[name] += 1
        else:
            parts = re.findall(r"[a-z]+|[A-Z][a-z]*", name)
            structure.word_parts.update({part.lower() for part in parts} & set(WORDS))
    for token in tokenize.generate_tokens(io.StringIO(module.text).readline):
        if token.type == tokenize.NAME and token.string in WORDS:
            structure.uses[token.string] += 1


def _definitions(tree: ast.Module) -> Iterator[str]:
    """Yield the names that are bound: functions, classes, parameters, variables, attributes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr


def report(structure: Structure) -> str:
    """Return the measurements as lines of text."""
    longest = max(structure.lines, key=structure.lines.__getitem__)
    long = sorted(structure.long_functions.items(), key=lambda each: -each[1])
    lines = [
        f"modules              {len(structure.lines)}, {sum(structure.lines.values()):,} lines",
        f"at the top           {len(structure.top_modules)}: {_list(structure.top_modules)}",
        f"longest module       {longest}, {structure.lines[longest]} lines",
        f"functions over {FUNCTION_LINES}    {len(long)}"
        + "".join(f"\n  {lines:4} {name}" for name, lines in long),
        f"core                 {structure.core_lines:,} lines of {CORE_LINES:,} ({_list(CORE)})",
        f"packages             {len(structure.rooms)}: {_list(structure.rooms)}",
        f"arrows between them  {len(structure.arrows)}, single modules included",
        f"circles of modules   {_circles(structure.module_circles)}",
        f"circles of packages  {_circles(structure.room_circles)}",
        f"word                 {'definitions':>11} {'uses':>6} {'in longer names':>16}",
        *(
            f"  {word:18} {structure.definitions[word]:11} {structure.uses[word]:6} "
            f"{structure.word_parts[word]:16}"
            for word in WORDS
        ),
        "libraries, and where each is imported",
        *(f"  {name:18} {place(found)}" for name, found in sorted(structure.libraries.items())),
        "arrows",
        *(
            f"  {room} -> {_list(to for origin, to in structure.arrows if origin == room)}"
            for room in sorted({origin for origin, _ in structure.arrows})
        ),
    ]
    return "\n".join(lines)


def place(names: set[str]) -> str:
    """Return the one module or package that holds all of ``names``, or say in how many."""
    if len(names) == 1:
        return next(iter(names))
    parts = [name.split(".") for name in sorted(names)]
    common = []
    for level in zip(*parts, strict=False):
        if len(set(level)) > 1:
            break
        common.append(level[0])
    return ".".join(common) if common else f"{len(names)} modules"


def _list(names: Iterable[str]) -> str:
    return " ".join(names)


def _circles(found: list[list[str]]) -> str:
    return "none" if not found else f"{len(found)}" + "".join(f"\n  {_list(it)}" for it in found)
