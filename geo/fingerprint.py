"""Which judging code this is: a hash over the source of this package, so that two copies can be told apart."""

import hashlib
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent


@cache
def fingerprint() -> str:
    """SHA-256, in hexadecimal, over names and contents of the modules of `geo`; line ends do not count.

    >>> len(fingerprint())
    64
    """
    digest = hashlib.sha256()
    for file in sorted(_FOLDER.glob("*.py")):
        content = file.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{file.name} {len(content)}\n".encode() + content)
    return digest.hexdigest()
