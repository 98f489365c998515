"""Reading a bundle that came from anywhere: into memory, within limits, and following no path that it names."""

import zipfile
import zlib
from pathlib import Path
from typing import IO

MANIFEST = "manifest.json"
EPISODE = "episode.json"
ZONES = "zones.json"
POLICY = "policy.json"
FIXES = "fixes.csv"
TRACK = "track.geojson"
MAP_PNG = "map.png"
MAP_PDF = "map.pdf"
READ_ME = "LEESMIJ.txt"

NEEDED = (EPISODE, ZONES, POLICY, FIXES)
NAMES = frozenset((MANIFEST, *NEEDED, TRACK, MAP_PNG, MAP_PDF, READ_ME))

MOST_BYTES = 64 * 2**20
MOST_BYTES_TOGETHER = 160 * 2**20
MOST_RATIO = 100
# Below this a high ratio is no bomb: a page of zeros.
_RATIO_COUNTS_FROM = 2**20


class NotABundle(Exception):
    """The file is refused before anything in it is believed; the text says why."""


def read_bundle(source: Path | IO[bytes]) -> dict[str, bytes]:
    """Return the files of a bundle by name; raises NotABundle for anything that is none.

    Only the names of a bundle are read, each once, at most MOST_BYTES of each and MOST_RATIO times what it takes
    packed; what the archive says of sizes is not believed. Nothing is written anywhere.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            entries = archive.infolist()
            _require_plain(entries)
            return _read_all(archive, entries)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OverflowError) as error:
        raise NotABundle("it is no ZIP file, or a damaged one") from error
    except (ValueError, UnicodeDecodeError) as error:
        raise NotABundle("its list of files cannot be read") from error


def _require_plain(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > len(NAMES):
        raise NotABundle(f"it holds more than {len(NAMES)} files")
    names = [entry.filename for entry in entries]
    if len(set(names)) < len(names):
        raise NotABundle("it holds a file twice")
    if not set(names) <= NAMES:
        raise NotABundle("it holds a file that no bundle has")
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise NotABundle(f"{entry.filename} is encrypted")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise NotABundle(f"{entry.filename} is packed in another way than a bundle's files are")


def _read_all(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    left = MOST_BYTES_TOGETHER
    for entry in entries:
        most = min(MOST_BYTES, left, max(entry.compress_size * MOST_RATIO, _RATIO_COUNTS_FROM))
        with archive.open(entry) as packed:
            content = packed.read(most + 1)
        if len(content) > most:
            raise NotABundle(f"{entry.filename} is larger than a bundle's files are, or unpacks to too much")
        found[entry.filename] = content
        left -= len(content)
    return found


def write_bundle(files: dict[str, bytes], into: IO[bytes]) -> None:
    """Pack the files of a bundle, in this order."""
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            # Without a time of its own: the manifest tells when it was made.
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
