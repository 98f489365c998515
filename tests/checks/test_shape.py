import ast

from tests.checks.source import ROOT, Function, at, functions, python_files

LONGEST_FILE = 300
LONGEST_FUNCTION = 40
MOST_PARAMETERS = 5
FORBIDDEN_NAMES = {"utils", "helpers", "common", "constants", "base", "manager"}


def is_migration(path):
    return path.is_relative_to(ROOT / "migrations" / "versions")


def length_without_docstring(function: Function) -> int:
    docstring = function.body[0] if ast.get_docstring(function, clean=False) is not None else None
    lines = function.end_lineno - function.lineno + 1
    return lines - (docstring.end_lineno - docstring.lineno + 1 if docstring else 0)


def parameters(function: Function) -> list[str]:
    arguments = function.args
    named = [argument.arg for argument in arguments.posonlyargs + arguments.args + arguments.kwonlyargs]
    return [name for name in named if name not in {"self", "cls"}]


def test_no_file_is_longer_than_it_should_be():
    sizes = {path: path.read_text(encoding="utf-8").count("\n") for path in python_files() if not is_migration(path)}
    assert [f"{path.relative_to(ROOT)}: {lines}" for path, lines in sizes.items() if lines > LONGEST_FILE] == []


def test_no_function_is_longer_than_it_should_be():
    assert [
        f"{at(path, function)} {function.name}"
        for path in python_files()
        if not is_migration(path)
        for function in functions(path)
        if length_without_docstring(function) > LONGEST_FUNCTION
    ] == []


def test_no_function_takes_more_parameters_than_a_reader_can_hold():
    assert [
        f"{at(path, function)} {function.name}"
        for path in python_files("registry", "geo", "bench", "migrations")
        for function in functions(path)
        if len(parameters(function)) > MOST_PARAMETERS
    ] == []


def test_no_file_has_a_name_that_says_nothing():
    assert [str(path.relative_to(ROOT)) for path in python_files() if path.stem in FORBIDDEN_NAMES] == []


def test_every_package_is_declared_as_one():
    packages = {path.parent for path in python_files("registry")} - {ROOT / "registry"}
    assert [str(package.relative_to(ROOT)) for package in packages if not (package / "__init__.py").exists()] == []


def test_no_import_hides_in_a_function():
    assert [
        f"{at(path, node)} in {function.name}"
        for path in python_files("registry", "geo")
        for function in functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ] == []
