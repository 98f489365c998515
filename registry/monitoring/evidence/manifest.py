"""The manifest of a bundle: a hash of each file, what made it, where the audit tells of it, and a signature."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import orjson

from geo.fingerprint import fingerprint
from registry import __version__
from registry.access.signing import is_signed, public_key, sign
from registry.monitoring.evidence.archive import MANIFEST, NEEDED

FORMAT = "nl.beschermingsbevel.evidence.v1"
_LIBRARIES = ("numpy", "pyproj", "shapely", "tzdata")


@dataclass(frozen=True, slots=True)
class Software:
    """What judged: the version of the service, the hash of its judging code, and the libraries that reckon with it."""

    version: str
    judging: str
    libraries: Mapping[str, str]

    @classmethod
    def here(cls) -> "Software":
        """The software that runs here."""
        return cls(__version__, fingerprint(), {name: version(name) for name in _LIBRARIES})

    def differences(self, here: "Software") -> list[str]:
        """In words, in what the software that made a bundle differs from that which verifies it."""
        found = []
        if self.version != here.version:
            found.append(f"the service was version {self.version} and is {here.version} here")
        if self.judging != here.judging:
            found.append(f"the judging code was {self.judging[:12]} and is {here.judging[:12]} here")
        return found + [
            f"{name} was {was} and is {here.libraries.get(name, 'absent')} here"
            for name, was in sorted(self.libraries.items())
            if here.libraries.get(name) != was
        ]


@dataclass(frozen=True, slots=True)
class Issue:
    """Which bundle this is, when it was made (RFC 3339), and the object under which the audit tells of it."""

    bundle_id: str
    made_at: str
    audit_ref: str


def manifest_of(files: Mapping[str, bytes], issue: Issue, omitted: Mapping[str, str], seed: bytes) -> bytes:
    """Return the manifest of these files, signed; `omitted` says of each file that is not there, why."""
    software = Software.here()
    content: dict[str, Any] = {
        "format": FORMAT,
        "bundleId": issue.bundle_id,
        "madeAt": issue.made_at,
        "software": {"version": software.version, "judging": software.judging, "libraries": software.libraries},
        "files": [
            {"name": name, "sizeBytes": len(part), "sha256": hashlib.sha256(part).hexdigest()}
            for name, part in files.items()
        ],
        "omitted": dict(omitted),
        "audit": {"objectRef": issue.audit_ref},
        "publicKey": public_key(seed),
    }
    signed = content | {"signature": sign(seed, FORMAT, _canonical(content))}
    return orjson.dumps(signed, option=orjson.OPT_INDENT_2) + b"\n"


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest as read; nothing of it is to be believed but under `is_signed` by a key that one knows."""

    bundle_id: str
    made_at: str
    audit_ref: str
    software: Software
    hashes: Mapping[str, str]
    public_key: str
    is_signed: bool

    @classmethod
    def read(cls, content: bytes) -> "Manifest":
        """Read a manifest; raises ValueError for what is none."""
        try:
            told = orjson.loads(content)
            signature = told.pop("signature")
            software, key = told["software"], str(told["publicKey"])
            if told["format"] != FORMAT:
                raise ValueError("another format")
            return cls(
                str(told["bundleId"]),
                str(told["madeAt"]),
                str(told["audit"]["objectRef"]),
                Software(str(software["version"]), str(software["judging"]), dict(software["libraries"])),
                {str(one["name"]): str(one["sha256"]) for one in told["files"]},
                key,
                is_signed(key, FORMAT, _canonical(told), str(signature)),
            )
        except (KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError("no manifest") from error

    def faults(self, files: Mapping[str, bytes]) -> list[str]:
        """In words, in what the files are not those of the manifest: missing, altered, or added."""
        found = [
            f"{name} is MISSING: the manifest lists it, and it is not in the bundle"
            for name in sorted((self.hashes.keys() | set(NEEDED)) - files.keys())
        ]
        for name in sorted(files.keys() - {MANIFEST}):
            if name not in self.hashes:
                found.append(f"{name} was ADDED: it is in the bundle, and the manifest does not list it")
            elif hashlib.sha256(files[name]).hexdigest() != self.hashes[name]:
                found.append(f"{name} was ALTERED: its SHA-256 is not that of the manifest")
        return found


def _canonical(content: Mapping[str, Any]) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
