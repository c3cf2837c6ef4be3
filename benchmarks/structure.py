"""The structure of the code, read from its sources: ``python -m benchmarks structure --root PATH``.

``measure`` reads ``widget/`` of any checkout and imports none of it.
"""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CORE = ("entry", "panel", "store", "web.reader", "app")
NOT_CORE = ("store.postgres",)
LONG_FUNCTION = 60
"""In lines, from ``def`` on: with signature, docstring and inner functions."""
NOT_IDENTIFIERS = ("known", "made", "kept", "told", "said", "asked")
NESTED = ("web",)
"""Folders whose subpackages count as packages of their own."""

Graph = dict[str, set[str]]
Nodes = Iterable[ast.AST]
"""All nodes of a module's syntax tree, breadth first."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function or method: ``module:name``, and its length in lines."""

    name: str
    lines: int


@dataclass(frozen=True, slots=True)
class Structure:
    """What ``measure`` found. Names are dotted and relative to ``widget``."""

    lines: dict[str, int]
    top_modules: tuple[str, ...]
    functions: tuple[Function, ...]
    module_imports: Graph
    package_imports: Graph
    libraries: dict[str, tuple[str, ...]]
    words: dict[str, tuple[int, int]]
    """Definitions and uses of each of NOT_IDENTIFIERS."""

    @property
    def long_functions(self) -> tuple[Function, ...]:
        """The functions of more than LONG_FUNCTION lines, longest first."""
        long = (function for function in self.functions if function.lines > LONG_FUNCTION)
        return tuple(sorted(long, key=lambda it: -it.lines))

    @property
    def core_lines(self) -> int:
        """The lines of CORE."""
        return sum(
            count
            for module, count in self.lines.items()
            if _within(module, CORE) and not _within(module, NOT_CORE)
        )


def measure(root: Path = ROOT) -> Structure:
    """Read every module of ``root/widget``. Raises SyntaxError if one cannot be parsed."""
    base = root / "widget"
    paths = {_name(path, base): path for path in sorted(base.rglob("*.py"))}
    texts = {module: path.read_text("utf-8") for module, path in paths.items()}
    trees = {
        module: list(ast.walk(ast.parse(text, str(paths[module]))))
        for module, text in texts.items()
    }
    module_imports: Graph = {module: set() for module in trees}
    libraries: dict[str, set[str]] = {}
    definitions: Counter[str] = Counter()
    uses: Counter[str] = Counter()
    for module, nodes in trees.items():
        for imported in _imports(nodes):
            package, _, inner = imported.partition(".")
            if package == "widget":
                module_imports[module] |= {_closest(inner, trees)} - {module}
            elif package not in sys.stdlib_module_names | {"_typeshed"}:
                libraries.setdefault(package, set()).add(module)
        for name, defined in _identifiers(nodes):
            (definitions if defined else uses)[name] += 1
    package_imports: Graph = {_package(module): set() for module in trees}
    for module, targets in module_imports.items():
        package_imports[_package(module)] |= {_package(it) for it in targets} - {_package(module)}
    return Structure(
        lines={module: len(text.splitlines()) for module, text in texts.items()},
        top_modules=tuple(sorted(path.stem for path in base.glob("[!_]*.py"))),
        functions=tuple(it for module, nodes in trees.items() for it in _functions(module, nodes)),
        module_imports=module_imports,
        package_imports=package_imports,
        libraries={name: tuple(sorted(places)) for name, places in sorted(libraries.items())},
        words={word: (definitions[word], uses[word]) for word in NOT_IDENTIFIERS},
    )


def circles(graph: Graph) -> list[tuple[str, ...]]:
    """Return each group of nodes that all reach each other, sorted."""
    reached = {node: _reachable(node, graph) for node in graph}
    groups = {
        tuple(sorted(it for it in reached[node] if node in reached[it]))
        for node in graph
        if node in reached[node]
    }
    return sorted(groups)


def common_package(modules: tuple[str, ...]) -> str:
    """Return the innermost package of all ``modules``; of one, the module; ``""`` for none."""
    shared = modules[0].split(".")
    for module in modules[1:]:
        parts = module.split(".")
        same = [one == other for one, other in zip(shared, parts, strict=False)]
        shared = shared[: same.index(False) if False in same else len(same)]
    return ".".join(shared)


