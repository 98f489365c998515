from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from registry.access.models import AuditEntry
from registry.access.rules import OrganisationKind, Scope
from registry.enforcement.models import Breach
from registry.http.fields import format_instant
from registry.orders.register.content import AnkleMonitor, Risk, RiskKind, RiskMarker, ServiceHow
from tests.orders.orders import SUBJECT, area_ban
from tests.world import some_id

HERS = ("Vosmeer", "Fictitia", "Verborgenlaan", "9712XK", "687654321")
INSIDE, OUTSIDE, AT_THE_BORDER = (52.0907, 5.1214), (52.0907, 5.1414), (52.0907, 5.12505)


@pytest.fixture
def brief(room):
    """Ask for the briefing of an order as that room and return the answer."""

    def brief(order_id, caller=None, **more):
        query = "&".join(f"{name}={value}" for name, value in ({"purpose": "acute_call"} | more).items())
        answer = (caller or room).get(f"/v1/orders/{order_id}/briefing?{query}")
        assert answer.status_code == 200, answer.text
        return answer.json

    return brief


@pytest.fixture
def wear(world, clock):
    """Put a monitor on the subject of the order; the returned function sends a position of so long ago."""
    supervisor = world.caller("RN-MN", OrganisationKind.PROBATION)
    provider = world.caller("EB", OrganisationKind.DEVICE_PROVIDER)

    def wear(number="CJIB-2026-000123"):
        begins = format_instant(clock.now() - timedelta(hours=2))
        worn = {"device": "EB-1", "provider": "EB", "orderNumber": number, "from": begins}
        assert supervisor.post("/v1/couplings", worn).status_code == 201
        return lambda place, **ago: send(place, clock.now() - timedelta(**ago))

    def send(place, at):
        ping = {"device": "EB-1", "fixTime": format_instant(at), "lat": place[0], "lon": place[1], "accuracyM": 8}
        assert provider.post("/v1/pings", {"pings": [ping]}).status_code == 200

    return wear


@pytest.mark.parametrize(
    ("judged_on", "called"),
    [
        (date(2021, 6, 30), "voorwaardelijke invrijheidstelling (oude regeling)"),
        (date(2021, 7, 1), "voorwaardelijke invrijheidstelling"),
        (None, "voorwaardelijke invrijheidstelling"),
    ],
)
def test_an_officer_reads_under_which_scheme_of_release_by_the_day_of_the_judgment(register, brief, judged_on, called):
    release = {"decided_on": date(2024, 5, 6), "starts_on": date(2024, 5, 6)}
    order_id = register(regime="VI", judged_on=judged_on, **release)
    register("CJIB-2026-000124", regime="VI", judged_on=date(2015, 3, 2), **release)
    shown = brief(order_id)
    assert (shown["regime"], shown["regimeNl"]) == ("VI", called)


def test_one_screen_says_who_may_not_do_what_until_when_by_which_law_and_whom_to_call(brief, register, noise):
    told = brief(register())
    assert (told["person"]["name"], told["person"]["calledNl"]) == ("Jan Pieter van den Berg", "veroordeelde")
    assert told["status"]["code"] == "in_force"
    area, contact = told["conditions"]
    assert area["textNl"].startswith("Gebiedsverbod: mag niet komen in het gebied van voorwaarde C1")
    assert contact["textNl"].endswith("tot en met 31 oktober 2028.")
    assert (told["powers"]["card"], told["powers"]["callNl"][0]) == ("B", "officier van justitie")
    assert all(step["source"] for step in told["powers"]["steps"])
    assert [each["for"] for each in told["contacts"]] == ["arrest_order", "supervision", "confirmation"]
    assert (told["contacts"][1]["name"], told["contacts"][1]["reach"]) == ("A. Bakker", "+31301234567")
    assert told["served"]["textNl"] == "De betekening is niet bekend."
    assert told["risk"]["textNl"] == "Geen risiconiveau aangeleverd."
    assert told["ankleMonitor"]["textNl"] == "Geen enkelband."
    assert told["breaches"]["textNl"] == "Geen eerdere overtredingen van dit bevel bekend."
    assert told["sources"][0]["code"] == "CJIB" and "bevestig het bevel bij de bron" in told["notice"]


