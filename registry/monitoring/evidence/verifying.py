"""Whether an episode comes out of its bundle as it was told: from the bundle alone, with no database or setting."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import IO

from geo.episode import Episode, Reason
from geo.spans import instant
from registry.http.fields import format_instant
from registry.monitoring.evidence.archive import MANIFEST, NotABundle, read_bundle
from registry.monitoring.evidence.manifest import Manifest, Software
from registry.monitoring.evidence.members import Told, Unreadable, case_from
from registry.monitoring.evidence.rules import Case

# The last place to which a number of a reason is kept: another processor may round it the other way.
_LAST_PLACE = {"chance": 2e-6, "at_rest": 2e-4, "thrown": 2e-4}
_LAST_PLACE_M = 0.02
_LONGEST_LINE = 400


class Outcome(StrEnum):
    """What came of verifying, the first that applies."""

    NOT_A_BUNDLE = "not_a_bundle"
    MANIFEST_MISSING = "manifest_missing"
    MANIFEST_UNREADABLE = "manifest_unreadable"
    MANIFEST_ALTERED = "manifest_altered"
    OTHER_KEY = "other_key"
    FILES_DIFFER = "files_differ"
    NOT_RECOMPUTED = "not_recomputed"
    EPISODE_DIFFERS = "episode_differs"
    SAME = "same"


class Weight(IntEnum):
    """How a line of the report is meant."""

    SAID = 0
    REMARK = 1
    FAULT = 2


@dataclass(slots=True)
class Report:
    """What was found, in words, and what it comes to."""

    outcome: Outcome = Outcome.SAME
    lines: list[tuple[Weight, str]] = field(default_factory=list)

    def say(self, text: str, weight: Weight = Weight.SAID) -> None:
        """Add a line; what a terminal would obey is not repeated from a file."""
        self.lines.append((weight, _plain(text)))

    def fail(self, outcome: Outcome, *texts: str) -> "Report":
        """End with an outcome that is not good, and say why."""
        self.outcome = outcome
        for text in texts:
            self.say(text, Weight.FAULT)
        return self

    @property
    def said(self) -> list[str]:
        """What was found, and is as it should be."""
        return [text for weight, text in self.lines if weight is Weight.SAID]

    @property
    def faults(self) -> list[str]:
        """What is not as it should be."""
        return [text for weight, text in self.lines if weight is Weight.FAULT]

    @property
    def remarks(self) -> list[str]:
        """What a reader must know, and that is no fault."""
        return [text for weight, text in self.lines if weight is Weight.REMARK]


def verify(source: Path | IO[bytes], expected_key: str | None = None, here: Software | None = None) -> Report:
    """Hold a bundle against its manifest, and judge its track again; `expected_key` is the service's, in base64.

    Never raises for what is in the file: it may come from anybody.
    """
    report = Report()
    try:
        files = read_bundle(source)
    except NotABundle as error:
        return report.fail(Outcome.NOT_A_BUNDLE, f"this is no bundle: {error}")
    if MANIFEST not in files:
        return report.fail(Outcome.MANIFEST_MISSING, f"{MANIFEST} is MISSING: nothing says what the files should be")
    try:
        manifest = Manifest.read(files[MANIFEST])
    except ValueError:
        return report.fail(Outcome.MANIFEST_UNREADABLE, f"{MANIFEST} is not the manifest of a bundle known here")
    report.say(f"bundle {manifest.bundle_id} of {manifest.made_at}, in the audit chain as {manifest.audit_ref}")
    if not manifest.is_signed:
        text = f"{MANIFEST} was ALTERED: its signature is not that of the key it names"
        return report.fail(Outcome.MANIFEST_ALTERED, text)
    if not _is_of(manifest, expected_key, report):
        return report
    faults = manifest.faults(files)
    if faults:
        return report.fail(Outcome.FILES_DIFFER, *faults)
    report.say(f"{len(manifest.hashes)} files are as the manifest says")
    other = manifest.software.differences(here or Software.here())
    for text in other:
        report.say(f"OTHER SOFTWARE: {text}", Weight.REMARK)
    return _recompute(files, report)


def _is_of(manifest: Manifest, expected_key: str | None, report: Report) -> bool:
    if expected_key is None:
        report.say(
            f"signed by key {manifest.public_key}: compare it with that of the service (flask evidence key), for"
            " whoever makes a bundle can sign it with a key of his own",
            Weight.REMARK,
        )
        return True
    if manifest.public_key != expected_key.strip():
        report.fail(Outcome.OTHER_KEY, f"it is signed by ANOTHER KEY than was given: {manifest.public_key}")
        return False
    report.say("signed by the key that was given")
    return True


def _recompute(files: Mapping[str, bytes], report: Report) -> Report:
    try:
        told, case = case_from(files)
        strange = case.of_others()
        found = case.episodes()
    except Unreadable as error:
        return report.fail(Outcome.NOT_RECOMPUTED, f"{error.name} is signed, and not of the form of a bundle's file")
    except (ValueError, TypeError, KeyError, ArithmeticError, AttributeError, IndexError, RecursionError):
        return report.fail(Outcome.NOT_RECOMPUTED, "what it holds cannot be judged: the data contradict one another")
    if strange:
        text = f"the WEARER differs: {len(strange)} positions are of a device that he did not wear then"
        return report.fail(Outcome.EPISODE_DIFFERS, text)
    differing = differences(told, case, found)
    if differing:
        return report.fail(Outcome.EPISODE_DIFFERS, *differing)
    report.say(_said(told, case))
    return report


def differences(told: Told, case: Case, found: tuple[Episode, ...]) -> list[str]:
    """In words, in what the episode that comes out differs from what was told; nothing when it is the same."""
    if told.record.get("personId") != case.person_id:
        return ["the WEARER differs: the episode is of another person than the positions are"]
    of_zone = [one for one in found if one.zone_id == told.found.zone_id]
    if told.is_withdrawn:
        again = [one for one in of_zone if one.start_ms == told.found.start_ms]
        return ["the episode was withdrawn, and comes out of the positions all the same"] if again else []
    if not of_zone:
        return ["no episode against this zone comes out of the positions"]
    nearest = min(of_zone, key=lambda one: abs(one.start_ms - told.found.start_ms))
    return _compared(told.found, nearest) + _reasons_compared(told.found.reasons, nearest.reasons)


def _compared(told: Episode, found: Episode) -> list[str]:
    pairs: dict[str, tuple[object, object]] = {
        "ZONE VERSION": (told.zone_version, found.zone_version),
        "START": (_at(told.start_ms), _at(found.start_ms)),
        "END": (_at(told.end_ms), _at(found.end_ms)),
        "CAUSE": (told.cause, found.cause),
        "CAUSE OF THE END": (told.end_cause, found.end_cause),
        "VERDICT": (told.verdict, found.verdict),
        "CONFIRMATION": (_at(told.confirmed_ms), _at(found.confirmed_ms)),
    }
    return [
        f"the {name} differs: told was {was or 'none'}, and out comes {comes or 'none'}"
        for name, (was, comes) in pairs.items()
        if was != comes
    ]


def _reasons_compared(told: tuple[Reason, ...], found: tuple[Reason, ...]) -> list[str]:
    if len(told) != len(found):
        return [f"the REASONS differ: {len(told)} steps were told, and {len(found)} come out"]
    return [
        f"REASON {number} ({was.step}) differs in {name}: told was {getattr(was, name)}, and out comes"
        f" {getattr(comes, name)}"
        for number, (was, comes) in enumerate(zip(told, found, strict=True), start=1)
        for name in (each.name for each in fields(Reason))
        if not _alike(name, getattr(was, name), getattr(comes, name))
    ]


def _alike(name: str, was: object, comes: object) -> bool:
    if isinstance(was, float) and isinstance(comes, float):
        return abs(was - comes) <= _LAST_PLACE.get(name, _LAST_PLACE_M)
    return was == comes


def _plain(text: str) -> str:
    return "".join(one if one.isprintable() else "?" for one in text[:_LONGEST_LINE])


def _at(at_ms: int | None) -> str | None:
    return None if at_ms is None else format_instant(instant(at_ms))


def _said(told: Told, case: Case) -> str:
    used = sum(one.use == "used" for one in case.fixes)
    one = told.found
    if told.is_withdrawn:
        return f"from {used} positions no such episode comes out: it was withdrawn, and rightly"
    return (
        f"from {used} positions the same episode comes out: wearer {case.person_id}, zone {one.zone_id} version"
        f" {one.zone_version}, from {_at(one.start_ms)} until {_at(one.end_ms) or 'now'}, {one.cause}, {one.verdict},"
        f" {len(one.reasons)} reasons"
    )
