"""The page on paper of a bundle, in Dutch: the map, what was found, and each step in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from hashlib import sha256
from typing import Any

from flask import render_template

from geo.episode import Cause, EndCause, Reason, Verdict
from registry.console.evidence.drawing import Drawing
from registry.console.evidence.legend import STYLES
from registry.console.evidence.mapping import local
from registry.monitoring.evidence.manifest import Software
from registry.monitoring.evidence.rules import Use
from registry.monitoring.evidence.service import Material

VERDICTS_NL = {
    Verdict.SUSPECTED: "vermoed, nog niet beslist",
    Verdict.CONFIRMED: "bevestigd: een verblijf",
    Verdict.PASSED: "kort aanwezig: gepasseerd of teruggekeerd",
    Verdict.WITHDRAWN: "ingetrokken: niet aangetoond",
}
CAUSES_NL = {
    Cause.ENTERED: "het gebied in gegaan",
    Cause.LEFT: "het gebied uit gegaan",
    Cause.CROSSED: "door het gebied heen gegaan tussen twee posities",
    Cause.FIRST_SEEN: "zo aangetroffen bij de eerste positie",
    Cause.ZONE_BEGAN: "daar toen het verbod of gebod begon",
    Cause.WINDOW_OPENED: "daar toen het tijdvak begon",
    Cause.EXEMPTION_ENDED: "daar toen de ontheffing afliep",
}
END_CAUSES_NL = {
    EndCause.LEFT: "het gebied uit gegaan",
    EndCause.RETURNED: "teruggekeerd in het gebied",
    EndCause.ZONE_ENDED: "het verbod of gebod eindigde",
    EndCause.SCHEDULE_PAUSED: "het tijdvak eindigde",
    EndCause.EXEMPTED: "een ontheffing begon",
}
_STEPS_NL = {"suspected": "vermoed", "confirmed": "bevestigd", "crossed": "doorkruist"}
_STEPS_NL |= dict.fromkeys(END_CAUSES_NL, "einde")
_MISSING = "-"


def page_of(material: Material, drawing: Drawing, files: Mapping[str, bytes]) -> str:
    """The page as HTML; it names the hash of the data it was drawn from, so that paper and file belong together."""
    told, case = material.told, material.case
    uses = [one.use for one in case.fixes]
    return render_template(
        "evidence.html",
        title=drawing.title,
        map=drawing.svg(),
        record=told.record,
        found=told.found,
        facts=_facts(material),
        counts={use.value: uses.count(use) for use in Use},
        reasons=[_reason(one) for one in told.found.reasons],
        policy=_numbers(next((zone.policy for zone in case.zones if zone.id == told.found.zone_id), None)),
        software=Software.here(),
        hashes={name: sha256(content).hexdigest() for name, content in files.items()},
        differing=material.differing,
        bundle_id=material.bundle_id,
        audit_ref=material.issue.audit_ref,
        version=Software.here().version,
        made_at=f"{local(round(material.made_at.timestamp() * 1000)):%d-%m-%Y %H:%M:%S}",
    )


def _facts(material: Material) -> list[tuple[str, str]]:
    told, found = material.told, material.told.found
    end = "duurt voort" if found.end_ms is None else _moment(found.end_ms)
    ended = _MISSING if found.end_cause is None else END_CAUSES_NL[found.end_cause]
    return [
        ("Bevel", str(told.record["orderNumber"])),
        ("Drager", material.case.person_id),
        ("Episode", str(told.record["id"])),
        ("Gebied", f"{STYLES[str(told.record['zoneKind'])][2]}, {found.zone_id}, versie {found.zone_version}"),
        ("Begin", f"{_moment(found.start_ms)}: {CAUSES_NL[found.cause]}"),
        ("Einde", end if found.end_ms is None else f"{end}: {ended}"),
        (
            "Oordeel van het systeem",
            "ingetrokken na nieuw oordeel" if told.is_withdrawn else VERDICTS_NL[found.verdict],
        ),
        ("Bevestigd", _MISSING if found.confirmed_ms is None else _moment(found.confirmed_ms)),
    ]


def _moment(at_ms: int) -> str:
    return f"{local(at_ms):%d-%m-%Y %H:%M:%S} uur"


def _reason(one: Reason) -> list[str]:
    numbers = (one.chance, one.distance_m, one.sigma_m, one.estimate_m, one.speed_mps, one.at_rest, one.thrown)
    return [
        f"{local(one.at_ms):%d-%m-%Y %H:%M:%S}",
        _STEPS_NL.get(one.step, one.step),
        *map(_number, numbers),
        str(one.sure_fixes),
    ]


def _number(value: float | None) -> str:
    return _MISSING if value is None else f"{value:.3f}".rstrip("0").rstrip(".").replace(".", ",")


def _numbers(policy: Any) -> list[tuple[str, str]]:
    return [] if policy is None else [(name, _number(float(value))) for name, value in asdict(policy).items()]
