"""Norms of a district: the forty-five days of all, the covenant of one, which are policy and stand beside the law."""

import pytest

from registry.access.rules import OrganisationKind
from registry.config import Settings
from registry.law import load
from registry.orders.force import standing
from tests.enforcement.conftest import after, fact, instant
from tests.world import NOW, secrets_environ

TERM = """
[[term]]
id = "%s"
title_nl = "TUL-zitting volgens het convenant"
regimes = ["VV"]
start = "prosecutor_decision"
amount = %d
unit = "day"
nature = "P"
source = "convenant %s"
confidence = "configuration"
arrondissement = "%s"
"""
COVENANTS = TERM % ("T08", 30, "Midden-Nederland", "midden-nederland") + TERM % ("T06", 60, "Limburg", "limburg")
HERE = """
[[arrondissement]]
code = "noord-nederland"
name_nl = "Noord-Nederland"
organisations = ["OM-NN", "OM-GRONINGEN"]
source = "configuratie"
confidence = "configuration"
"""


@pytest.fixture
def policy(tmp_path):
    path = tmp_path / "policy.toml"
    path.write_text(COVENANTS, encoding="utf-8")
    return path


@pytest.fixture
def settings(database_url, tmp_path, policy):
    environ = secrets_environ() | {"DATABASE_URL": database_url, "STATE_DIR": str(tmp_path), "LOG_LEVEL": "ERROR"}
    yield Settings.from_env(environ | {"POLICY_FILE": str(policy)})
    standing.configure(load(), standing.measures().unconfirmed_after)


def decided(chain, number, prosecution):
    """The prosecution decides to demand execution, and files with the examining judge of nobody."""
    chain.world.organisation(prosecution, OrganisationKind.PROSECUTION)
    started = chain.proceeding("VV", number=number, prosecution=prosecution)
    decision = fact("prosecutor_decision", instant(NOW), decision="execution")
    return after(chain, started, decision) if prosecution == "OM-MN" else _by_police(chain, started, decision)


def _by_police(chain, started, decision):
    answer = chain.record(started, decision, by=chain.police)
    assert answer.status_code == 201, answer.json
    return answer.json


def norms(caller, district, *more):
    rows = caller.get(f"/v1/deadlines?arrondissement={district}{''.join(more)}").json["deadlines"]
    return sorted((one["rule"], one["nature"], one["dueOn"]) for one in rows if one["rule"] in ("T06", "T08"))


def test_each_district_shows_its_own_norm_as_policy_and_the_others_the_norm_for_all(chain):
    for number, prosecution in enumerate(("OM-MN", "OM-LIM", "OM-RT", "OM-GRONINGEN")):
        decided(chain, f"CJIB-2026-00080{number}", prosecution)
    # Forty-five days from Monday 23 November end on 7 January, thirty on 23 December, sixty on 22 January.
    assert norms(chain.police, "midden-nederland") == [("T06", "P", "2027-01-07"), ("T08", "P", "2026-12-23")]
    assert norms(chain.police, "limburg", "&nature=P") == [("T06", "P", "2027-01-22")]
    assert norms(chain.police, "rotterdam") == [("T06", "P", "2027-01-07")]
    assert norms(chain.police, "limburg", "&nature=H") == norms(chain.police, "noord-nederland") == []
    rows = chain.police.get("/v1/deadlines?nature=P&arrondissement=midden-nederland").json["deadlines"]
    (covenant,) = [one for one in rows if one["rule"] == "T08"]
    assert covenant["source"] == "convenant Midden-Nederland" and covenant["alternativeDueOn"] is None
    laws = chain.police.get("/v1/deadlines?nature=S&arrondissement=midden-nederland").json["deadlines"]
    assert {one["rule"] for one in laws} == {"T04", "T41-M"}


def test_a_district_that_is_configured_later_is_that_of_running_proceedings_once_they_are_computed_again(
    chain, app, policy
):
    decided(chain, "CJIB-2026-000810", "OM-GRONINGEN")
    assert norms(chain.police, "noord-nederland") == []
    policy.write_text(COVENANTS + HERE + TERM % ("T08", 14, "Noord-Nederland", "noord-nederland"), encoding="utf-8")
    load.cache_clear()
    standing.configure(load(policy), standing.measures().unconfirmed_after)
    done = app.test_cli_runner().invoke(args=["deadlines", "recompute", "--for", "CJIB"])
    assert done.exit_code == 0, done.stderr
    assert norms(chain.police, "noord-nederland") == [("T06", "P", "2027-01-07"), ("T08", "P", "2026-12-07")]
