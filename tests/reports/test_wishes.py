import json
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import bindparam, select, text

from registry.access.models import AuditEntry
from registry.access.rules import OrganisationKind, Scope
from registry.db.types import Id
from registry.orders.naming.identifiers import PartialDate
from registry.orders.register.content import Party
from registry.orders.rules import PartyRole
from registry.reports.models import Report
from registry.reports.news import tell_partners
from registry.reports.releases.rules import ReleaseKind
from registry.reports.wishes.models import ReportWishes
from registry.reports.wishes.rules import Channel, Topic, faults_in, is_adult, wants_to_hear_of
from registry.schema import migrate
from tests.enforcement.conftest import fact, instant
from tests.orders.orders import PROTECTED, SUBJECT
from tests.reports.told import NUMBER, REPORT, WISHES, alerts, link_of, news, send
from tests.world import NOW

VERSIONS = Path(__file__).resolve().parents[2] / "migrations" / "versions"
WISHES_BEFORE = {"wants_to_hear": True, "how": WISHES["how"], "safe_times": None}
AUNT = {"surname": "Hulsteen", "givenNames": "Corrie", "birthDate": "1970-05-05", "relation": "tante"}
HIM = {"surname": "Berg", "prefix": "van den", "givenNames": "Jan", "birthDate": "1985-03-12", "relation": "vader"}
MINOR = {"wantsToHear": True, "isMinor": True, "contactPerson": AUNT}


def wishes_of(chain, receipt, by=None):
    return (by or chain.partner).get(f"/v1/reports/{receipt['id']}/wishes")


def wish(chain, receipt, by=None, **changes):
    return (by or chain.partner).put(f"/v1/reports/{receipt['id']}/wishes", {"wantsToHear": True} | changes)


def test_what_she_wishes_is_kept_with_her_report_and_the_rest_is_the_careful_choice(chain):
    kept = wishes_of(chain, send(chain, contact=WISHES)).json
    assert (kept["wantsToHear"], kept["how"], kept["safeTimes"]) == (True, WISHES["how"], WISHES["safeTimes"])
    assert (kept["channel"], kept["byPost"], kept["about"]) == ("partner", False, [one.value for one in Topic])
    assert wishes_of(chain, send(chain)).status_code == 404


def test_new_wishes_take_the_place_of_the_old_which_stay_on_record(chain, shared):
    receipt = send(chain, contact=WISHES)
    chain.clock.forward(days=1)
    answer = wish(chain, receipt, wantsToHear=False)
    assert (answer.status_code, answer.json["recordedAt"]) == (200, instant(NOW + timedelta(days=1)))
    assert wishes_of(chain, receipt).json["wantsToHear"] is False
    with shared.database.reading() as session:
        assert len(session.scalars(select(ReportWishes)).all()) == 2


def test_nothing_goes_by_post_unless_she_says_so(chain):
    receipt = send(chain)
    refused = wish(chain, receipt, channel="post")
    assert (refused.status_code, [one["pointer"] for one in refused.json["errors"]]) == (400, ["#/channel"])
    assert wish(chain, receipt, channel="post", byPost=True).json["channel"] == "post"


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"channel": "phone"}, ["#/reach"]),
        ({"isMinor": True}, ["#/contactPerson"]),
        ({"isMinor": True, "channel": "post"}, ["#/channel", "#/contactPerson"]),
        ({"contactPerson": AUNT | {"birthDate": "2010-01-01"}}, ["#/contactPerson/birthDate"]),
        (
            {"contactPerson": {"surname": "Hulsteen"}},
            ["#/contactPerson/birthDate", "#/contactPerson/givenNames", "#/contactPerson/relation"],
        ),
        ({"channel": "pigeon", "about": ["gossip"]}, ["#/about/0", "#/channel"]),
    ],
)
def test_wishes_that_contradict_themselves_are_refused_with_every_fault(chain, shared, changes, pointers):
    answer = wish(chain, send(chain), **changes)
    assert answer.status_code == 400
    assert sorted(one["pointer"] for one in answer.json["errors"]) == pointers
    report = chain.partner.post("/v1/reports", REPORT | {"contact": {"wantsToHear": True} | changes})
    assert sorted(one["pointer"] for one in report.json["errors"]) == [
        one.replace("#/", "#/contact/") for one in pointers
    ]
    assert "Hulsteen" not in answer.text + report.text
    with shared.database.reading() as session:
        assert session.scalars(select(ReportWishes)).all() == []


