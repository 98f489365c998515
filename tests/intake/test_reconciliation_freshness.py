import uuid
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as some
from sqlalchemy import select

from registry.access.rules import OrganisationKind
from registry.alerts.models import Alert
from registry.intake.reconciliation.comparing import lines_step
from registry.intake.reconciliation.models import Statement
from registry.intake.reconciliation.rules import KnownVersion, Line, compare
from registry.jobs import watch_feed
from registry.orders.models import Order, OrderVersion
from tests.intake.conftest import many
from tests.intake.statements import line
from tests.world import NOW


def _alerts(shared):
    with shared.database.reading() as session:
        found = select(Alert.alert_class, Alert.closed_at).order_by(Alert.id)
        return [(alert_class, closed_at is None) for alert_class, closed_at in session.execute(found)]


def test_a_statement_that_does_not_come_alerts_the_cjib_until_it_comes(deliver, state, shared, clock, world):
    world.organisation("POL-MN", OrganisationKind.POLICE)
    rows = many(2)
    deliver(rows[0])
    clock.forward(hours=1)
    watch_feed(shared)
    assert _alerts(shared) == [], "before the first statement there is nothing to fall silent"
    state(line(rows[0]))
    clock.forward(hours=shared.settings.statement_late_after_h)
    deliver(rows[1])
    watch_feed(shared)
    assert _alerts(shared) == []
    clock.forward(hours=1)
    watch_feed(shared)
    watch_feed(shared)
    assert _alerts(shared) == [("statement_late", True)]
    state(line(rows[0]), count=7)
    watch_feed(shared)
    assert _alerts(shared) == [("statement_late", True)], "a truncated statement is not the one that was expected"
    state(*map(line, rows))
    watch_feed(shared)
    assert _alerts(shared) == [("statement_late", False)]


def test_every_lookup_says_how_old_the_last_message_and_statement_are(deliver, state, clock, world):
    police = world.caller("POL-MN", OrganisationKind.POLICE)
    rows = many(1)
    deliver(*rows)

    def source():
        answer = police.post("/v1/lookups", {"purpose": "acute_call", "bsn": "900000016"}).json
        (found,) = [each for each in answer["sources"] if each["code"] == "CJIB"]
        return found["ageS"], found["late"], found["lastStatementAt"], found["statementAgeS"], found["statementLate"]

    assert source() == (0, False, None, None, True)
    state(line(rows[0]))
    clock.forward(minutes=5)
    assert source() == (360, False, "2026-11-23T12:01:00Z", 300, False)
    clock.forward(hours=27)
    assert (source()[1], source()[4]) == (True, True)


_DIGESTS = some.sampled_from([b"", b"a", b"b", None])
_VERSIONS = some.dictionaries(some.integers(1, 4), some.tuples(some.booleans(), _DIGESTS))
_LINES = some.tuples(some.one_of(some.none(), some.integers(1, 5)), some.sampled_from([b"", b"a", b"b"]))


@given(some.lists(some.tuples(_VERSIONS, _LINES), min_size=1, max_size=5))
@settings(max_examples=40)
def test_what_the_database_says_of_a_page_is_what_the_rule_says_of_each_line(world, shared, cases):
    sender = world.organisation("CJIB", OrganisationKind.CJIB)
    statement = Statement(id=uuid.uuid4(), sending_org_id=sender.id, made_at=NOW)
    lines, expected = [], []
    with shared.database.transaction() as session:
        for place, (versions, (version, checksum)) in enumerate(cases):
            number = f"{uuid.uuid4()}"
            if versions:
                _record(session, sender.id, number, versions)
            lines.append(Line(number, place, version, checksum))
            known = [KnownVersion(each, is_then, digest) for each, (is_then, digest) in versions.items()]
            expected.append(compare(lines[-1], known).result.value)
    with shared.database.reading() as session:
        step = lines_step(session, statement, [[each] for each in lines])
    assert sorted(step.counts.elements()) == sorted(expected)
    agreed = {each.number for each, result in zip(lines, expected, strict=True) if result in ("confirmed", "unchecked")}
    assert set(step.confirmed) == agreed


def _record(session, sender_id, number, versions):
    order = Order(id=uuid.uuid4(), number=number, sending_org_id=sender_id, created_at=NOW)
    order.last_recorded_at = order.last_confirmed_at = NOW
    session.add(order)
    session.flush()
    for version, (is_then, digest) in versions.items():
        session.add(
            OrderVersion(
                order_id=order.id,
                version=version,
                version_given=True,
                kind="change",
                recorded_at=NOW if is_then else NOW + timedelta(minutes=1),
                has_content=False,
                time_zone="Europe/Amsterdam",
                content_hash=b"",
                order_digest=digest,
                law_hash="",
                content_sealed=b"",
            )
        )
