"""What a file of evidence may be, decided by its content and never by its name or what its sender calls it.

Sources: the signatures of each format are those of its own specification (PDF 32000-1, ITU T.81, PNG, GIF89a, RIFF,
ISO/IEC 14496-12, RFC 9559, RFC 3533, RFC 4867, PKZIP APPNOTE 4.3.16).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass

HEAD_BYTES = 34_000
"""So much of the beginning is kept: the mark of a disc image stands at 32,769."""
TAIL_BYTES = 66_000
"""So much of the end: a ZIP archive is found by a record in its last 65,557 bytes."""
_NEAR = 1024

MEDIA_TYPES: Mapping[str, str] = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/heic": "heic",
    "image/avif": "avif",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
    "audio/amr": "amr",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/3gpp": "3gp",
    "video/webm": "webm",
    "text/plain": "txt",
}
"""What is taken, and how a file of it ends."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a file is not taken; the detail is for whoever sent it, and repeats nothing of the file."""

    code: str
    detail: str


EMPTY = Refusal("evidence_empty", "The file is empty; send the file itself.")
EXECUTABLE = Refusal("evidence_executable", "The file is a program or holds one; programs are never taken as evidence.")
POLYGLOT = Refusal(
    "evidence_polyglot", "The file is two things at once: it can be read as another format too. Send a plain copy."
)
UNKNOWN = Refusal(
    "evidence_type_unknown",
    "The content is of no type that is taken: PDF, JPEG, PNG, GIF, WebP, HEIC, AVIF, MP3, M4A, OGG, WAV, AMR, MP4, "
    "MOV, 3GP, WebM or plain text in UTF-8. Its content decides, not its name.",
)

_PROGRAMS = (
    *(b"MZ", b"\x7fELF", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe"),
    *(b"\xca\xfe\xba\xbe", b"\x00asm", b"dex\n", b"L\x00\x00\x00\x01\x14\x02\x00", b"#!/", b"#! "),
)
_STARTS = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"OggS\x00", "audio/ogg"),
    (b"#!AMR\n", "audio/amr"),
    (b"#!AMR-WB\n", "audio/amr"),
    (b"ID3", "audio/mpeg"),
)
_BRANDS = (
    (("heic", "heix", "heim", "heis", "hevc", "mif1", "msf1"), "image/heic"),
    (("avif", "avis"), "image/avif"),
    (("M4A ", "M4B "), "audio/mp4"),
    (("qt  ",), "video/quicktime"),
    (("isom", "iso2", "iso4", "iso5", "iso6", "mp41", "mp42", "avc1", "M4V ", "MSNV", "dash", "mmp4"), "video/mp4"),
)
# The bit rates of MPEG-1 and 2 layer III leave two values of the byte unused, and the sample rates one (ISO 11172-3).
_MP3_FRAME = re.compile(rb"\xff[\xf2\xf3\xfa\xfb][\x10-\xeb]", re.DOTALL)
# Long enough never to stand in a film by chance.
_ATTACHED_PROGRAMS = (b"\x7felf\x01\x01\x01", b"\x7felf\x02\x01\x01", b"this program cannot be run in dos mode")
_ATTACHED = (b"rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"<?php", b"<script", b"<!doctype html")
_OVERLAP = max(map(len, (*_ATTACHED_PROGRAMS, *_ATTACHED))) - 1
_MARKUP = re.compile(rb"\s*<(!doctype|html|head|body|script|svg|\?xml|\?php)", re.IGNORECASE)
_SCRIPT = re.compile(rb"\s*(#!|@echo)", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_ZIP_END = b"PK\x05\x06"


class Inspector:
    """Looks at a file piece by piece as it comes in, and keeps only its two ends."""

    def __init__(self) -> None:
        self._head = b""
        self._tail = b""
        self._carried = b""
        self._size = 0
        self._found: Refusal | None = None
        self._decoder: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()

    def take(self, piece: bytes) -> None:
        """Look at the next piece."""
        self._size += len(piece)
        if len(self._head) < HEAD_BYTES:
            self._head += piece[: HEAD_BYTES - len(self._head)]
        self._tail = (self._tail + piece)[-TAIL_BYTES:]
        self._read_as_text(piece, final=False)
        if self._found is None:
            window = (self._carried + piece).lower()
            self._found = _attached(window)
            self._carried = piece[-_OVERLAP:] if len(piece) >= _OVERLAP else (self._carried + piece)[-_OVERLAP:]

    def verdict(self) -> str | Refusal:
        """The media type of the whole file, or why it is refused."""
        if self._size == 0:
            return EMPTY
        if self._head.startswith(_PROGRAMS):
            return EXECUTABLE
        media_type = _by_start(self._head)
        if media_type is None:
            return self._text()
        return self._found or _second_reading(self._head, self._tail, media_type, self._size) or media_type

    def _text(self) -> str | Refusal:
        self._read_as_text(b"", final=True)
        if self._decoder is None or self._head.startswith(b"PK"):
            return UNKNOWN
        start = self._head.removeprefix(codecs.BOM_UTF8)
        if _SCRIPT.match(start):
            return EXECUTABLE
        if _MARKUP.match(start):
            return UNKNOWN
        return POLYGLOT if b"%PDF-" in start[:_NEAR] else "text/plain"

    def _read_as_text(self, piece: bytes, *, final: bool) -> None:
        if self._decoder is None:
            return
        try:
            if _CONTROLS.search(self._decoder.decode(piece, final)):
                self._decoder = None
        except UnicodeDecodeError:
            self._decoder = None


def _attached(window: bytes) -> Refusal | None:
    if any(mark in window for mark in _ATTACHED_PROGRAMS):
        return EXECUTABLE
    return POLYGLOT if any(mark in window for mark in _ATTACHED) else None


def _by_start(head: bytes) -> str | None:
    for start, media_type in _STARTS:
        if head.startswith(start):
            return media_type
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _by_brand(head[8:12].decode("latin-1"))
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "video/webm" if b"webm" in head[:64] else None
    return "audio/mpeg" if _MP3_FRAME.match(head) else None


def _by_brand(brand: str) -> str | None:
    if brand.startswith(("3gp", "3g2", "3gr", "3gs")):
        return "video/3gpp"
    return next((media_type for brands, media_type in _BRANDS if brand in brands), None)


def _second_reading(head: bytes, tail: bytes, media_type: str, size: int) -> Refusal | None:
    """Another format whose readers would find their own mark in this file."""
    is_pdf_too = media_type != "application/pdf" and b"%PDF-" in head[:_NEAR]
    is_disc = head[32_769:32_774] == b"CD001" or head[257:262] == b"ustar"
    return POLYGLOT if is_pdf_too or is_disc or _ends_as_zip(tail, size) else None


def _ends_as_zip(tail: bytes, size: int) -> bool:
    """Whether a record that ends a ZIP archive stands near the end, with a directory that fits before it."""
    at = tail.rfind(_ZIP_END)
    while at >= 0:
        record = tail[at : at + 22]
        if len(record) == 22 and _is_directory(record, size - len(tail) + at):
            return True
        at = tail.rfind(_ZIP_END, 0, at)
    return False


def _is_directory(record: bytes, before: int) -> bool:
    here, everywhere = int.from_bytes(record[8:10], "little"), int.from_bytes(record[10:12], "little")
    length, offset = int.from_bytes(record[12:16], "little"), int.from_bytes(record[16:20], "little")
    return record[4:8] == b"\x00\x00\x00\x00" and here == everywhere and length + offset <= before
