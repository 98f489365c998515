import gzip
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from subprocess import PIPE

import pytest
from sqlalchemy import func, select

from registry.access.rules import OrganisationKind
from registry.access.service import add_organisation
from registry.db import Database
from registry.intake.models import IntakeDelivery, IntakeRaw, IntakeRow
from registry.intake.parsing.canonical import canonical_json
from registry.intake.processing import process_pending
from registry.orders.models import Order, OrderParty, OrderVersion
from tests.checks.source import ROOT
from tests.intake.conftest import many
from tests.intake.messages import row
from tests.world import secrets_environ


@pytest.fixture(autouse=True)
def organisations(world):
    world.organisation("CJIB", OrganisationKind.CJIB)
    world.organisation("POL-1", OrganisationKind.POLICE)


@pytest.fixture
def load(app):
    """Run `flask intake load` in this process."""

    def run(file, *more, sender="CJIB"):
        done = app.test_cli_runner().invoke(args=["intake", "load", str(file), "--sender", sender, *more])
        return done.exit_code, done.stdout, done.stderr

    return run


@pytest.fixture
def load_apart(database_url, tmp_path):
    """Run it as a program of its own, to its end or until it is time to kill it."""

    def run(file, *more, url=database_url, is_time=lambda: False):
        own = {"DATABASE_URL": url, "STATE_DIR": str(tmp_path), "LOG_LEVEL": "ERROR"}
        program = [sys.executable, "-m", "flask", "--app", "wsgi", "intake", "load", str(file), "--sender", "CJIB"]
        with subprocess.Popen(
            [*program, *more], env=os.environ | secrets_environ() | own, cwd=ROOT, stdout=PIPE, stderr=PIPE, text=True
        ) as started:
            while started.poll() is None and not is_time():
                time.sleep(0.01)
            if started.poll() is None:
                started.send_signal(signal.SIGKILL)
            out, err = started.communicate(timeout=120)
        return started.returncode, out, err

    return run


def written(path, rows):
    path.write_bytes(b"\n".join(rows) + b"\n")
    return path


def register_checksum(database):
    """The register as its messages gave it, without the ids and times that differ from run to run."""
    with database.reading() as session:
        query = select(Order.number, OrderVersion).join(OrderVersion, OrderVersion.order_id == Order.id)
        told = []
        for number, version in session.execute(query):
            parties = session.scalars(select(OrderParty).where(OrderParty.version_id == version.id))
            identities = sorted(canonical_json(party.identity).decode() for party in parties)
            read = [number, version.version, version.kind, version.content_hash.hex(), version.content, identities]
            told.append(canonical_json(json.loads(json.dumps(read, default=str))))
    return hashlib.sha256(b"\n".join(sorted(told))).hexdigest()


def counts(shared):
    with shared.database.reading() as session:
        outcomes = select(IntakeRow.outcome, func.count()).group_by(IntakeRow.outcome)
        raw = session.scalar(select(func.count()).select_from(IntakeRaw))
        return dict(session.execute(outcomes).all()), raw


def test_a_file_is_loaded_with_the_checks_of_a_delivery_and_the_sum_says_what_became_of_it(load, tmp_path, shared):
    rows = [*many(30), row(messageId="M-90", orderNumber="CJIB-2026-000090", order=None), b"geen json", many(1)[0]]
    rows[4] = row({"order/endsOn": "2020-01-01"}, messageId="M-91", orderNumber="CJIB-2026-000091")
    code, out, err = load(written(tmp_path / "orders.ndjson", rows), "--rows-a-delivery", "20")
    assert code == 1, err
    lines = out.splitlines()
    assert lines[0] == "33 rows"
    assert {"  rejected 2", "  duplicate 1", "  accepted_with_warnings 1", "  accepted 29"} <= set(lines), out
    assert "warning end_before_start 1" in lines and "rejected row_not_json 1" in lines
    assert "row 32 not taken: row_not_json" in lines
    assert "Storing: 100 %" in err and "Judging: 100 % (33 of 33)" in err
    assert counts(shared)[1] == 33


