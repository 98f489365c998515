"""Pages on paper: PDF from the same HTML, drawn by a program of its own that knows no secret."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from registry.errors import Unavailable

PDF = "application/pdf"
_LONGEST_S = 60
_ROOT = Path(__file__).parents[2]
# Only what a program needs to run and to find fonts.
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "FONTCONFIG_PATH", "FONTCONFIG_FILE", "XDG_CACHE_HOME")


def as_pdf(html: str) -> bytes:
    """Return a page as PDF; raises Unavailable where the system lacks what draws it."""
    environ = {name: os.environ[name] for name in _KEPT if name in os.environ}
    program = [sys.executable, "-m", "registry.console.printing"]
    try:
        done = subprocess.run(
            program, input=html.encode(), capture_output=True, cwd=_ROOT, env=environ, timeout=_LONGEST_S, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise Unavailable("The page cannot be drawn on paper here: ask for text/html. It needs Pango.", 600) from error
    return done.stdout
