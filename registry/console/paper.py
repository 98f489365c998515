"""Pages on paper and pictures: drawn by programs of their own that know no secret."""

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
    try:
        return drawn_by("registry.console.printing", html.encode())
    except (OSError, subprocess.SubprocessError) as error:
        raise Unavailable("The page cannot be drawn on paper here: ask for text/html. It needs Pango.", 600) from error


def drawn_by(program: str, told: bytes) -> bytes:
    """Return what a program of ours makes of its input, in a process that gets no setting and no secret.

    Raises OSError or SubprocessError when it cannot, or takes too long.
    """
    environ = {name: os.environ[name] for name in _KEPT if name in os.environ}
    command = [sys.executable, "-m", program]
    done = subprocess.run(
        command, input=told, capture_output=True, cwd=_ROOT, env=environ, timeout=_LONGEST_S, check=True
    )
    return done.stdout
