"""What holds of the tests themselves: they know no private names of ours, and take no time.

Belongs here: rules that a test of the tests can tell. Does not belong here: that no test imports another (`test_rooms.py`).
"""

import ast
from collections.abc import Iterator
from functools import cache

from weather_etl_tests.conftest import CHECKOUT

TESTS = CHECKOUT / "weather_etl_tests"
CLOCKS = {"monotonic", "perf_counter", "process_time"}


@cache
def trees() -> dict[str, ast.Module]:
    return {f.relative_to(TESTS).as_posix(): ast.parse(f.read_text("utf-8")) for f in sorted(TESTS.rglob("*.py"))}


def _ours_in(tree: ast.Module) -> Iterator[str]:
    """Private names of the package that a test imports, reads or replaces."""
    known: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "weather_etl":
            known |= {a.asname or a.name for a in node.names}
            yield from (a.name for a in node.names if _is_private(a.name))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and _root(node.value) in known and _is_private(node.attr):
            yield ast.unparse(node)
        if isinstance(node, ast.Call) and len(node.args) > 1 and _root(node.args[0]) in known:
            name = node.args[1]
            if isinstance(name, ast.Constant) and isinstance(name.value, str) and _is_private(name.value):
                yield f"{ast.unparse(node.args[0])}.{name.value}"


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def _root(node: ast.AST) -> str | None:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def test_no_test_depends_on_a_private_name_of_ours() -> None:
    found = {file: sorted(set(_ours_in(tree))) for file, tree in trees().items()}
    assert {file: names for file, names in found.items() if names} == {}


def test_no_test_asserts_how_long_something_took() -> None:
    """Timings belong in benchmarks; where the time is the promise itself, the mark `timeout` keeps it."""
    asserted = [
        f"{file}:{node.lineno}"
        for file, tree in trees().items()
        if not file.startswith("support/")  # who waits there must give up some time
        for node in ast.walk(tree)
        if isinstance(node, ast.Assert)
        and CLOCKS & {n.attr for n in ast.walk(node.test) if isinstance(n, ast.Attribute)}
    ]
    assert asserted == []