def test_a_packed_file_without_faults_ends_well_and_again_it_changes_nothing(load, tmp_path, shared):
    file = tmp_path / "orders.ndjson.gz"
    file.write_bytes(gzip.compress(b"\n".join(many(25))))
    first = load(file)
    assert first[0] == 0, first[2]
    before = counts(shared)
    renamed = shutil.copy(file, tmp_path / "other.gz")
    again = load(renamed, "--rows-a-delivery", "5")
    assert (again[0], again[1]) == (0, first[1])
    assert counts(shared) == before == ({"accepted": 25}, 25)


@pytest.mark.parametrize(
    ("sender", "said"),
    [("NIEMAND", "no organisation NIEMAND"), ("POL-1", "senders of orders")],
    ids=["unknown", "police"],
)
def test_only_for_a_sender_of_orders(load, tmp_path, shared, sender, said):
    code, _, err = load(written(tmp_path / "orders.ndjson", many(1)), sender=sender)
    assert code == 1 and said in err
    assert counts(shared) == ({}, 0)


def test_a_file_that_is_empty_or_cut_short_is_said_to_be(load, tmp_path, shared):
    code, _, err = load(written(tmp_path / "empty.ndjson", []))
    assert code == 1 and "holds no message" in err
    cut = tmp_path / "cut.gz"
    cut.write_bytes(gzip.compress(b"\n".join(many(5)))[:-9])
    code, _, err = load(cut)
    assert code == 1 and "ends too early" in err
    assert counts(shared) == ({}, 0)


def _orders(number):
    """Orders with later versions before and after the first, an end, and rows that are rejected."""
    rows = []
    for order in range(1, number + 1):
        name = {"messageId": f"M-{order}", "orderNumber": f"CJIB-2026-{order:06d}"}
        own = {"order/subject/bsn": None, "order/subject/skn": f"{order:08d}", "order/protected/0/bsn": None}
        rows.append(row(own, **name))
        if order % 5 == 0:
            more = name | {"messageId": f"M-{order}-2", "version": 2, "kind": "change"}
            rows.append(row(own | {"order/court": "Rechtbank Limburg"}, **more))
        if order % 7 == 0:
            rows.append(row(own, **name | {"messageId": f"M-{order}-3", "version": 3, "kind": "end"}))
        if order % 11 == 0:
            rows.append(row({"order/regime": None}, **name | {"messageId": f"M-{order}-9", "version": 9}))
    random.Random(number).shuffle(rows)
    return rows


@pytest.mark.long
def test_killed_at_random_moments_it_goes_on_and_the_register_is_that_of_an_undisturbed_run(
    load_apart, tmp_path, shared, migrated_sqlite
):
    rows = _orders(220)
    file = written(tmp_path / "orders.ndjson", rows)
    moments = sorted(random.sample(range(1, 2 * len(rows)), 4))
    for number, moment in enumerate(moments):
        code, _, err = load_apart(
            file, "--rows-a-delivery", "90", is_time=lambda moment=moment: _done(shared) >= moment
        )
        assert code in (-signal.SIGKILL, 1), err
        if number == 2:
            # A worker of the service comes to the same deliveries in between.
            process_pending(shared)
    code, out, err = load_apart(file)
    assert code == 1, err
    outcomes, raw = counts(shared)
    # An end that comes before its order is accepted with the warning that no such order is known yet.
    early = outcomes.pop("accepted_with_warnings")
    assert (raw, outcomes) == (len(rows), {"accepted": len(rows) - 20 - early, "rejected": 20})
    assert f"{len(rows)} rows" in out and "  rejected 20" in out

    copied = shutil.copy(migrated_sqlite, tmp_path / "undisturbed.db")
    undisturbed = Database(f"sqlite:///{copied}")
    with undisturbed.transaction() as session:
        add_organisation(session, "CJIB", "CJIB", OrganisationKind.CJIB)
    assert load_apart(file, url=undisturbed.url)[0] == 1
    assert register_checksum(shared.database) == register_checksum(undisturbed)
    undisturbed.dispose()


def _done(shared):
    """How much was stored and judged so far."""
    with shared.database.reading() as session:
        raw = session.scalar(select(func.count()).select_from(IntakeRaw)) or 0
        return raw + (session.scalar(select(func.sum(IntakeDelivery.judged_until))) or 0)