def test_service_risk_requested_action_and_safety_notes_are_those_of_the_order(brief, register):
    notes = (RiskMarker(RiskKind.WEAPON, "Mes op zak."), RiskMarker(RiskKind.MEDICAL))
    told = brief(
        register(
            served_on=date(2026, 11, 3),
            service_how=ServiceHow.IN_PERSON,
            known_on=date(2026, 11, 2),
            risk=Risk("high", date(2026, 10, 30), "SASH"),
            requested_police_action="Direct melden.",
            subject=replace(SUBJECT, risk_markers=notes),
        )
    )
    served = "Betekend op 3 november 2026, in persoon. Bij betrokkene bekend sinds 2 november 2026."
    assert told["served"]["textNl"] == served
    assert told["risk"]["textNl"] == "Risico hoog, vastgesteld op 30 oktober 2026 (SASH)."
    assert told["requestedPoliceAction"] == "Direct melden."
    assert [(each["kindNl"], each["text"]) for each in told["safetyNotes"]] == [
        ("Wapen", "Mes op zak."),
        ("Medisch", None),
    ]


@pytest.mark.parametrize("kind", ["end", "suspension"])
def test_an_order_not_in_force_gives_no_power_and_nobody_to_order_an_arrest(brief, register, kind):
    order_id = register()
    register(version=2, kind=kind, told=None)
    told = brief(order_id)
    assert told["status"]["code"] in ("ended", "suspended")
    assert (told["powers"]["card"], told["powers"]["steps"], told["powers"]["always"]) == (None, [], [])
    assert told["powers"]["titleNl"].startswith("Geen bevoegdheid uit dit bevel")
    assert [each["for"] for each in told["contacts"]] == ["supervision", "confirmation"]


def test_the_one_who_can_order_an_arrest_is_named_with_the_number_of_the_prosecutions_own_duty(brief, register, world):
    prosecution = world.caller("OM-MN", OrganisationKind.PROSECUTION)
    order_id = register()
    missing = brief(order_id)["contacts"][0]
    assert (missing["reach"], missing["missingNl"][:23]) == (None, "Geen 24-uursnummer in h")
    prosecution.put("/v1/duties", {"duties": [{"name": "Piketofficier", "contact": "030 555 02 02"}]})
    assert brief(order_id)["contacts"][0] == {
        "for": "arrest_order",
        "titleNl": "Voor een bevel tot aanhouding: officier van justitie, dan hulpofficier van justitie",
        "organisation": "Organisatie OM-MN",
        "name": "Piketofficier",
        "reach": "030 555 02 02",
        "missingNl": None,
    }


def test_breaches_are_counted_by_how_they_are_judged_and_unfounded_or_permitted_ones_never(
    brief, register, shared, clock
):
    order_id, other_id = register(), register("CJIB-2026-OTHER")
    with shared.database.transaction() as session:
        for place, (of_id, status) in enumerate(
            [(order_id, each) for each in ("suspected", "suspected", "plausible", "proven", "unfounded", "permitted")]
            + [(other_id, "proven")]
        ):
            at = clock.now() - timedelta(days=place + 1)
            session.add(
                Breach(order_id=of_id, origin="report", status=status, occurred_from=at, recorded_at=at, revision=1)
            )
    assert brief(order_id)["breaches"] == {
        "suspected": 2,
        "plausible": 1,
        "proven": 1,
        "textNl": "Eerdere overtredingen: 1 bewezen, 1 aannemelijk, 2 vermoedelijk.",
    }


@pytest.mark.parametrize(
    ("place", "minutes", "zone"),
    [(INSIDE, 1, "inside"), (OUTSIDE, 1, "outside"), (AT_THE_BORDER, 1, "unknown"), (INSIDE, 9, "unknown")],
)
def test_a_wearer_is_inside_outside_or_unknown_and_his_position_stays_with_who_may_see_it(
    brief, register, wear, place, minutes, zone
):
    order_id = register(ankle_monitor=AnkleMonitor(True, True, "gps"))
    assert brief(order_id)["ankleMonitor"]["textNl"] == "Enkelband opgelegd, maar er is er nu geen aangesloten."
    wear()(place, minutes=minutes)
    told = brief(order_id)["ankleMonitor"]
    assert (told["worn"], told["inBannedZone"], told["position"]) == (True, zone, None)
    assert told["lastPositionAgeS"] == minutes * 60
    assert told["textNl"].startswith("Draagt nu een enkelband (gps). Laatste positie: ")


