import re

import yaml

import registry
from tests.checks.source import ROOT

VERSION = re.compile(r"^## \[(\d+\.\d+\.\d+)\] - (\d{4}-\d{2}-\d{2}|unreleased)$", re.MULTILINE)
MANDATORY = {
    "publiccodeYmlVersion", "name", "url", "platforms", "developmentStatus", "softwareType", "description", "legal",
    "maintenance", "localisation",
}  # fmt: skip


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def targets() -> list[str]:
    return re.findall(r"^([a-z-]+):.*## ", text("Makefile"), re.MULTILINE)


def test_the_newest_entry_of_the_changelog_is_the_version_of_the_package():
    assert VERSION.search(text("CHANGELOG.md"))[1] == registry.__version__


def test_every_target_is_explained_in_one_line_and_declared_phony():
    made = set(re.findall(r"^([a-z-]+):", text("Makefile"), re.MULTILINE))
    phony = set(" ".join(re.findall(r"^\.PHONY: (.*)$", text("Makefile"), re.MULTILINE)).split())
    assert made == set(targets()) == phony


def test_the_readme_tells_of_every_target():
    assert [target for target in targets() if f"make {target}" not in text("README.md")] == []


def test_the_licence_is_the_one_that_is_claimed():
    licence = text("LICENSE")
    assert licence.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2\n")
    assert "\n15.Applicable Law\n" in licence and "Québec Free and Open-Source Licence" in licence


def test_publiccode_says_what_its_standard_asks():
    code = yaml.safe_load(text("publiccode.yml"))
    assert set(code) >= MANDATORY
    assert code["softwareVersion"] == registry.__version__
    assert code["legal"]["license"] == "EUPL-1.2"
    assert code["maintenance"]["contacts"][0]["name"]
    dutch = code["description"]["nl"]
    assert len(dutch["shortDescription"]) <= 150 <= len(dutch["longDescription"]) and dutch["features"]
