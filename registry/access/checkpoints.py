"""Signed checkpoints of all chain heads, kept outside the database, and the verification of the chains against them."""

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.audit import GENESIS, entry_hash
from registry.access.models import AuditEntry, AuditHead

_Marks = Mapping[tuple[int, int], set[str]]

FILE_NAME = "audit-checkpoints.jsonl"


@dataclass(frozen=True, slots=True)
class Verification:
    """What `verify` found: an empty list of faults is the good outcome."""

    entries: int
    chains: int
    faults: tuple[str, ...]
    last_checkpoint_at: datetime | None


def write_checkpoint(session: Session, state_dir: Path, seed: bytes, now: datetime) -> None:
    """Append a signed line with every head to the checkpoint file, on disk before it returns."""
    heads = [[head.chain, head.sequence, head.entry_hash.hex()] for head in session.scalars(select(AuditHead))]
    content = {"at": now.isoformat(), "heads": sorted(heads)}
    line = content | {"signature": _sign(seed, content)}
    with (state_dir / FILE_NAME).open("ab") as file:
        file.write(orjson.dumps(line) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def verify(session: Session, state_dir: Path, seed: bytes, copy: Path | None = None) -> Verification:
    """Recompute every chain, and hold it against its head and against each checkpoint, those of a copy among them.

    Who holds both the database and the keys can write chains and checkpoints anew, but not a copy kept elsewhere.
    """
    heads = {head.chain: head for head in session.scalars(select(AuditHead))}
    checkpoints, faults = _read_checkpoints(state_dir / FILE_NAME, seed)
    kept, found = _read_checkpoints(copy, seed) if copy else ([], [])
    faults += [f"copy, {each}" for each in found]
    marked: defaultdict[tuple[int, int], set[str]] = defaultdict(set)
    for point in (*checkpoints, *kept):
        for chain, sequence, digest in point["heads"]:
            marked[chain, sequence].add(digest)
    entries = 0
    for chain in sorted(heads.keys() | {chain for chain, _ in marked}):
        last, found = _verify_chain(session, chain, marked)
        entries += last.sequence if last else 0
        faults += found + _compare_head(chain, last, heads.get(chain))
    newest = datetime.fromisoformat(checkpoints[-1]["at"]) if checkpoints else None
    return Verification(entries, len(heads), tuple(faults), newest)


def _verify_chain(session: Session, chain: int, marked: _Marks) -> tuple[AuditEntry | None, list[str]]:
    faults: list[str] = []
    previous, last = GENESIS, None
    query = select(AuditEntry).where(AuditEntry.chain == chain).order_by(AuditEntry.sequence)
    for entry in session.scalars(query.execution_options(yield_per=2000)):
        expected = last.sequence + 1 if last else 1
        if entry.sequence != expected:
            faults.append(f"chain {chain}: entries {expected} to {entry.sequence - 1} are missing")
        elif entry.entry_hash != entry_hash(previous, chain, entry.sequence, entry):
            faults.append(f"chain {chain}: entry {entry.sequence} was altered")
        if marked.get((chain, entry.sequence), set()) - {entry.entry_hash.hex()}:
            faults.append(f"chain {chain}: entry {entry.sequence} differs from a signed checkpoint")
        previous, last = entry.entry_hash, entry
    lost = max((sequence for of, sequence in marked if of == chain), default=0)
    if lost > (last.sequence if last else 0):
        faults.append(f"chain {chain}: the tail up to entry {lost} of a signed checkpoint is lost")
    return last, faults


def _compare_head(chain: int, last: AuditEntry | None, head: AuditHead | None) -> list[str]:
    if head is None:
        return [f"chain {chain}: its head is missing"]
    found = (last.sequence, last.entry_hash) if last else (0, GENESIS)
    if found != (head.sequence, head.entry_hash):
        return [f"chain {chain}: the last entry is {found[0]}, the head says {head.sequence}"]
    return []


def _read_checkpoints(file: Path, seed: bytes) -> tuple[list[dict[str, Any]], list[str]]:
    points, faults = [], []
    for number, point in enumerate(_lines(file), start=1):
        signature = point.pop("signature", "")
        if _is_signed(seed, point, signature):
            points.append(point)
        else:
            faults.append(f"checkpoint {number}: its signature is not ours")
    return points, faults


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    if file.exists():
        for line in file.read_bytes().splitlines():
            try:
                point = orjson.loads(line)
            except orjson.JSONDecodeError:
                point = None
            yield point if isinstance(point, dict) else {}


def _sign(seed: bytes, content: dict[str, Any]) -> str:
    return Ed25519PrivateKey.from_private_bytes(seed).sign(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hex()


def _is_signed(seed: bytes, content: dict[str, Any], signature: object) -> bool:
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key()
    try:
        public.verify(bytes.fromhex(str(signature)), orjson.dumps(content, option=orjson.OPT_SORT_KEYS))
    except (InvalidSignature, ValueError):
        return False
    return True
