"""The secrets: made at random, kept in a file beside the data or set one by one, and read once at start."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from registry.environ import SettingError, required

SECRETS_FILE_NAME = "secrets.env"
_SECRET_NAMES = ("DATA_KEYS", "INDEX_KEY", "API_KEY_PEPPER", "CHECKPOINT_SEED")


@dataclass(frozen=True, slots=True)
class Keys:
    """The secrets: the ring that seals data, and the keys of the search hashes, the API keys and the audit."""

    ring: Mapping[int, bytes]
    current: int
    index: bytes
    pepper: bytes
    checkpoint_seed: bytes

    def __repr__(self) -> str:
        return f"Keys(current={self.current}, ring={sorted(self.ring)})"


def secrets_file(environ: Mapping[str, str], state_dir: Path) -> dict[str, str]:
    """Read NAME=VALUE lines from SECRETS_FILE, or from the file that `python -m registry run` made at random."""
    named = environ.get("SECRETS_FILE")
    file = Path(named) if named else state_dir / SECRETS_FILE_NAME
    if not file.exists():
        if named:
            raise SettingError("SECRETS_FILE names a file that does not exist.")
        return {}
    lines = file.read_text(encoding="ascii").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def random_secrets() -> str:
    """Return a fresh set of secrets as NAME=VALUE lines."""
    fresh = {name: base64.b64encode(secrets.token_bytes(32)).decode() for name in _SECRET_NAMES}
    fresh["DATA_KEYS"] = f"1:{fresh['DATA_KEYS']}"
    return "".join(f"{name}={value}\n" for name, value in fresh.items())


def read_keys(environ: Mapping[str, str]) -> Keys:
    """Every secret of the service; raises SettingError naming the first that is missing or wrong."""
    ring: dict[int, bytes] = {}
    for entry in required(environ, "DATA_KEYS").split(","):
        number, _, text = entry.partition(":")
        if not number.isdigit() or not 0 < int(number) < 65536:
            raise SettingError("DATA_KEYS takes NUMBER:BASE64 pairs separated by commas, the newest first.")
        ring[int(number)] = secret("DATA_KEYS", text)
    return Keys(
        ring=ring,
        current=next(iter(ring)),
        index=secret("INDEX_KEY", required(environ, "INDEX_KEY")),
        pepper=secret("API_KEY_PEPPER", required(environ, "API_KEY_PEPPER")),
        checkpoint_seed=secret("CHECKPOINT_SEED", required(environ, "CHECKPOINT_SEED")),
    )


def secret(name: str, text: str) -> bytes:
    """A key of 32 bytes; raises SettingError."""
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != 32:
        raise SettingError(f"{name} takes 32 bytes in base64.")
    return key
