"""The one tree of errors that a caller may see; `registry.http` renders each as problem+json.

RegistryError
├── Invalid          400, every fault at once
├── Unauthenticated  401
├── Forbidden        403
├── NotFound         404, also for what is somebody else's
├── Conflict         409
└── Unavailable      503 with Retry-After
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with the input: a JSON pointer to it, and what to do about it."""

    pointer: str
    detail: str
    code: str | None = None


class RegistryError(Exception):
    """An error with a stable code; its texts never hold a person's data."""

    def __init__(self, code: str, status: int, detail: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.detail = detail
        self.faults = tuple(faults)
        self.headers: dict[str, str] = {}


class Invalid(RegistryError):
    """The input is wrong in the places named."""

    def __init__(self, faults: Sequence[Fault], detail: str = "The request holds invalid input.") -> None:
        super().__init__("invalid_input", 400, detail, faults)


class Unauthenticated(RegistryError):
    """No key, or one that is unknown, expired or revoked."""

    def __init__(self, detail: str) -> None:
        super().__init__("unauthenticated", 401, detail)
        self.headers["WWW-Authenticate"] = "Bearer"


class Forbidden(RegistryError):
    """The caller is known, and lacks what this operation asks."""

    def __init__(self, detail: str) -> None:
        super().__init__("forbidden", 403, detail)


class NotFound(RegistryError):
    """It does not exist, or it is not the caller's to see: the answer is the same."""

    def __init__(self, detail: str = "There is no such resource here.") -> None:
        super().__init__("not_found", 404, detail)


class Conflict(RegistryError):
    """The state of the register forbids it; the detail says why."""

    def __init__(self, code: str, detail: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(code, 409, detail, faults)


class Unavailable(RegistryError):
    """This process cannot do it now; another, or a later try, can."""

    def __init__(self, detail: str, retry_after_s: int = 1) -> None:
        super().__init__("unavailable", 503, detail)
        self.headers["Retry-After"] = str(retry_after_s)
