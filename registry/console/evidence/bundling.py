"""A bundle made of its material: the data, the map as a picture and on paper, what to read first, and the manifest."""

from __future__ import annotations

import io
import subprocess

import orjson
from flask import render_template

from registry import logs
from registry.console.evidence.drawing import Drawing
from registry.console.evidence.mapping import map_of
from registry.console.evidence.page import page_of
from registry.console.paper import as_pdf, drawn_by
from registry.errors import Unavailable
from registry.monitoring.evidence.archive import MAP_PDF, MAP_PNG, READ_ME, write_bundle
from registry.monitoring.evidence.service import Material, sealed_with

_log = logs.get(__name__)


def bundle_of(material: Material, seed: bytes) -> tuple[dict[str, bytes], bytes]:
    """Return the files of a bundle, and the bundle itself, as a ZIP.

    Where the system lacks what draws on paper, the bundle has no PDF, and its manifest says why.
    """
    data = material.data()
    drawing = map_of(material.told, material.case)
    drawn = {MAP_PNG: as_png(drawing)}
    omitted = {}
    try:
        drawn[MAP_PDF] = as_pdf(page_of(material, drawing, data))
    except Unavailable as error:
        _log.warning("bundle_without_paper", exc_info=error)
        omitted[MAP_PDF] = "de dienst kan hier geen PDF maken (Pango ontbreekt)"
    files = sealed_with(material, {READ_ME: _read_me(material), **data, **drawn}, omitted, seed)
    packed = io.BytesIO()
    write_bundle(files, packed)
    return files, packed.getvalue()


def as_png(drawing: Drawing) -> bytes:
    """Return a drawing as a picture; raises Unavailable when it cannot be drawn now."""
    try:
        return drawn_by("registry.console.evidence.picturing", orjson.dumps(drawing.plain()))
    except (OSError, subprocess.SubprocessError) as error:
        raise Unavailable("The map of this bundle cannot be drawn now; nothing was given.", 60) from error


def _read_me(material: Material) -> bytes:
    told = {"bundle_id": material.bundle_id, "made_at": material.issue.made_at, "differing": material.differing}
    has_state = material.case.state is not None
    text = render_template("evidence.txt", episode_id=material.told.record["id"], has_state=has_state, **told)
    return text.encode()
