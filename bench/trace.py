"""Proof from the kernel's side: between the last write to the database and each 2xx lies an fdatasync of that file.

strace follows the web process, and on PostgreSQL the server too, while one client sends one request after another.
"""

import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.instance import Instance
from bench.limit import inside

CALLS = "fdatasync,fsync,pwrite64,pwritev,write,sendto,sendmsg"
_LINE = re.compile(r"^(?P<thread>\d+)\s+(?P<rest>.*)$")
_BEGUN = re.compile(r"^(?P<call>\w+)\(\d+<(?P<file>[^>]*)>(?P<said>.*)$")
_RESUMED = re.compile(r"^<\.\.\. (?P<call>\w+) resumed>")
_ANSWER = re.compile(r"\"HTTP/1\.1 2\d\d ")
_SYNCS = frozenset({"fdatasync", "fsync"})
_WRITES = frozenset({"pwrite64", "pwritev", "write"})


@dataclass(slots=True)
class Seen:
    """What the trace showed: how many 2xx were sent, and before how many of them a write was not yet on disk."""

    answers: int = 0
    writes: int = 0
    syncs: int = 0
    unsynced_answers: int = 0
    first_unsynced: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Event:
    """A system call at its begin or, for `sync_done`, at its end."""

    kind: str
    thread: str
    file: str
    line: str


def is_available() -> bool:
    """Say whether strace is installed."""
    return shutil.which("strace") is not None


def tracer(instance: Instance, output: Path) -> list[str]:
    """Return the words to put before the program of the web process."""
    words = ["strace", "-f", "-y", "-s", "24", "-e", f"trace={CALLS}", "-o", str(output)]
    if instance.database == "postgresql":
        words += ["-p", str(_server_pid(instance))]
    return words


def synced_files(instance: Instance) -> re.Pattern[str]:
    """Return the paths of the files on which durability rests; SQLite rebuilds its -shm at each start."""
    return re.compile(r"/registry\.db(-wal|-journal)?$" if instance.database == "sqlite" else r"/pg_wal/\w+$")


def read(lines: Iterable[str], of_database: re.Pattern[str]) -> Seen:
    """Go through a trace; each file written must be synced, from begin to end, before the next 2xx begins."""
    seen = Seen()
    unsynced: dict[str, str] = {}
    syncing: dict[str, set[str]] = {}
    for event in _events(lines):
        if event.kind == "answer":
            seen.answers += 1
            if unsynced:
                seen.unsynced_answers += 1
                seen.first_unsynced = seen.first_unsynced or [*unsynced.values(), event.line]
        elif not of_database.search(event.file):
            continue
        elif event.kind == "write":
            seen.writes += 1
            unsynced[event.file] = event.line
            # A sync that is under way may have missed this write.
            for files in syncing.values():
                files.discard(event.file)
        elif event.kind == "sync":
            syncing[event.thread] = {event.file}
        elif event.kind == "sync_done":
            seen.syncs += 1
            for file in syncing.pop(event.thread, set()):
                unsynced.pop(file, None)
    return seen


def _events(lines: Iterable[str]) -> Iterator[Event]:
    """Yield the calls; a call that is cut in two by another thread's ends where it is resumed."""
    open_files: dict[str, str] = {}
    for line in lines:
        parts = _LINE.match(line)
        if parts is None:
            continue
        thread, rest = parts["thread"], parts["rest"]
        if resumed := _RESUMED.match(rest):
            if resumed["call"] in _SYNCS:
                yield Event("sync_done", thread, open_files.pop(thread, ""), line)
        elif begun := _BEGUN.match(rest):
            yield from _begun(begun, thread, line, open_files)


def _begun(begun: re.Match[str], thread: str, line: str, open_files: dict[str, str]) -> Iterator[Event]:
    call, file = begun["call"], begun["file"]
    if call in _SYNCS:
        yield Event("sync", thread, file, line)
        if "<unfinished" in line:
            open_files[thread] = file
        else:
            yield Event("sync_done", thread, file, line)
    elif _ANSWER.search(begun["said"]):
        yield Event("answer", thread, file, line)
    elif call in _WRITES:
        yield Event("write", thread, file, line)


def _server_pid(instance: Instance) -> int:
    with inside(instance) as driver:
        folder = driver.execute("SHOW data_directory")[0][0]
    return int(Path(folder, "postmaster.pid").read_text().splitlines()[0])
