"""Which modules a source text imports, in whatever way.

Belongs here: reading it, without importing anything. Does not belong here: who may import whom (`test_rooms.py`).
"""

import ast
from collections.abc import Collection, Iterator

_BY_NAME = ("import_module", "__import__")
_HARMLESS = ("__version__",)  # of the package itself


def imported_names(source: str, module: str, is_package: bool = False) -> Iterator[tuple[str, str | None]]:
    """(module, name that is taken from it or None) of every import, relative ones and those by a text resolved.

    Args:
        source: text of the module.
        module: its full name.
        is_package: whether it is an `__init__`.
    """
    package = module if is_package else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute("." * node.level + (node.module or ""), package)
            yield from ((base, alias.name) for alias in node.names)
        elif isinstance(node, ast.Call) and _called(node.func) in _BY_NAME and node.args:
            # Of a text that is put together, what it begins with.
            first = node.args[0].values[0] if isinstance(node.args[0], ast.JoinedStr) else node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield _absolute(first.value, package).rstrip("."), None


def modules_imported(source: str, module: str, known: Collection[str], is_package: bool = False) -> Iterator[str]:
    """The `known` modules that a source imports; of a name that is none, the module that it is taken from."""
    for base, name in imported_names(source, module, is_package):
        full = base if name is None else f"{base}.{name}"
        while full and full not in known:
            full = full.rpartition(".")[0]
        if full and full != module and not (full == base and name in _HARMLESS):
            yield full


def _called(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _absolute(name: str, package: str) -> str:
    """`..a` within `x.y` is `x.a`."""
    rest = name.lstrip(".")
    level = len(name) - len(rest)
    if not level:
        return name
    parts = package.split(".")
    return ".".join([*parts[: len(parts) - level + 1], *([rest] if rest else [])])
