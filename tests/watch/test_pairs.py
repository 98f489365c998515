from sqlalchemy import select

from registry.orders.watch.models import Notice
from tests.watch.conftest import ELSEWHERE

OPEN_END = {"startsOn": "2026-11-01", "decidedOn": "2026-11-01", "endsOn": "2028-10-31"}
CONTACT = {"reference": "C1", "type": "contact_ban", "protects": ["P1"], "text": "Geen contact."}
_HOURS = (("mon", "22:00", "07:00"), ("tue", "07:00", "22:00"))
HANDOVER = {
    "kind": "child_handover",
    "windows": [{"days": ["fri"], "from": "17:00", "until": "18:00"}],
}


def _zone(radius_m, lon=5.1214, kind="exclusion"):
    shape = {"type": "Circle", "center": [lon, 52.0907], "radiusM": radius_m}
    return {"kind": kind, "shape": shape, "crs": "CRS84", "bufferM": 0}


def _area(radius_m, lon=5.1214, **more):
    return {"reference": "C1", "type": "area_ban", "protects": ["P1"], "zone": _zone(radius_m, lon)} | more


def _with(*conditions, **more):
    return {"order": OPEN_END | {"conditions": list(conditions)} | more}


def _found(region, who="OM-MN"):
    return [(each["rule"], each["condition_type"]) for kind, each in region.told(who) if kind == "conflict_found"]


def test_an_exception_in_one_order_to_what_the_other_forbids_is_told_to_the_organisations_of_both(region):
    first = region.send("A", **_with(CONTACT | {"exceptions": [HANDOVER]}))
    second = region.send("B", **_with(CONTACT, **ELSEWHERE))
    region.watch()
    region.watch()
    assert _found(region) == _found(region, "POL-NN") == [("exception_meets_ban", "contact_ban")]
    ((_, told),) = region.told()
    assert (told["order_id"], told["other_order_id"], told["until_on"]) == (first, second, "2028-10-31")
    assert region.listed(asked="?state=open")[0]["textNl"].startswith("Twee bevelen tussen dezelfde personen")


def test_a_later_message_that_leaves_open_the_same_mends_the_conflict_and_both_hear_it(region):
    region.send("A", **_with(CONTACT | {"exceptions": [HANDOVER]}))
    region.send("B", **_with(CONTACT, **ELSEWHERE))
    region.watch()
    region.send("B", version=2, kind="change", **_with(CONTACT | {"exceptions": [HANDOVER]}, **ELSEWHERE))
    region.watch()
    assert region.kinds() == ["conflict_found", "resolved"]
    assert [kind for kind in region.kinds("OM-NN") if kind != "expiry_near"] == ["conflict_found", "resolved"]
    assert [each["closedBecause"] for each in region.listed()] == ["resolved"]
    region.send("B", version=3, kind="change", **_with(CONTACT, **ELSEWHERE))
    region.watch()
    assert region.kinds() == ["conflict_found", "resolved", "conflict_found"]


DUTY = {"reference": "C1", "type": "location_duty", "protects": []}
NIGHTS, DAYS = ({"weekly": [{"days": [day], "from": a, "until": b}]} for day, a, b in _HOURS)
CLASHES = {
    "zones_differ": (_area(250), _area(500)),
    "distances_differ": (
        {"reference": "C1", "type": "approach_ban", "protects": ["P1"], "distanceM": 50},
        {"reference": "C1", "type": "approach_ban", "protects": ["P1"], "distanceM": 100},
    ),
    "duty_inside_ban": (DUTY | {"zone": _zone(50, kind="inclusion")}, _area(500)),
}
AT_PEACE = {
    "same area": (_area(250), _area(250)),
    "elsewhere": (_area(250), _area(250, lon=5.2)),
    "same": (CONTACT, CONTACT),
    "other type": (CONTACT, _area(250)),
    "same exception": (CONTACT | {"exceptions": [HANDOVER]}, CONTACT | {"exceptions": [HANDOVER]}),
    "other days": (_area(250, endsOn="2026-12-31"), _area(500, startsOn="2027-01-01")),
    "room left": (DUTY | {"zone": _zone(600, kind="inclusion")}, _area(500)),
    "other hours": (
        DUTY | {"zone": _zone(50, kind="inclusion"), "schedule": NIGHTS},
        _area(500, schedule=DAYS),
    ),
}


def _send_pairs(region, pairs, version=1, **more):
    """Two orders for each case, of a subject of its own; returns the case by the id of each order."""
    return {
        region.send(f"{side}-{number}", version, **_with(condition, subject=_subject(number), **more)): name
        for number, (name, conditions) in enumerate(pairs.items())
        for side, condition in zip("AB", conditions, strict=True)
    }


def _subject(number):
    return {"surname": f"Naam{number}", "skn": f"9000000{number}"}


def test_what_differs_between_two_orders_is_told_once(region):
    cases = _send_pairs(region, CLASHES)
    region.watch()
    _send_pairs(region, CLASHES, version=2, court="Hof")
    region.watch()
    told = [(cases[each["order_id"]], each["rule"]) for _, each in region.told()]
    assert sorted(told) == sorted((name, name) for name in CLASHES)


def test_what_does_not_clash_is_not_told(region):
    cases = _send_pairs(region, AT_PEACE)
    region.watch()
    assert [(cases[each["order_id"]], each["rule"]) for _, each in region.told()] == []


