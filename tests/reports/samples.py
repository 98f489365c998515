"""The smallest beginnings of files of each sort, all invented."""

import io
import zipfile

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(20)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x01\x02" * 40 + b"\xff\xd9"
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
MP4 = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2mp41" + bytes(64)
CHAT = "23-11-2026 10:00 - Hij: ik weet waar je bent 😡\r\n23-11-2026 10:01 - Ik: stop\n".encode()
PROGRAM = b"MZ\x90\x00\x03" + bytes(58) + b"This program cannot be run in DOS mode"


def archive(**files: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as opened:
        for name, content in (files or {"a": "b"}).items():
            opened.writestr(name, content)
    return made.getvalue()


TAKEN = {
    "pdf": (PDF, "application/pdf"),
    "jpeg": (JPEG, "image/jpeg"),
    "photo of a telephone with its maker's trailer": (JPEG + b"SEFH\x01\x00\x00\x00SEFT", "image/jpeg"),
    "png": (PNG, "image/png"),
    "gif": (b"GIF89a" + bytes(40), "image/gif"),
    "webp": (b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(30), "image/webp"),
    "heic": (b"\x00\x00\x00\x18ftypheic" + bytes(30), "image/heic"),
    "mp3 with a tag": (b"ID3\x04\x00" + bytes(30), "audio/mpeg"),
    "mp3 without": (b"\xff\xfb\x90\x64" + bytes(30), "audio/mpeg"),
    "m4a": (b"\x00\x00\x00\x1cftypM4A " + bytes(30), "audio/mp4"),
    "voice message": (b"OggS\x00\x02" + bytes(20) + b"OpusHead", "audio/ogg"),
    "wav": (b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(30), "audio/wav"),
    "amr": (b"#!AMR\n" + bytes(30), "audio/amr"),
    "mp4": (MP4, "video/mp4"),
    "mov": (b"\x00\x00\x00\x14ftypqt  " + bytes(30), "video/quicktime"),
    "3gp": (b"\x00\x00\x00\x18ftyp3gp5" + bytes(30), "video/3gpp"),
    "webm": (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm" + bytes(30), "video/webm"),
    "chat": (CHAT, "text/plain"),
    "chat with a mark of byte order": (b"\xef\xbb\xbf" + CHAT, "text/plain"),
    "text that begins with a heart": (b"<3 zei hij", "text/plain"),
}
REFUSED = {
    "nothing": (b"", "evidence_empty"),
    "Windows program": (PROGRAM, "evidence_executable"),
    "Linux program": (b"\x7fELF\x02\x01\x01" + bytes(60), "evidence_executable"),
    "Mac program": (b"\xcf\xfa\xed\xfe" + bytes(60), "evidence_executable"),
    "Java class": (b"\xca\xfe\xba\xbe\x00\x00\x00\x34", "evidence_executable"),
    "shell script": (b"#!/bin/sh\nrm -rf /\n", "evidence_executable"),
    "batch file": (b"\r\n@ECHO OFF\r\ndel *.*\r\n", "evidence_executable"),
    "shortcut": (b"L\x00\x00\x00\x01\x14\x02\x00" + bytes(20), "evidence_executable"),
    "archive": (archive(), "evidence_type_unknown"),
    "page": (b"<!DOCTYPE html><script>alert(1)</script>", "evidence_type_unknown"),
    "drawing with script": (b'<?xml version="1.0"?><svg onload="x()"/>', "evidence_type_unknown"),
    "old office document": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(40), "evidence_type_unknown"),
    "text in another coding": (b"\xff\xfeH\x00i\x00", "evidence_type_unknown"),
    "noise": (bytes(range(256)) * 4, "evidence_type_unknown"),
    "text with a control character": (b"hallo\x00wereld", "evidence_type_unknown"),
    "picture with an archive behind it": (JPEG + archive(), "evidence_polyglot"),
    "picture with a long archive behind it": (PNG + archive(a="b" * 200_000), "evidence_polyglot"),
    "picture with a document in it": (JPEG[:20] + PDF + JPEG[20:], "evidence_polyglot"),
    "picture with a page in it": (JPEG[:-2] + b"<ScRiPt>x()</sCrIpT>" + b"\xff\xd9", "evidence_polyglot"),
    "picture with a script in its comment": (JPEG[:12] + b"<?php system($_GET[0]);" + JPEG[12:], "evidence_polyglot"),
    "document with a packed folder behind it": (PDF + b"7z\xbc\xaf\x27\x1c\x00\x04", "evidence_polyglot"),
    "document that is a disc": (PDF.ljust(32_769, b" ") + b"CD001\x01", "evidence_polyglot"),
    "picture with a program behind it": (PNG + PROGRAM, "evidence_executable"),
    "film with a Linux program behind it": (MP4 + b"\x7fELF\x02\x01\x01" + bytes(60), "evidence_executable"),
    "text that opens as a document": (b"hallo\n" + PDF, "evidence_polyglot"),
}
