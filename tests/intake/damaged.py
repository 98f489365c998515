"""Real messages, each damaged in one way, with the code and place of what must be found wrong with it."""

from registry.intake.parsing import MAX_ROW_BYTES
from tests.intake.messages import ABSENT, ORDER, row


def condition(**changes):
    return [ORDER["conditions"][0] | changes]


IN_ABSENCE = {"order/imposedInPresence": False, "order/service": None}
DEEP = b"[" * 80 + b"]" * 80


def gda(**more):
    given = {"regime": "GDA", "ground": "b", "endsOn": "2027-01-20"} | more
    return {f"order/{name}": value for name, value in given.items()}


def vi(**more):
    given = {"regime": "VI", "judgedOn": "2024-05-06"} | more
    return {f"order/{name}": value for name, value in given.items()}


def penalty(regime, amount, unit, **more):
    each = {"amount": amount, "unit": unit}
    return {"order/regime": regime, "order/penaltyPerBreach": {"each": each, **more}}


def zone(shape, crs):
    return {"order/conditions/0/zone": {"kind": "exclusion", "shape": shape, "crs": crs}}


def circle(center, radius_m=250):
    return {"type": "Circle", "center": center, "radiusM": radius_m}


def polygon(ring):
    return {"type": "Polygon", "coordinates": [ring]}


def line(positions):
    return {"type": "LineString", "coordinates": positions}


SQUARE = [[5.1, 52.0], [5.2, 52.0], [5.2, 52.1], [5.1, 52.1], [5.1, 52.0]]
HERS = {"postcode": "9712XK", "houseNumber": 77, "street": "Geheimenstraat", "city": "Groningen"}
AT_HERS = {"order/protected/0/addresses": [HERS]}

