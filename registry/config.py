"""Every setting, typed and checked once at start. Only this module reads the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from registry.environ import SettingError, days, flag, integer, pattern
from registry.secret_keys import SECRETS_FILE_NAME, Keys, random_secrets, read_keys, secret, secrets_file

__all__ = ["SECRETS_FILE_NAME", "Keys", "SettingError", "Settings", "Vigilance"]
__all__ += ["random_secrets", "require_privacy_key"]

_PATTERNED = ("skn", "case_number", "order_number", "appeal_number", "incident_number", "v_number")
# How long positions are kept, a proceeding may lie still and a copy may be asked, and how often a new one is made.
_NUMBERS = {
    "position_days": ("POSITION_RETENTION_DAYS", 30, range(2, 3651)),
    "case_days": ("CASE_RETENTION_DAYS", 180, range(1, 3651)),
    "quiet_days": ("QUIET_DAYS", 30, range(1, 3651)),
    "breach_window_h": ("BREACH_WINDOW_H", 12, range(1, 169)),
    "snapshot_valid_h": ("SNAPSHOT_VALID_H", 12, range(1, 73)),
    "snapshot_every_min": ("SNAPSHOT_EVERY_MIN", 60, range(5, 1441)),
}


@dataclass(frozen=True, slots=True)
class Vigilance:
    """From when questions are unusual, and how long looking into them may take."""

    shift_h: int = 12
    people_without_incident: int = 20
    same_person_occasions: int = 5
    same_person_days: int = 30
    review_days: int = 14
    urgent_review_h: int = 72

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Vigilance:
        """Read these settings; raise SettingError naming the first that is wrong."""
        return cls(
            shift_h=integer(environ, "SHIFT_H", 12, range(1, 73)),
            people_without_incident=integer(environ, "PEOPLE_WITHOUT_INCIDENT", 20, range(2, 1001)),
            same_person_occasions=integer(environ, "SAME_PERSON_OCCASIONS", 5, range(2, 1001)),
            same_person_days=integer(environ, "SAME_PERSON_DAYS", 30, range(1, 366)),
            review_days=integer(environ, "PRIVACY_REVIEW_DAYS", 14, range(1, 366)),
            urgent_review_h=integer(environ, "BREAK_GLASS_REVIEW_H", 72, range(1, 721)),
        )


@dataclass(frozen=True, slots=True)
class Settings:
    """What the service is told at start; see README.md, which lists every name."""

    database_url: str
    keys: Keys
    state_dir: Path
    mode: str = "production"
    clock_follows: Path | None = None
    bind: str = "127.0.0.1"
    port: int = 8000
    web_threads: int = 8
    log_level: str = "INFO"
    geocoder_url: str | None = None
    webhook_private_hosts: frozenset[str] = frozenset()
    public_url: str = "http://127.0.0.1:8000"
    oin: str = "0" * 20
    unconfirmed_after_days: int = 30
    feed_late_after_h: int = 26
    provisional_days: int = 21
    provisional_warning_days: int = 3
    statement_late_after_h: int = 26
    expiry_notice_days: tuple[int, ...] = (60, 30, 7)
    release_notice_days: int = 14
    gap_days: int = 30
    max_body_mib: int = 64
    intake_readers: int = 0
    lookup_processes: int = 0
    privacy_key: bytes | None = None
    vigilance: Vigilance = Vigilance()
    policy_file: Path | None = None
    transit_lines_file: Path | None = None
    patterns: Mapping[str, str | None] = field(default_factory=dict)
    large_zone_km2: int = 500
    order_numbers_upper: bool = False
    position_days: int = 30
    case_days: int = 180
    quiet_days: int = 30
    breach_window_h: int = 12
    snapshot_valid_h: int = 12
    snapshot_every_min: int = 60

    @property
    def is_demo(self) -> bool:
        """Say whether fictional data is loaded and shown."""
        return self.mode == "demo"

    @property
    def is_sqlite(self) -> bool:
        """Say whether the database is SQLite."""
        return self.database_url.startswith("sqlite")

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Read the settings; raise SettingError naming the first that is missing or wrong."""
        mode = _mode(environ)
        state_dir = Path(environ.get("STATE_DIR", "var")).absolute()
        environ = {**secrets_file(environ, state_dir), **environ}
        follows = environ.get("CLOCK_FOLLOWS")
        if follows and mode == "production":
            raise SettingError("CLOCK_FOLLOWS is refused outside the demo and a replay: terms run on the real clock.")
        return cls(
            database_url=_database_url(environ, state_dir),
            keys=read_keys(environ),
            state_dir=state_dir,
            mode=mode,
            clock_follows=Path(follows) if follows else None,
            bind=environ.get("BIND", "127.0.0.1"),
            port=integer(environ, "PORT", 8000, range(1, 65536)),
            web_threads=integer(environ, "WEB_THREADS", 8, range(1, 65)),
            log_level=environ.get("LOG_LEVEL", "INFO").upper(),
            geocoder_url=environ.get("GEOCODER_URL") or None,
            webhook_private_hosts=frozenset(filter(None, environ.get("WEBHOOK_PRIVATE_HOSTS", "").split(","))),
            public_url=_public_url(environ),
            oin=_oin(environ),
            unconfirmed_after_days=integer(environ, "UNCONFIRMED_AFTER_DAYS", 30, range(1, 3651)),
            feed_late_after_h=integer(environ, "FEED_LATE_AFTER_H", 26, range(1, 721)),
            statement_late_after_h=integer(environ, "STATEMENT_LATE_AFTER_H", 26, range(1, 8761)),
            provisional_days=integer(environ, "PROVISIONAL_DAYS", 21, range(1, 366)),
            provisional_warning_days=integer(environ, "PROVISIONAL_WARNING_DAYS", 3, range(366)),
            expiry_notice_days=days(environ, "EXPIRY_NOTICE_DAYS", (60, 30, 7)),
            release_notice_days=integer(environ, "RELEASE_NOTICE_DAYS", 14, range(1, 366)),
            gap_days=integer(environ, "GAP_DAYS", 30, range(1, 366)),
            intake_readers=integer(environ, "INTAKE_READERS", _spare_cores(), range(9)),
            lookup_processes=integer(environ, "LOOKUP_PROCESSES", 1 + min(_spare_cores(), 1), range(9)),
            privacy_key=secret("PRIVACY_KEY", environ["PRIVACY_KEY"]) if environ.get("PRIVACY_KEY") else None,
            vigilance=Vigilance.from_env(environ),
            max_body_mib=integer(environ, "MAX_BODY_MIB", 64, range(1, 4097)),
            **_files_and_numbers(environ),
            patterns={name: pattern(environ, f"{name.upper()}_PATTERN") for name in _PATTERNED},
            large_zone_km2=integer(environ, "LARGE_ZONE_KM2", 500, range(1, 10_001)),
            order_numbers_upper=flag(environ, "ORDER_NUMBERS_UPPER", False),
        )