def test_a_victim_who_is_a_minor_by_the_birth_date_in_the_report_is_told_through_an_adult(chain):
    hers = {"protected": {"surname": "Vosmeer", "birthDate": "2009-11-24"}}
    for told, pointer in (({"wantsToHear": True}, "isMinor"), (MINOR | {"contactPerson": None}, "contactPerson")):
        refused = chain.partner.post("/v1/reports", REPORT | hers | {"contact": told})
        assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (400, f"#/contact/{pointer}")
    receipt = send(chain, contact=MINOR, **hers)
    assert wish(chain, receipt, isMinor=False).json["errors"][0]["pointer"] == "#/isMinor"
    for other in ("2008-11-23", "2008", "onbekend"):
        assert send(chain, contact={"wantsToHear": True}, protected={"birthDate": other})


def test_the_one_the_report_is_about_is_never_the_contact(chain):
    subject = {"surname": "Berg", "prefix": "van den", "birthDate": "1985-03-12", "phone": "06 12345678"}
    wishes = MINOR | {"contactPerson": HIM, "channel": "phone", "reach": "+31 6 12345678"}
    answer = chain.partner.post("/v1/reports", REPORT | {"subject": subject, "contact": wishes})
    assert (answer.status_code, [one["pointer"] for one in answer.json["errors"]]) == (
        400,
        ["#/contact/contactPerson", "#/contact/reach"],
    )
    assert send(chain, subject=subject, contact=MINOR)["status"] == "received"


@pytest.mark.parametrize(
    "contact",
    [
        MINOR | {"contactPerson": HIM},
        MINOR | {"contactPerson": HIM | {"surname": "Bergh"}},
        MINOR | {"contactPerson": HIM | {"birthDate": "1985-12-03"}},
        MINOR | {"contactPerson": AUNT | {"bsn": "999990019"}},
        MINOR | {"contactPerson": AUNT | {"phone": "06-12345678"}},
        {"wantsToHear": True, "channel": "text_message", "reach": "0031612345678"},
    ],
)
def test_the_subject_of_her_order_as_contact_is_blocked_and_only_the_police_hear_it(chain, shared, contact):
    chain.order()
    known, unknown = send(chain, orderNumber=NUMBER, contact=contact), send(chain, contact=contact)
    assert known.keys() == unknown.keys() and known["notices"] == unknown["notices"]
    assert [wishes_of(chain, one).json["isBlocked"] for one in (known, unknown)] == [None, None]
    (alert,) = [one for one in alerts(shared) if one.alert_class == "contact_is_subject"]
    assert (alert.priority, alert.police_org_id, alert.partner_org_id) == (1, chain.police.organisation_id, None)
    shown = wishes_of(chain, known, chain.police).json
    assert (shown["isBlocked"], shown["reach"], shown["contactPerson"], shown["how"]) == (True, None, None, None)
    assert wishes_of(chain, known).json["contactPerson"] == wishes_of(chain, unknown).json["contactPerson"]
    assert str(news(shared, chain.partner.organisation_id)).count("contact") == 0


def test_the_subject_is_known_as_contact_though_his_birth_date_is_known_in_part(chain):
    chain.order(subject=replace(SUBJECT, birth_date=PartialDate(1985, 3)))
    receipt = send(chain, orderNumber=NUMBER, contact=MINOR | {"contactPerson": HIM})
    assert wishes_of(chain, receipt, chain.police).json["isBlocked"] is True


@pytest.mark.parametrize("changes", [{"givenNames": "Corrie", "birthDate": "1985-12-03"}, {"birthDate": "1971-05-05"}])
def test_who_bears_his_surname_and_is_somebody_else_is_not_blocked(chain, changes):
    chain.order()
    receipt = send(chain, orderNumber=NUMBER, contact=MINOR | {"contactPerson": HIM | changes})
    assert wishes_of(chain, receipt, chain.police).json["isBlocked"] is False


