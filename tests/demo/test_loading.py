import stat
from collections import Counter

import pytest
from sqlalchemy import func, select

from registry.access.models import ApiClient
from registry.access.rules import OrganisationKind
from registry.access.service import add_organisation
from registry.app import build_runtime
from registry.demo.loading import NotLoaded, load
from registry.demo.orders import messages
from registry.demo.parties import PARTIES, Credentials, NotTheDemo
from registry.demo.wearers import WEARERS
from registry.monitoring.models import Coupling
from registry.orders.models import Order, OrderVersion
from tests.demo.conftest import demo_settings, parties_of


def counts(shared):
    with shared.database.reading() as session:
        tables = (ApiClient, Order, OrderVersion, Coupling)
        return [session.scalar(select(func.count()).select_from(table)) for table in tables]


def test_the_demo_loads_and_a_second_start_doubles_nothing(served):
    load(served.url, served.credentials, served.first_on)
    first = counts(served.shared)
    assert first[:2] == [len(PARTIES), 15] and first[3] == len(WEARERS)
    assert parties_of(served.shared) == served.first_on
    load(served.url, served.credentials, served.first_on)
    assert counts(served.shared) == first


def test_the_orders_show_every_status_that_an_officer_may_meet(served):
    load(served.url, served.credentials, served.first_on)
    lines = [one for code in ("OM-MN", "OM-RT") for one in served.by[code].get("/v1/orders?limit=200").body["orders"]]
    statuses = Counter(line["status"]["code"] for line in lines)
    assert statuses["in_force"] >= 10
    assert statuses.keys() >= {"in_force", "suspended", "ended", "expired_verify", "not_served"}
    assert {line["regime"] for line in lines} >= {"GDA", "VV", "VBM", "SVH", "VI", "GVM", "HV", "CIV"}


def test_the_keys_are_in_a_file_that_only_its_owner_reads(served):
    assert stat.S_IMODE(served.credentials.file.stat().st_mode) == 0o600
    assert served.by.keys() == {party.code for party in PARTIES}


def test_a_lost_file_of_keys_gives_new_ones_and_ends_the_old(served):
    old = served.by["CJIB"]
    served.credentials.file.unlink()
    parties_of(served.shared)
    fresh = Credentials(served.shared.settings.state_dir)
    assert fresh.get("CJIB") != served.credentials.get("CJIB")
    assert old.get("/v1/deliveries").status == 401


def test_the_demo_stays_away_from_a_database_that_somebody_uses(database_url, tmp_path):
    shared = build_runtime(demo_settings(database_url, tmp_path))
    with shared.database.transaction() as session:
        add_organisation(session, "ECHT", "Een echte organisatie", OrganisationKind.POLICE)
    with pytest.raises(NotTheDemo):
        parties_of(shared)
    shared.close()


def test_what_is_refused_is_said(served):
    served.credentials.keep("CJIB", "bb_wrong")
    with pytest.raises(NotLoaded, match="401"):
        load(served.url, served.credentials, served.first_on)


def test_the_same_first_day_gives_the_same_messages(served):
    days = [served.first_on, served.first_on]
    assert messages(days[0], of_cjib=True) == messages(days[1], of_cjib=True)