def _files_and_numbers(environ: Mapping[str, str]) -> dict[str, Any]:
    """The files that the customer may supply, and what is a whole number."""
    names = ("policy_file", "transit_lines_file")
    files: dict[str, Any] = {name: Path(environ[name.upper()]) if environ.get(name.upper()) else None for name in names}
    return files | {name: integer(environ, *told) for name, told in _NUMBERS.items()}


def _mode(environ: Mapping[str, str]) -> str:
    mode = environ.get("MODE", "demo" if flag(environ, "DEMO", False) else "production")
    if mode not in {"production", "demo", "replay"}:
        raise SettingError("MODE takes production, demo or replay.")
    return mode


def _database_url(environ: Mapping[str, str], state_dir: Path) -> str:
    url = environ.get("DATABASE_URL") or f"sqlite:///{state_dir / 'registry.db'}"
    if url.startswith("postgres://"):
        url = "postgresql://" + url.removeprefix("postgres://")
    if url.startswith("postgresql://"):
        url = "postgresql+psycopg://" + url.removeprefix("postgresql://")
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise SettingError("DATABASE_URL takes sqlite:///PATH or postgresql://USER@HOST/NAME.")
    return url


def require_privacy_key(settings: Settings) -> None:
    """Raise SettingError in the process that answers lookups, when it could not keep their questions."""
    if settings.privacy_key is None:
        raise SettingError("PRIVACY_KEY is not set. `python -m registry new-privacy-key FILE` makes a key pair.")


def _public_url(environ: Mapping[str, str]) -> str:
    url = environ.get("PUBLIC_URL") or f"http://127.0.0.1:{environ.get('PORT') or 8000}"
    if not url.startswith(("https://", "http://")):
        raise SettingError("PUBLIC_URL takes the address under which receivers reach the API, such as https://HOST.")
    return url.rstrip("/")


def _oin(environ: Mapping[str, str]) -> str:
    number = environ.get("OIN") or "0" * 20
    if not (number.isascii() and number.isdigit() and len(number) == 20):
        raise SettingError("OIN takes the 20 digits of the organisation that runs the service.")
    return number


def _spare_cores() -> int:
    """How many cores beside one this process may use, up to two: more readers than the one writer needs are idle."""
    return min(len(os.sched_getaffinity(0)) - 1, 2)