def test_a_contact_is_looked_at_again_when_a_human_links_the_report(chain, shared):
    order_id = chain.order()
    receipt = send(chain, contact=MINOR | {"contactPerson": HIM})
    assert wishes_of(chain, receipt, chain.police).json["isBlocked"] is False
    chain.police.post(f"/v1/reports/{receipt['id']}/link", {"orderId": str(order_id)})
    assert wishes_of(chain, receipt, chain.police).json["isBlocked"] is True


def test_nothing_is_told_while_the_contact_is_blocked_and_all_of_it_once_there_is_another(chain, shared):
    chain.order()
    receipt = send(chain, orderNumber=NUMBER, contact=MINOR | {"contactPerson": HIM})
    breach_id = link_of(chain, receipt)["breachId"]
    arrest = fact("arrest", "2026-11-23T11:00:00Z")
    started = chain.police.post("/v1/proceedings", {"breachId": breach_id, "event": arrest}).json
    path, event_id = f"/v1/reports/{receipt['id']}/releases", started["events"][0]["id"]
    at_once = chain.police.post(path, {"eventId": event_id})
    assert (at_once.status_code, at_once.json["code"]) == (409, "contact_blocked")
    later = {"eventId": event_id, "releaseAt": instant(NOW + timedelta(hours=1))}
    assert chain.police.post(path, later).status_code == 201
    chain.clock.forward(hours=2)
    for _ in range(2):
        tell_partners(shared)
        assert chain.partner.get(path).json["releases"] == []
    wish(chain, receipt, **MINOR)
    tell_partners(shared)
    (told,) = chain.partner.get(path).json["releases"]
    assert (told["kind"], told["wanted"]) == ("arrest", True)
    assert all(one.closed_at for one in alerts(shared) if one.alert_class == "contact_is_subject")


def test_what_is_released_says_whether_she_wanted_to_hear_of_it(chain):
    receipts = [send(chain, contact=contact) for contact in (WISHES, {"wantsToHear": False})] + [send(chain)]
    told = []
    for receipt in receipts:
        chain.police.post(f"/v1/reports/{receipt['id']}/releases", {"answer": "not_enough"})
        told += [one["wanted"] for one in chain.partner.get(f"/v1/reports/{receipt['id']}/releases").json["releases"]]
    assert told == [True, False, None]


def test_wishes_have_scopes_of_their_own_and_reading_them_is_on_record(chain, shared, world):
    chain.order()
    receipt = send(chain, orderNumber=NUMBER, contact=WISHES)
    narrow = world.caller("POL-MN", OrganisationKind.POLICE, Scope.REPORTS_READ, Scope.PROTECTED_READ)
    assert wishes_of(chain, receipt, narrow).status_code == 403
    blind = world.caller("POL-MN", OrganisationKind.POLICE, Scope.REPORTS_READ, Scope.WISHES_READ)
    seen = wishes_of(chain, receipt, blind).json
    assert (seen["wantsToHear"], seen["how"], seen["safeTimes"]) == (True, None, None)
    assert blind.get(f"/v1/reports/{receipt['id']}").json["contact"] is None
    assert narrow.get(f"/v1/reports/{receipt['id']}").json["contact"] is None
    assert wishes_of(chain, receipt, chain.probation).status_code == 403
    assert wish(chain, receipt, chain.police).status_code == 403
    other = world.caller("VT", OrganisationKind.PARTNER)
    for who in (other, chain.stranger):
        assert wishes_of(chain, receipt, who).status_code == 404
    assert wish(chain, receipt, other).status_code == 404
    assert wishes_of(chain, receipt, chain.police).json["how"] == WISHES["how"]
    with shared.database.reading() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.object_ref == f"report:{receipt['id']}")).all()
    told = Counter(one.action for one in entries if "wishes" in (one.details or {}))
    assert told == {"collected": 1, "consulted": 2}


def test_a_report_sent_again_with_other_wishes_is_another_report(chain):
    first = send(chain, reference="SHN-1", contact=WISHES)
    assert send(chain, reference="SHN-1", contact=WISHES) == first
    wish(chain, first, wantsToHear=False)
    assert send(chain, reference="SHN-1", contact=WISHES) == first
    for contact in ({"wantsToHear": False}, None):
        changed = chain.partner.post("/v1/reports", REPORT | {"reference": "SHN-1", "contact": contact})
        assert changed.json["code"] == "reference_used"
    bare = send(chain, reference="SHN-2")
    wish(chain, bare)
    assert send(chain, reference="SHN-2") == bare


