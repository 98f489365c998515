import ast
import sys
import tomllib

from tests.checks.source import ROOT, at, files, functions, imported, python_files

ASSERTING = ("assert_", "check_", "expect_")
CLOCK_READERS = {"now", "utcnow", "today"}
WITH_THE_WORLD = {"clock", "config", "db", "http", "logs", "models", "outbox", "routes", "schemas", "service"}
NEEDS_A_ZONE = {"now": 1, "fromtimestamp": 2}


def calls(path):
    return (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call))


def called(node: ast.Call) -> str:
    return ast.unparse(node.func)


def test_rules_import_only_the_standard_library_geometry_errors_and_what_is_as_pure():
    def allowed(name):
        top, _, rest = name.partition(".")
        feature, _, module = rest.partition(".")
        if top != "registry" or feature == "errors":
            return top in sys.stdlib_module_names or top == "geo" or feature == "errors"
        return feature not in WITH_THE_WORLD and module.partition(".")[0] not in WITH_THE_WORLD

    assert [
        f"{at(path, node)} {name}"
        for path in python_files("registry")
        if path.name == "rules.py"
        for node, name in imported(path)
        if not allowed(name)
    ] == []


def test_nothing_imports_the_entry_point():
    assert [
        at(path, node) for path in python_files("registry", "geo") for node, name in imported(path) if name == "wsgi"
    ] == []


def test_every_package_has_its_place_in_the_order_of_imports():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    placed = {name.strip(" ()") for layer in contracts[0]["layers"] for name in layer.split("|")}
    found = {
        f"registry.{(ROOT / 'registry' / part).stem}"
        for path in python_files("registry")
        if (part := path.relative_to(ROOT / "registry").parts[0]) != "__init__.py"
    }
    assert found - placed == set()


def test_who_locks_a_row_lets_others_refer_to_it():
    # On PostgreSQL FOR UPDATE keeps even rows away that only name the locked one; two such waits are a deadlock.
    assert [
        at(path, node)
        for path in python_files("registry")
        for node in calls(path)
        if called(node).endswith("with_for_update") and "key_share" not in {each.arg for each in node.keywords}
    ] == []


def test_a_service_never_commits():
    assert [
        f"{at(path, node)} {called(node)}"
        for path in python_files("registry")
        if path.name == "service.py"
        for node in calls(path)
        if called(node).endswith((".commit", ".rollback"))
    ] == []


def test_no_moment_is_taken_without_a_zone():
    def is_naive(node):
        base, _, method = called(node).rpartition(".")
        given = len(node.args) + len(node.keywords)
        return base.endswith(("datetime", "date")) and (
            method in {"utcnow", "today", "utcfromtimestamp"} or given < NEEDS_A_ZONE.get(method, 0)
        )

    assert [at(path, node) for path in python_files() for node in calls(path) if is_naive(node)] == []


def test_only_the_clock_asks_what_time_it_is():
    assert [
        at(path, node)
        for path in python_files("registry", "geo")
        if path != ROOT / "registry" / "clock.py"
        for node in calls(path)
        if called(node) in {f"{kind}.{reader}" for kind in ("datetime", "date") for reader in CLOCK_READERS}
    ] == []


def asserts(function, judging=frozenset()):
    return any(
        isinstance(node, ast.Assert) or (isinstance(node, ast.Call) and judges(called(node), judging))
        for node in ast.walk(function)
    )


def judges(name, judging):
    last = name.rpartition(".")[2]
    return name in {"pytest.raises", "pytest.warns", "pytest.fail"} or last.startswith(ASSERTING) or last in judging


def test_every_test_asserts_something_itself_or_through_a_function_beside_it():
    silent = []
    for path in python_files("tests"):
        judging = {function.name for function in functions(path) if asserts(function)}
        silent += [
            f"{at(path, function)} {function.name}"
            for function in functions(path)
            if path.name.startswith("test_") and function.name.startswith("test_") and not asserts(function, judging)
        ]
    assert silent == []


def test_no_file_speaks_of_the_place_where_it_was_written():
    # Written backwards, so that this list does not find itself.
    backwards = ["niam/krow/", "derahs/krow/", "/yrarbil.", "/toor/", "feirb/pmt/", "ciporhtna", "edualc"]
    words = [word[::-1].encode() for word in backwards]
    assert [
        f"{path.relative_to(ROOT)}: {word.decode()}"
        for path in files()
        for word in words
        if word in path.read_bytes().lower()
    ] == []