def test_the_position_is_shown_with_its_own_scope(register, room, wear, world, brief):
    mobile = world.caller("POL-MN", OrganisationKind.POLICE, Scope.LOOKUPS_ASK, Scope.POSITIONS_READ)
    order_id = register()
    wear()(INSIDE, minutes=1)
    position = brief(order_id, mobile)["ankleMonitor"]["position"]
    assert (position["latDeg"], position["lonDeg"], position["accuracyM"]) == (*INSIDE, 8.0)
    assert brief(order_id)["ankleMonitor"]["position"] is None


def test_where_he_is_while_he_breaches_nothing_is_told_to_no_room_whatever_its_scopes(register, wear, world, brief):
    every = world.caller("POL-MN", OrganisationKind.POLICE)
    order_id = register()
    wear()(OUTSIDE, minutes=1)
    told = brief(order_id, every)["ankleMonitor"]
    assert (told["worn"], told["lastPositionAgeS"], told["position"]) == (True, 60, None)


def test_no_area_holds_for_a_wearer_of_a_suspended_order_or_outside_its_days(brief, register, wear):
    order_id = register(conditions=(area_ban(ends_on=date(2026, 11, 20)),))
    wear()(INSIDE, minutes=1)
    told = brief(order_id)["ankleMonitor"]
    assert (told["inBannedZone"], told["lastPositionAgeS"]) == (None, 60)
    assert told["textNl"].endswith("Er geldt nu geen verboden gebied dat gevolgd wordt.")


def test_who_is_protected_and_where_is_told_only_with_the_right_to_see_it(brief, register, room, world):
    order_id = register(requested_police_action="Rijd naar de Verborgenlaan.")
    answer = room.get(f"/v1/orders/{order_id}/briefing?purpose=acute_call")
    assert [word for word in HERS if word in answer.text] == []
    assert answer.json["protected"][0]["addressesNl"] is None
    seeing = world.caller("POL-MN", OrganisationKind.POLICE, Scope.LOOKUPS_ASK, Scope.PROTECTED_READ)
    told = brief(order_id, seeing)
    assert told["protected"][0]["name"] == "Fictitia Vosmeer"
    assert told["protected"][0]["addressesNl"] is None


def test_an_order_of_others_is_told_only_to_who_found_it_by_a_lookup_of_the_last_day(
    brief, register, noise, ask, room, world, clock
):
    order_id = register(police_unit=None)
    path = f"/v1/orders/{order_id}/briefing?purpose=acute_call"
    assert room.get(path).status_code == 404
    found, elsewhere = ask(bsn="999990019")["lookupId"], ask(bsn="123456782")["lookupId"]
    assert brief(order_id, lookupId=found)["orderId"] == str(order_id)
    assert room.get(f"{path}&lookupId={elsewhere}").status_code == 404
    other = world.caller("POL-LI", OrganisationKind.POLICE)
    assert other.get(f"{path}&lookupId={found}").status_code == 404
    assert room.get(f"/v1/orders/{some_id()}/briefing?purpose=report").status_code == 404
    clock.forward(hours=25)
    assert room.get(f"{path}&lookupId={found}").status_code == 404


def test_a_purpose_is_required_and_only_police_and_prosecution_are_briefed(register, room, world):
    path = f"/v1/orders/{register()}/briefing"
    for query in ("", "?purpose=administration", "?purpose=acute_call&incidentNumber=%0a"):
        assert room.get(path + query).status_code == 400
    for kind in (OrganisationKind.CJIB, OrganisationKind.PROBATION, OrganisationKind.PARTNER):
        assert world.caller("X", kind).get(f"{path}?purpose=acute_call").status_code == 403


def test_a_briefing_is_in_the_audit_with_purpose_incident_and_what_was_shown(brief, register, shared, ask):
    order_id = register()
    lookup_id = ask(bsn="999990019")["lookupId"]
    brief(order_id, purpose="identity_check", lookupId=lookup_id, incidentNumber="2026-77")
    with shared.database.reading() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.object_ref == f"order:{order_id}"))
        (entry,) = [one for one in entries if (one.details or {}).get("part") == "briefing"]
    assert (entry.action, entry.purpose, entry.end_user) == ("consulted", "identity_check", "tester-1")
    assert entry.details == {
        "part": "briefing",
        "incident": "2026-77",
        "lookup": lookup_id,
        "protected": False,
        "position_at": None,
    }
