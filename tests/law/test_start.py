import pytest
from click.testing import CliRunner

from registry.__main__ import commands
from registry.law import LawTableError, load

BROKEN = """
[[usual]]
regimes = ["GDA"]
longest = { amount = 1, unit = "year", source = "" }
source = "ergens"
confidence = "configuration"
"""


def test_a_broken_table_stops_the_start_with_the_row_named_and_no_trace(tmp_path):
    file = tmp_path / "policy.toml"
    file.write_text(BROKEN, encoding="utf-8")
    environ = {"STATE_DIR": str(tmp_path / "state"), "POLICY_FILE": str(file), "DEMO": "0", "DATABASE_URL": ""}
    result = CliRunner().invoke(commands, ["run"], env=environ)
    assert result.exit_code == 1
    assert "The tables of law are not sound" in result.output
    assert "usual GDA: the law has a maximum" in result.output
    assert "Traceback" not in result.output
    assert not (tmp_path / "state" / "registry.db").exists()


def test_a_policy_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(LawTableError, match=r"nowhere\.toml cannot be read"):
        load(tmp_path / "nowhere.toml")