def test_what_one_protected_person_is_told_names_no_other(chain):
    other = Party(PartyRole.PROTECTED, "P2", surname="Zilvermeer", birth_date=PartialDate(1992, 2, 2))
    chain.order(protected=(PROTECTED, other))
    receipt = send(chain, orderNumber=NUMBER, contact=WISHES)
    started = {"breachId": link_of(chain, receipt)["breachId"], "event": fact("arrest", "2026-11-23T11:00:00Z")}
    event_id = chain.police.post("/v1/proceedings", started).json["events"][0]["id"]
    chain.police.post(f"/v1/reports/{receipt['id']}/releases", {"eventId": event_id})
    path = f"/v1/reports/{receipt['id']}"
    read = [chain.partner.get(path + part) for part in ("", "/status", "/releases", "/wishes", "/evidence")]
    assert [one.status_code for one in read] == [200] * 5
    told = "".join(one.text for one in read) + json.dumps(receipt)
    assert "aangehouden" in told
    for name in ("Zilvermeer", "1992", "P2", "Berg", "999990019", str(started["breachId"])):
        assert name not in told


def test_wishes_in_reports_kept_before_are_moved_by_the_migration(chain, shared):
    with_wishes, without = send(chain), send(chain)
    (file,) = VERSIONS.glob("*_wishes.py")
    migrate(shared.database, f"{int(file.name[:4]) - 1:04d}")
    content_of = text("SELECT content_sealed FROM report WHERE id = :id").bindparams(bindparam("id", type_=Id()))
    report_id = UUID(with_wishes["id"])
    with shared.database.write_engine.begin() as connection:
        sealed = connection.execute(content_of, {"id": report_id}).scalar_one()
        old = Report.content.open(report_id, bytes(sealed)) | {"contact": WISHES_BEFORE}
        keep = text("UPDATE report SET content_sealed = :content WHERE id = :id")
        keep = keep.bindparams(bindparam("id", type_=Id()))
        connection.execute(keep, {"content": Report.content.close(report_id, old), "id": report_id})
    migrate(shared.database)
    moved = wishes_of(chain, with_wishes).json
    assert (moved["wantsToHear"], moved["how"], moved["channel"]) == (True, WISHES["how"], "partner")
    assert wishes_of(chain, without).status_code == 404
    with shared.database.reading() as session:
        assert "contact" not in session.get_one(Report, report_id).content


CONSISTENT = st.fixed_dictionaries(
    {
        "wants_to_hear": st.booleans(),
        "channel": st.sampled_from(list(Channel)),
        "by_post": st.booleans(),
        "is_minor": st.booleans(),
        "reach": st.sampled_from([None, "0687654321"]),
        "contact_person": st.sampled_from([None, AUNT]),
        "about": st.lists(st.sampled_from(list(Topic)), unique=True),
    }
)


@given(CONSISTENT)
def test_whatever_is_accepted_is_safe(wishes):
    if not list(faults_in(wishes)):
        assert wishes["channel"] is not Channel.POST or wishes["by_post"]
        assert not (wishes["is_minor"] and wishes["wants_to_hear"]) or wishes["contact_person"]


@given(CONSISTENT, st.sampled_from(list(ReleaseKind)))
def test_she_hears_only_of_what_she_wants_to_hear(wishes, kind):
    wanted = wants_to_hear_of(wishes, kind)
    assert wanted is False or wishes["wants_to_hear"]
    assert wanted is False or kind is ReleaseKind.ANSWER or kind.value in [one.value for one in wishes["about"]]
    assert wants_to_hear_of(None, kind) is None


@given(st.dates(date(1900, 1, 1), date(2020, 1, 1)), st.integers(0, 40_000))
def test_who_is_adult_stays_adult(born_on, days):
    on = born_on + timedelta(days=days)
    if is_adult(born_on, on):
        assert is_adult(born_on, on + timedelta(days=1)) and days >= 18 * 365
    else:
        assert days < 18 * 366
