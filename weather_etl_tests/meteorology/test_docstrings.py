"""What is said of the public functions of the core that take or give arrays: their shapes, and what they are."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from weather_etl_tests.conftest import CHECKOUT

CORE = CHECKOUT / "weather_etl" / "meteorology"
FILES = [
    *sorted((CORE / "quality").glob("*.py")),
    *sorted((CORE / "aggregation").glob("*.py")),
    *(CORE / f"{name}.py" for name in ("derived", "photovoltaics", "sun", "units", "wind")),
    CORE / "formats" / "evidence.py",
]


def public_functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef, str]]:
    """Functions, and methods of public classes, each with the docstring of its class."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node.name, node, ""
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef) and not inner.name.startswith("_"):
                    yield f"{node.name}.{inner.name}", inner, ast.get_docstring(node) or ""


def has_arrays(function: ast.FunctionDef) -> bool:
    return any("ndarray" in ast.unparse(part) for part in (function.args, function.returns) if part is not None)


@pytest.mark.parametrize("file", FILES, ids=lambda f: f"{f.parent.name}/{f.stem}")
def test_shapes_are_told_of_every_function_with_arrays(file: Path) -> None:
    tree = ast.parse(file.read_text("utf-8"))
    module = ast.get_docstring(tree) or ""
    silent = [
        name
        for name, function, of_class in public_functions(tree)
        if has_arrays(function)
        and not any("shape" in text.lower() for text in (ast.get_docstring(function) or "", of_class, module))
    ]
    assert silent == []


@pytest.mark.parametrize("file", FILES, ids=lambda f: f"{f.parent.name}/{f.stem}")
def test_every_function_with_arrays_says_what_it_is(file: Path) -> None:
    functions = public_functions(ast.parse(file.read_text("utf-8")))
    assert [name for name, function, _ in functions if has_arrays(function) and not ast.get_docstring(function)] == []