def test_orders_of_another_pair_are_not_compared(region):
    other = [{"reference": "P1", "kind": "person", "surname": "Jansen", "bsn": "999990019"}]
    region.send("A", **_with(_area(250)))
    region.send("B", **_with(_area(500), protected=other))
    region.send("C", **_with(_area(500), subject={"surname": "Smit", "skn": "22222222"}))
    region.watch()
    assert region.kinds() == []


def test_an_order_that_is_over_conflicts_with_none(region):
    region.send("A", **_with(_area(250), endsOn="2026-11-20"))
    region.send("B", **_with(_area(500)))
    region.send("C", **_with(_area(700)))
    region.send("C", version=2, kind="annulment", bare=True, effectiveAt="2026-11-01T00:00:00+01:00")
    region.watch()
    assert [rule for rule, _ in _found(region) if rule == "zones_differ"] == []


def test_one_that_was_suspended_or_withdrawn_while_the_other_binds_is_told(region):
    region.send("A", **_with(CONTACT))
    region.send("B", **_with(CONTACT))
    region.watch()
    region.send("A", version=2, kind="suspension", bare=True, effectiveAt="2026-11-25T00:00:00+01:00")
    region.watch()
    assert _found(region) == [("suspended_while_other_binds", "contact_ban")]
    region.send("A", version=3, kind="resumption", effectiveAt="2026-12-01T00:00:00+01:00", **_with(CONTACT))
    region.send("B", version=2, kind="withdrawal", effectiveAt="2026-12-10T00:00:00+01:00", bare=True)
    region.on("2026-12-02")
    assert _found(region)[1:] == [("ended_while_other_binds", "contact_ban")]


def test_an_order_that_took_the_place_of_one_that_ended_that_day_is_no_conflict(region):
    region.send("A", **_with(CONTACT))
    region.send("B", **_with(CONTACT, startsOn="2026-12-01"))
    region.send("A", version=2, kind="end", bare=True, effectiveAt="2026-12-01T15:00:00+01:00")
    region.on("2026-12-02")
    assert region.kinds() == []


def test_a_gap_of_days_between_one_order_and_the_next_is_told_once_and_closes_when_it_is_filled(region):
    first = region.send("A", **_with(CONTACT, endsOn="2026-12-10"))
    second = region.send("B", **_with(CONTACT, startsOn="2026-12-15", **ELSEWHERE))
    region.watch()
    region.watch()
    gaps = [each for kind, each in region.told("OM-NN") if kind == "gap_found"]
    assert [
        (each["order_id"], each["other_order_id"], each["from_on"], each["until_on"], each["days"]) for each in gaps
    ] == [(first, second, "2026-12-11", "2026-12-14", 4)]
    region.send("C", **_with(CONTACT, startsOn="2026-12-01", endsOn="2026-12-20"))
    region.watch()
    assert [kind for kind in region.kinds("OM-NN") if kind != "expiry_near"] == ["gap_found", "resolved"]


def test_a_gap_whose_days_change_is_no_longer_the_one_that_was_told(region):
    region.send("A", **_with(CONTACT, endsOn="2026-12-10"))
    region.send("B", **_with(CONTACT, startsOn="2026-12-15"))
    region.watch()
    region.send("B", version=2, kind="change", **_with(CONTACT, startsOn="2026-12-13"))
    region.watch()
    told = [(kind, each["days"]) for kind, each in region.told() if kind != "expiry_near"]
    assert told == [("gap_found", 4), ("resolved", 4), ("gap_found", 2)]


def test_orders_that_join_overlap_or_lie_far_apart_leave_no_gap(region):
    for number, starts_on in enumerate(("2026-12-11", "2026-12-05", "2027-03-01")):
        subject = {"subject": _subject(number)}
        region.send(f"A-{number}", **_with(CONTACT, endsOn="2026-12-10", **subject))
        region.send(f"B-{number}", **_with(CONTACT, startsOn=starts_on, **subject))
    region.watch()
    assert "gap_found" not in region.kinds()


def test_a_gap_that_is_over_when_it_is_found_is_told_to_nobody_and_one_that_passes_closes_in_silence(region, shared):
    region.send("A", **_with(CONTACT, startsOn="2026-01-01", decidedOn="2026-01-01", endsOn="2026-10-20"))
    region.send("B", **_with(CONTACT, startsOn="2026-10-25"))
    region.watch()
    assert region.kinds() == []
    subject = {"subject": {"surname": "Smit", "skn": "33333333"}}
    region.send("C", **_with(CONTACT, endsOn="2026-12-10", **subject))
    region.send("D", **_with(CONTACT, startsOn="2026-12-15", **subject))
    region.on("2026-12-15")
    assert "resolved" not in region.kinds()
    region.watch()
    with shared.database.reading() as session:
        assert session.scalars(select(Notice.closed_because).where(Notice.kind == "gap_found")).all() in ([], ["past"])


def test_a_merge_of_two_subjects_brings_their_orders_together_and_a_split_apart(region):
    someone = {"subject": {"surname": "Smit", "givenNames": "Piet"}}
    region.send("A", **_with(_area(250)))
    region.send("B", **_with(_area(500), **someone))
    region.watch()
    assert region.kinds() == []
    region.send("B", version=2, kind="merge", subjectLink={"orderNumber": "A"}, **_with(_area(500), **someone))
    region.watch()
    assert _found(region) == [("zones_differ", "area_ban")]
    region.send("B", version=3, kind="split", **_with(_area(500), **someone))
    region.watch()
    assert region.kinds() == ["conflict_found", "resolved"]