def table(found: Structure) -> str:
    """Return the measurements as lines of text."""
    longest = max(found.lines, key=lambda it: found.lines[it])
    arrows = sum(map(len, found.package_imports.values()))
    places = {name: common_package(it) for name, it in found.libraries.items()}
    single = [f"{name}: {place}" for name, place in places.items() if place]
    shared = [f"{name} ({len(found.libraries[name])})" for name in places if not places[name]]
    words = [f"{word} {definitions} / {uses}" for word, (definitions, uses) in found.words.items()]
    missing = [it for it in CORE if not any(_within(module, (it,)) for module in found.lines)]
    lines = {
        "modules, lines": f"{len(found.lines)}, {sum(found.lines.values()):,}",
        "modules at the top": f"{len(found.top_modules)}: {' '.join(found.top_modules)}",
        "longest module": f"{longest}, {found.lines[longest]} lines",
        f"functions over {LONG_FUNCTION} lines": _listed(
            f"{it.name} {it.lines}" for it in found.long_functions
        ),
        "circles of modules": _listed(" ".join(it) for it in circles(found.module_imports)),
        "circles of packages": _listed(" ".join(it) for it in circles(found.package_imports)),
        "packages, arrows": f"{len(found.package_imports)}, {arrows}",
        "libraries in one place": _listed(single),
        "in several (modules)": _listed(shared),
        "definitions / uses": ", ".join(words),
        "lines of the core": f"{found.core_lines:,}"
        + (f", without {', '.join(missing)}, not there" if missing else ""),
    }
    return "\n".join(f"  {name:26} {value}" for name, value in lines.items())


def _listed(items: Iterable[str]) -> str:
    found = list(items)
    return f"{len(found)}: {'; '.join(found)}" if found else "0"


def _name(path: Path, base: Path) -> str:
    """Return such as ``panel.view``; a package has its own name, ``widget`` itself is ``""``."""
    return (
        ".".join(path.relative_to(base).with_suffix("").parts).removesuffix("__init__").strip(".")
    )


def _within(module: str, parts: tuple[str, ...]) -> bool:
    return any(module == part or module.startswith(f"{part}.") for part in parts)


def _package(module: str) -> str:
    """Return the top-level package or module, or below one of NESTED, the next level."""
    parts = module.split(".")
    return ".".join(parts[: 2 if parts[0] in NESTED else 1])


def _imports(nodes: Nodes) -> Iterator[str]:
    """Yield the full name of each import, those by ``import_module("…")`` included."""
    for node in nodes:
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(module), names=names, level=0) if module != "__future__":
                yield from (f"{module}.{alias.name}" for alias in names)
            case ast.Call(
                func=ast.Attribute(attr="import_module"), args=[ast.Constant(value=str(name))]
            ):
                yield name


def _closest(name: str, modules: Iterable[str]) -> str:
    """Return the module that ``name``, a module or a name in one, is imported from."""
    while name and name not in modules:
        name = name.rpartition(".")[0]
    return name


def _functions(module: str, nodes: Nodes) -> Iterator[Function]:
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            last = node.end_lineno or node.lineno
            yield Function(f"{module}:{node.name}", last - node.lineno + 1)


def _identifiers(nodes: Nodes) -> Iterator[tuple[str, bool]]:
    """Yield each identifier, and whether it is defined there."""
    for node in nodes:
        match node:
            case ast.Name(id=name, ctx=context) | ast.Attribute(attr=name, ctx=context):
                yield name, isinstance(context, ast.Store)
            case (
                ast.arg(arg=name) | ast.ExceptHandler(name=str(name)) | ast.alias(asname=str(name))
            ):
                yield name, True
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name, True
            case ast.ClassDef(name=name):
                yield name, True
            case ast.keyword(arg=str(name)):
                yield name, False


def _reachable(start: str, graph: Graph) -> set[str]:
    found: set[str] = set()
    open_nodes = [start]
    while open_nodes:
        for target in graph.get(open_nodes.pop(), set()) - found:
            found.add(target)
            open_nodes.append(target)
    return found
