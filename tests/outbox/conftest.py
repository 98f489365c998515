import uuid
from collections.abc import Callable, Iterator

import pytest

from registry.access.rules import OrganisationKind
from registry.http import Runtime
from registry.outbox.delivery import Sender, position_events
from registry.outbox.rules import EventType
from registry.outbox.service import publish
from tests.outbox.receiver import Receiver, receiving
from tests.world import Caller, HandClock, World

Publish = Callable[..., uuid.UUID]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@pytest.fixture
def probation(world: World) -> Caller:
    return world.caller("RN-MN", OrganisationKind.PROBATION)


@pytest.fixture
def police(world: World) -> Caller:
    return world.caller("POL-MN", OrganisationKind.POLICE)


@pytest.fixture
def tell(shared: Runtime, clock: HandClock) -> Publish:
    def put(*audience: uuid.UUID, kind: str = EventType.REPORT_RECEIVED, **data: object) -> uuid.UUID:
        subject = f"{EventType(kind).subject}:{uuid.uuid4()}"
        with shared.database.transaction() as session:
            return publish(session, clock.now(), kind, subject, audience, **data)

    return put


class Pump:
    """Gives positions and sends until nothing is due or in flight, on a clock that the test sets."""

    def __init__(self, shared: Runtime, clock: HandClock) -> None:
        self.shared = shared
        self.clock = clock
        self.sender = Sender(shared.database, shared.settings, clock)

    def run(self) -> None:
        position_events(self.shared.database, self.clock.now())
        started = 1
        while started:
            started = self.sender.start_due()
            self.sender.settle_all()


@pytest.fixture
def pump(shared: Runtime, clock: HandClock) -> Iterator[Pump]:
    one = Pump(shared, clock)
    yield one
    one.sender.finish()


@pytest.fixture
def subscribe(receiver: Receiver) -> Callable[..., dict[str, object]]:
    def make(caller: Caller, types: tuple[str, ...] = ("*",), url: str | None = None) -> dict[str, object]:
        response = caller.post("/v1/subscriptions", {"url": url or receiver.url, "types": list(types)})
        assert response.status_code == 201, response.text
        made: dict[str, object] = response.json
        return made

    return make


def deliveries(caller: Caller, subscription: dict[str, object]) -> list[dict[str, object]]:
    found: list[dict[str, object]] = caller.get(f"/v1/subscriptions/{subscription['id']}/deliveries").json["deliveries"]
    return found
