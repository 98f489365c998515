"""Structured logs: a static event name and fields, JSON lines on standard error, never a person's data."""

import logging
import sys
from typing import cast

import structlog

_NEVER_LOGGED = frozenset(
    {"bsn", "skn", "name", "surname", "given_names", "birth_date", "address", "postcode", "phone", "plate"}
    | {"lat", "lon", "lat_deg", "lon_deg", "latitude", "longitude", "geometry", "token", "key", "secret", "body"}
)


def _without_personal_data(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return {name: value for name, value in event.items() if name not in _NEVER_LOGGED}


def configure(level: str = "INFO") -> None:
    """Send every log line, the libraries' too, to standard error as JSON."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_personal_data,
            _exception_type_only,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    # The scheduler warns of each run it skips while the former still works; the jobs are made for that.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


def _exception_type_only(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Replace an exception by its type and the places it passed: its message may quote what a caller sent."""
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["frames"] = _frames(error)
    return event


def _frames(error: BaseException) -> list[str]:
    frames, trace = [], error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename.rsplit('/', 3)[-1]}:{trace.tb_lineno}:{code.co_name}")
        trace = trace.tb_next
    return frames[-8:]


def get(name: str) -> structlog.typing.FilteringBoundLogger:
    """Return the logger of a module."""
    return cast(structlog.typing.FilteringBoundLogger, structlog.get_logger(module=name))
