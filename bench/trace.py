"""Proof from the kernel's side: between the last write to the database and each 2xx lies a sync of that file.

strace follows the web process, and on PostgreSQL the server too, while one client sends one request after another. With
a server of its own, what counts is what the server had answered for: a process of it that is still writing at the time
of a 2xx, and has answered nobody since, is busy with something else.
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
_TELLS = frozenset({"sendto", "sendmsg"})


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
    """A system call at its begin or, for `sync_done`, at its end; its kind is a method of the follower."""

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
    """Return the paths of the files on which durability rests.

    SQLite rebuilds its -shm at each start, and what a checkpoint copies into the file itself lies in the log on disk:
    the log is written over only once the file is synced, which a reader can put off past many an answer.
    """
    return re.compile(r"/registry\.db-(wal|journal)$" if instance.database == "sqlite" else r"/pg_wal/\w+$")


def read(lines: Iterable[str], of_database: re.Pattern[str], *, by_server: bool) -> Seen:
    """Go through a trace; each file written must be synced, from begin to end, before the next 2xx begins."""
    follower = _Follower(of_database, by_server)
    for event in _events(lines):
        getattr(follower, event.kind)(event)
    return follower.seen


@dataclass(slots=True)
class _Follower:
    """Remembers which writes are not on disk yet, by file and by who wrote."""

    of_database: re.Pattern[str]
    by_server: bool
    seen: Seen = field(default_factory=Seen)
    unsynced: dict[tuple[str, str], Event] = field(default_factory=dict)
    answered_for: set[tuple[str, str]] = field(default_factory=set)
    syncing: dict[str, set[tuple[str, str]]] = field(default_factory=dict)

    def answer(self, event: Event) -> None:
        self.seen.answers += 1
        missing = [key for key in self.unsynced if not self.by_server or key in self.answered_for]
        if missing:
            self.seen.unsynced_answers += 1
            lines = [self.unsynced[key].line for key in missing] + [event.line]
            self.seen.first_unsynced = self.seen.first_unsynced or lines

    def told(self, event: Event) -> None:
        self.answered_for |= {key for key in self.unsynced if key[1] == event.thread}

    def write(self, event: Event) -> None:
        if self.of_database.search(event.file):
            self.seen.writes += 1
            key = (event.file, event.thread)
            self.unsynced[key] = event
            # A sync that is under way may have missed this write.
            for keys in self.syncing.values():
                keys.discard(key)

    def sync(self, event: Event) -> None:
        self.syncing[event.thread] = {key for key in self.unsynced if key[0] == event.file}

    def sync_done(self, event: Event) -> None:
        self.seen.syncs += bool(self.of_database.search(event.file))
        for key in self.syncing.pop(event.thread, set()):
            self.unsynced.pop(key, None)
            self.answered_for.discard(key)


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
    elif call in _TELLS:
        yield Event("told", thread, file, line)


def _server_pid(instance: Instance) -> int:
    with inside(instance) as driver:
        folder = driver.execute("SHOW data_directory")[0][0]
    return int(Path(folder, "postmaster.pid").read_text().splitlines()[0])