DAMAGED = [
    ("row_too_large", b" " * (MAX_ROW_BYTES + 1), ""),
    ("row_not_json", b"{'orderNumber': 1}", ""),
    ("row_not_object", b"[1]", ""),
    ("row_too_deep", b'{"orderNumber": "N-1", "order": ' + DEEP + b"}", ""),
    ("row_too_deep", b"[" * 100_000, ""),
    ("row_too_deep", b"NaN".join([b"[" * 100_000, b""]), ""),
    ("order_number_missing", row(orderNumber=" "), "/orderNumber"),
    ("order_missing", row(order=ABSENT), "/order"),
    ("order_missing", row(order="VV"), "/order"),
    ("regime_missing", row({"order/regime": None}), "/order/regime"),
    ("regime_unknown", row({"order/regime": "ABC"}), "/order/regime"),
    ("subject_unrecognisable", row({"order/subject": {"initials": "J."}}), "/order/subject"),
    ("subject_unrecognisable", row({"order/subject": ABSENT}), "/order/subject"),
    ("encoding_invalid", row().replace(b"Utrecht", b"Utr\xe9cht"), ""),
    ("number_not_finite", row().replace(b"250", b"NaN"), ""),
    ("message_id_missing", row(messageId=ABSENT), "/messageId"),
    ("version_unreadable", row(version="twee"), "/version"),
    ("kind_unknown", row(kind="mutatie"), "/kind"),
    ("kind_guessed", row(kind="INGETROKKEN"), "/kind"),
    ("ending_without_order", row(kind="end", order=ABSENT), "/order"),
    ("subject_link_missing", row(kind="merge"), "/subjectLink/orderNumber"),
    ("unknown_field", row({"order/colour": "blue"}), "/order/colour"),
    ("wrong_type", row({"order/immediatelyEnforceable": "ja"}), "/order/immediatelyEnforceable"),
    (
        "key_twice",
        row().replace(b'"endsOn": "2028-10-31"', b'"endsOn": "2028-10-31", "endsOn": "2031-01-01"'),
        "/order/endsOn",
    ),
    ("text_cleaned", row({"order/court": "Recht\x00bank"}), "/order/court"),
    ("instant_unreadable", row(sentAt="gisteren"), "/sentAt"),
    ("instant_without_zone", row(sentAt="2026-11-20T09:00:00"), "/sentAt"),
    ("date_reformatted", row({"order/endsOn": "31-10-2028"}), "/order/endsOn"),
    ("date_unreadable", row({"order/endsOn": "9999-12-31"}), "/order/endsOn"),
    ("time_zone_unknown", row({"order/timeZone": "Mars/Olympus"}), "/order/timeZone"),
    ("bsn_invalid", row({"order/subject/bsn": "123456789"}), "/order/subject/bsn"),
    ("skn_invalid", row({"order/subject/skn": "12"}), "/order/subject/skn"),
    ("subject_without_number", row({"order/subject/skn": None, "order/subject/bsn": None}), "/order/subject"),
    ("birth_date_unreadable", row({"order/subject/birthDate": "1985-13-40"}), "/order/subject/birthDate"),
    (
        "address_unreadable",
        row({"order/subject/addresses/0/postcode": "0000"}),
        "/order/subject/addresses/0/postcode",
    ),
    ("phone_unreadable", row({"order/subject/phones/0": "bel mij"}), "/order/subject/phones/0"),
    ("plate_unreadable", row({"order/subject/plates/0": "?"}), "/order/subject/plates/0"),
    ("case_number_unreadable", row({"order/caseNumber": "1"}), "/order/caseNumber"),
    ("ecli_unreadable", row({"order/ecli": "ECLI"}), "/order/ecli"),
    ("appeal_number_unreadable", row({"order/appealNumber": "24-1"}), "/order/appealNumber"),
    ("incident_number_unreadable", row({"order/incidentNumber": "PL0900"}), "/order/incidentNumber"),
    ("v_number_unreadable", row({"order/subject/vNumber": "123"}), "/order/subject/vNumber"),
    ("risk_kind_unknown", row({"order/subject/riskMarkers": [{"kind": "hond"}]}), "/order/subject/riskMarkers/0/kind"),
    ("risk_level_unknown", row({"order/risk": {"level": "extreem"}}), "/order/risk/level"),
    ("risk_date_missing", row({"order/risk": {"level": "hoog"}}), "/order/risk/assessedOn"),
    ("duration_below_law", row(vi(endsOn="2027-10-30")), "/order/endsOn"),
    ("judgment_date_missing", row(vi(judgedOn=None)), "/order/judgedOn"),
    ("judgment_after_decision", row(vi(judgedOn="2026-11-02")), "/order/judgedOn"),
    ("duration_below_law", row({"order/regime": "GVM", "order/endsOn": "2028-10-30"}), "/order/endsOn"),
    ("duration_needs_ground", row({"order/endsOn": "2029-11-01"}), "/order/endsOn"),
    ("start_missing", row({"order/startsOn": None}), "/order/startsOn"),
    ("end_missing", row({"order/endsOn": None}), "/order/endsOn"),
    ("end_missing", row(gda(endsOn=None)), "/order/endsOn"),
    ("instant_not_on_day", row({"order/endsAt": "2028-11-02T12:00:00+01:00"}), "/order/endsAt"),
    ("decision_in_future", row({"order/decidedOn": "2027-12-01"}), "/order/decidedOn"),
    (
        "enforceability_unknown",
        row({"order/immediatelyEnforceable": None}),
        "/order/immediatelyEnforceable",
    ),
    ("finality_missing", row({"order/immediatelyEnforceable": False}), "/order/finalOn"),
    ("end_before_start", row({"order/endsOn": "2026-10-31"}), "/order/endsOn"),
    (
        "end_before_start",
        row({"order/conditions": condition(startsOn="2027-01-01", endsOn="2026-12-01")}),
        "/order/conditions/0/endsOn",
    ),
    ("duration_beyond_law", row({"order/endsOn": "2040-01-01"}), "/order/endsOn"),
    ("regime_not_on_date", row({"order/regime": "VBM", "order/decidedOn": "2001-01-01"}), "/order/regime"),
    ("service_unknown", row(IN_ABSENCE), "/order/service/servedOn"),
    ("ground_unknown", row({"order/regime": "GDA", "order/ground": None}), "/order/ground"),
    ("ground_unknown", row({"order/regime": "GDA", "order/ground": "grond x"}), "/order/ground"),
    ("supervision_missing", row({"order/supervision": None}), "/order/supervision/organisation"),
    ("conditions_missing", row({"order/conditions": []}), "/order/conditions"),
    ("reference_replaced", row({"order/conditions/1/reference": "C1"}), "/order/conditions/1/reference"),
    ("protects_unknown", row({"order/conditions/1/protects": ["P9"]}), "/order/conditions/1/protects"),
    ("condition_type_unknown", row({"order/conditions/1/type": "huisarrest"}), "/order/conditions/1/type"),
    (
        "condition_not_in_regime",
        row({"order/regime": "GDA", "order/conditions/1/type": "location_duty"}),
        "/order/conditions/1/type",
    ),
    ("monitoring_not_in_regime", row({"order/regime": "VBM"}), "/order/conditions/0/electronicMonitoring"),
    ("zone_missing", row({"order/conditions/0/zone": ABSENT}), "/order/conditions/0/zone"),
    ("zone_missing", row({"order/conditions/0/zone/shape": None}), "/order/conditions/0/zone"),
    ("zone_kind_replaced", row({"order/conditions/0/zone/kind": "weg"}), "/order/conditions/0/zone/kind"),
    (
        "geometry_unreadable",
        row({"order/conditions/0/zone/shape/radiusM": -1}),
        "/order/conditions/0/zone/shape/radiusM",
    ),
    (
        "zone_address_only",
        row({"order/conditions/0/zone/shape": {"type": "Circle", "address": {"postcode": "3511AB"}, "radiusM": 9}}),
        "/order/conditions/0/zone/shape/address",
    ),
    (
        "schedule_unreadable",
        row({"order/conditions/0/schedule": {"weekly": [{"days": ["maandag"]}]}}),
        "/order/conditions/0/schedule/weekly/0/days",
    ),
    ("protected_missing", row({"order/protected": []}), "/order/protected"),
    ("distance_missing", row({"order/conditions/1/type": "approach_ban"}), "/order/conditions/1/distanceM"),
    (
        "bag_id_unreadable",
        row({"order/subject/addresses/0/bagId": "0344990000000001"}),
        "/order/subject/addresses/0/bagId",
    ),
    ("contact_phone_unreadable", row({"order/supervision/phone": "zie rooster"}), "/order/supervision/phone"),
    ("service_how_unknown", row({"order/service/how": "door de brievenbus"}), "/order/service/how"),
    ("service_before_decision", row({"order/service/servedOn": "2026-10-30"}), "/order/service/servedOn"),
    ("service_before_decision", row({"order/service/knownOn": "2026-10-30"}), "/order/service/knownOn"),
    ("renewals_beyond_law", row(gda(renewals=4)), "/order/renewals"),
    ("renewals_beyond_law", row({"order/regime": "VBM"}, kind="extension"), "/order/renewals"),
    ("renewals_beyond_law", row({"order/renewals": 2, "order/subject/birthDate": "2010-02-01"}), "/order/renewals"),
    ("prosecution_unknown", row(gda(renewals=1)), "/order/prosecutionStartedOn"),
    ("duration_unusual", row({"order/regime": "GRA", "order/endsOn": "2031-01-01"}), "/order/endsOn"),
    ("penalty_missing", row({"order/regime": "VBM"}), "/order/penaltyPerBreach"),
    ("penalty_unreadable", row({"order/penaltyPerBreach": {}}), "/order/penaltyPerBreach/each"),
    ("penalty_unreadable", row(penalty("VBM", 7, "jaar")), "/order/penaltyPerBreach/each"),
    ("penalty_outside_law", row(penalty("VBM", 2, "day")), "/order/penaltyPerBreach"),
    ("penalty_outside_law", row(penalty("GVM", 7, "month")), "/order/penaltyPerBreach"),
    (
        "penalty_outside_law",
        row(penalty("VBM", 7, "day", maximum={"amount": 200, "unit": "day"})),
        "/order/penaltyPerBreach",
    ),
    ("monitor_reason_missing", row({"order/ankleMonitor": {"considered": True}}), "/order/ankleMonitor/reason"),
    (
        "monitor_contradicted",
        row({"order/ankleMonitor": {"considered": True, "imposed": False, "reason": "Te dichtbij."}}),
        "/order/ankleMonitor/imposed",
    ),
    ("youth_supervision_missing", row({"order/subject/minor": True}), "/order/youthSupervision/organisation"),
    (
        "youth_supervision_missing",
        row({"order/subject/birthDate": "2010-05-00"}),
        "/order/youthSupervision/organisation",
    ),
    ("minor_contradicts_birth_date", row({"order/subject/minor": True}), "/order/subject/minor"),
    ("regime_for_adults", row({"order/regime": "HV", "order/subject/birthDate": "2010-05-01"}), "/order/regime"),
    (
        "exception_kind_unknown",
        row({"order/conditions/1/exceptions": [{"kind": "oma", "text": "Via oma."}]}),
        "/order/conditions/1/exceptions/0/kind",
    ),
    (
        "exception_times_unreadable",
        row({"order/conditions/1/exceptions": [{"kind": "lawyer", "weekly": [{"days": ["vrijdag"]}]}]}),
        "/order/conditions/1/exceptions/0/weekly/0/days",
    ),
    (
        "exception_times_unreadable",
        row({"order/conditions/1/exceptions": [{"kind": "lawyer", "from": "2027-01-02", "until": "2027-01-01"}]}),
        "/order/conditions/1/exceptions/0/until",
    ),
    (
        "exception_not_followed",
        row({"order/conditions/0/exceptions": [{"kind": "court", "from": "2027-01-01T09:00:00+01:00"}]}),
        "/order/conditions/0/exceptions/0",
    ),
    *(
        (code, row(zone(shape, crs)), f"/order/conditions/0/zone/shape{field}")
        for code, shape, crs, field in (
            ("geometry_out_of_bounds", circle([2.35, 48.85]), "CRS84", "/center"),
            ("geometry_out_of_bounds", circle([400_000, 463_000]), "EPSG:28992", "/center"),
            ("geometry_axes_swapped", circle([52.09, 5.12]), "CRS84", "/center"),
            ("geometry_axes_swapped", circle([463_000, 155_000]), "EPSG:28992", "/center"),
            ("geometry_crs_wrong", circle([155_000, 463_000]), "CRS84", "/center"),
            ("geometry_crs_wrong", circle([5.12, 52.09]), "EPSG:28992", "/center"),
            ("geometry_crs_wrong", circle([5.12, 52.09]), "EPSG:3857", "/crs"),
            ("geometry_too_large", circle([5.12, 52.09], 100_000), "CRS84", "/radiusM"),
            ("geometry_too_detailed", polygon(SQUARE * 5_000), "CRS84", "/coordinates"),
            ("geometry_invalid", polygon([SQUARE[0], SQUARE[2], *SQUARE[1::2], SQUARE[0]]), "CRS84", "/coordinates"),
            ("geometry_ring_open", polygon(SQUARE[:-1]), "CRS84", "/coordinates/0"),
            ("geometry_ring_open", polygon(SQUARE[:2]), "CRS84", "/coordinates/0"),
            ("zone_very_large", circle([5.12, 52.09], 20_000), "CRS84", ""),
        )
    ),
    (
        "geometry_invalid",
        row({"order/conditions/0/zone": {"kind": "exclusion", "shape": line(SQUARE[:1]), "bufferM": 5}}),
        "/order/conditions/0/zone/shape/coordinates",
    ),
    (
        "geometry_line_without_width",
        row({"order/conditions/0/zone/shape": line(SQUARE[:3])}),
        "/order/conditions/0/zone/bufferM",
    ),
    (
        "zone_warning_not_followed",
        row({"order/conditions/0/zone/warningM": 500, "order/conditions/0/zone/kind": "inclusion"}),
        "/order/conditions/0/zone/warningM",
    ),
    (
        "zone_warning_not_followed",
        row({"order/conditions/0/zone/warningM": 6_000, "order/conditions/0/zone/bufferM": 6_000}),
        "/order/conditions/0/zone/warningM",
    ),
    *(
        ("protected_address_in_text", row(AT_HERS | {place: text}), f"/{place}")
        for place, text in (
            ("order/conditions/0/text", "Niet komen in de geheimenstraat, nummer 77."),
            ("order/conditions/1/text", "Geen post naar 9712 xk 77."),
            ("order/requestedPoliceAction", "Rijd naar Geheimenstraat 77."),
            ("order/remark", "Zij woont op 9712XK."),
            ("order/court", "Rechtbank, Geheimenstraat 77"),
            ("order/supervision/contactName", "Piket, Geheimenstraat 77"),
        )
    ),
    (
        "protected_address_in_text",
        row(AT_HERS | {"order/ankleMonitor": {"imposed": True, "reason": "Hij woont naast Geheimenstraat 77."}}),
        "/order/ankleMonitor/reason",
    ),
    (
        "protected_address_in_text",
        row(
            AT_HERS | {"order/conditions/1/exceptions": [{"kind": "child_handover", "text": "Bij Geheimenstraat 77."}]}
        ),
        "/order/conditions/1/exceptions/0/text",
    ),
    ("findings_cut", row({"order/subject/phones": ["?"] * 200}), ""),
]
