import re
import shutil

import pytest
from click.testing import CliRunner

from registry.__main__ import commands
from registry.enforcement.evidence import checklist
from registry.enforcement.procedure import table
from registry.law import LawTableError, load
from registry.law.files import DATA
from registry.reports.texts import composing

FILES = sorted(DATA.glob("*.toml"))
ROW = re.compile(r"^(\w+) = \[\n((?: *#.*\n)*)  \{ |^\[\[(\w+)\]\]\n", re.MULTILINE)


def with_a_slip(text):
    """The text with a key that no row has in the first row of its first section, and the name of that section."""
    found = ROW.search(text)
    slipped = f"{found[0]}mispelt = 1" + (", " if found[1] else "\n")
    return text[: found.start()] + slipped + text[found.end() :], found[1] or found[3]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_key_that_no_row_knows_stops_the_start_with_its_file_row_and_name(file, tmp_path):
    folder = shutil.copytree(DATA, tmp_path / "data")
    text, section = with_a_slip(file.read_text(encoding="utf-8"))
    (folder / file.name).write_text(text, encoding="utf-8")
    with pytest.raises(LawTableError, match=rf"{re.escape(file.name)}, {section} 1( \(.*\))?: unknown key mispelt"):
        load(None, folder)


def broken(module, tmp_path, old, new):
    text = module.FILE.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    (tmp_path / module.FILE.name).write_text(text.replace(old, new, 1), encoding="utf-8")
    return tmp_path / module.FILE.name


SLIPS = [
    (table, table.load, 'code = "vv"\n', 'code = "vv"\nledgr = true\n',
     "table.toml, procedure 1 (vv): unknown key ledgr"),
    (table, table.load, '{ term = "T04", ', '{ term = "T04", rigth = true, ',
     "table.toml, procedure 1 (vv), clock 5 (T04): unknown key rigth"),
    (table, table.load, 'custody = { since', 'custody = { sinds = "x", since',
     "table.toml, procedure 1 (vv), custody: unknown key sinds"),
    (table, table.load, '{ code = "advice", ', '{ code = "advice", actor = "x", ',
     "table.toml, step 2 (advice): unknown key actor"),
    (table, table.load, "[[procedure]]", "[[procedures]]", "table.toml, procedures: no such section"),
    (checklist, checklist.checklist, '{ code = "photo", ', '{ code = "photo", naam = "x", ',
     "checklist.toml, item 6 (photo): unknown key naam"),
    (composing, composing.sentences, "[regimes]", "[regims]\n[regimes]", "sentences.toml: unknown key regims"),
]  # fmt: skip


@pytest.mark.parametrize(("module", "read", "old", "new", "message"), SLIPS, ids=[one[-1] for one in SLIPS])
def test_so_does_one_in_the_procedures_the_checklist_and_the_sentences_at_any_depth(
    tmp_path, module, read, old, new, message
):
    with pytest.raises(LawTableError, match=re.escape(message)):
        read(broken(module, tmp_path, old, new))


def test_every_slip_is_named_at_once(tmp_path):
    file = broken(table, tmp_path, '{ code = "advice", ', '{ code = "advice", a = 1, b = { c = 2 }, ')
    with pytest.raises(LawTableError, match="unknown key a\n.*unknown key b"):
        table.load(file)


def test_a_policy_file_with_a_slip_stops_the_command_that_starts_the_service(tmp_path):
    file = tmp_path / "ours.toml"
    row = 'term = "T04"\nhours = 12\nhard_stop = 48\nsource = "intern"\nconfidence = "configuration"\n'
    file.write_text(f"[[target]]\n{row}", encoding="utf-8")
    environ = {"STATE_DIR": str(tmp_path / "state"), "POLICY_FILE": str(file), "DEMO": "0", "DATABASE_URL": ""}
    result = CliRunner().invoke(commands, ["run"], env=environ)
    assert result.exit_code == 1
    assert "ours.toml, target 1 (T04): unknown key hard_stop" in result.output
    assert "Traceback" not in result.output
