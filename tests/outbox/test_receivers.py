import dataclasses
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from registry.http import Runtime
from registry.outbox import attempt as attempts
from registry.outbox.delivery import Sender, position_events
from tests.outbox.conftest import Publish, Pump, deliveries
from tests.outbox.receiver import Receiver, receiving
from tests.world import NOW, Caller, HandClock

Subscribe = Callable[..., dict[str, object]]


@pytest.fixture
def second() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(
    probation: Caller,
    tell: Publish,
    subscribe: Subscribe,
    receiver: Receiver,
    pump: Pump,
    second: Receiver,
    status: int,
) -> None:
    subscription = subscribe(probation)
    receiver.answer = lambda _: (status, {"Location": second.url})
    tell(probation.organisation_id)
    pump.run()
    assert second.requests == []
    (shown,) = deliveries(probation, subscription)
    assert (shown["status"], shown["lastStatus"]) == ("pending", status)


def test_a_name_that_leads_to_a_private_address_is_refused_when_it_is_sent(
    probation: Caller,
    tell: Publish,
    subscribe: Subscribe,
    receiver: Receiver,
    pump: Pump,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    port = int(receiver.url.split(":")[2].split("/")[0])
    subscription = subscribe(probation, url=f"https://inside.example.org:{port}/hook")
    answer = [(2, 1, 6, "", ("8.8.8.8", port)), (2, 1, 6, "", ("127.0.0.1", port))]
    monkeypatch.setattr("registry.outbox.destination.socket.getaddrinfo", lambda *_, **__: answer)
    tell(probation.organisation_id)
    pump.run()
    assert receiver.requests == []
    assert deliveries(probation, subscription)[0]["lastError"] == "private_address"


def certificate(name: str, folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    built = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    built = built.not_valid_before(datetime.now(UTC) - timedelta(days=1))
    built = built.not_valid_after(datetime.now(UTC) + timedelta(days=1))
    built = built.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    form = serialization.PrivateFormat.PKCS8
    file = folder / f"{name}.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
        + built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )
    return file


@pytest.mark.parametrize(("certified", "error"), [("inside.example.org", None), ("other.example.org", "tls_failed")])
def test_tls_is_checked_against_the_name_while_the_address_is_pinned(
    certified: str,
    error: str | None,
    probation: Caller,
    tell: Publish,
    subscribe: Subscribe,
    shared: Runtime,
    clock: HandClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = certificate(certified, tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with receiving(file) as secure:
        port = int(secure.url.split(":")[2].split("/")[0])
        subscription = subscribe(probation, url=f"https://inside.example.org:{port}/hook")
        answer = [(2, 1, 6, "", ("127.0.0.1", port))]
        monkeypatch.setattr("registry.outbox.destination.socket.getaddrinfo", lambda *_, **__: answer)
        listed = dataclasses.replace(shared.settings, webhook_private_hosts=frozenset({"inside.example.org"}))
        tell(probation.organisation_id)
        position_events(shared.database, NOW)
        sender = Sender(shared.database, listed, clock)
        sender.start_due()
        sender.finish()
    (shown,) = deliveries(probation, subscription)
    assert (shown["lastError"], len(secure.requests)) == (error, 0 if error else 1)


def test_a_receiver_that_nobody_is_listening_at_is_tried_again(
    probation: Caller, tell: Publish, subscribe: Subscribe, pump: Pump
) -> None:
    with receiving() as closed:
        url = closed.url
    subscription = subscribe(probation, url=url)
    tell(probation.organisation_id)
    pump.run()
    (shown,) = deliveries(probation, subscription)
    assert (shown["lastError"], shown["status"]) == ("connect_failed", "pending")


def test_a_hanging_receiver_does_not_delay_another(
    probation: Caller,
    police: Caller,
    tell: Publish,
    subscribe: Subscribe,
    receiver: Receiver,
    second: Receiver,
    pump: Pump,
) -> None:
    subscribe(probation)
    subscribe(police, url=second.url)
    receiver.answer = receiver.hang
    for _ in range(10):
        tell(probation.organisation_id, police.organisation_id)
    position_events(pump.shared.database, NOW)
    deadline_s = time.monotonic() + 5
    while len(second.requests) < 10 and time.monotonic() < deadline_s:
        pump.sender.start_due()
        time.sleep(0.02)
    assert len(second.requests) == 10
    assert 1 <= len(receiver.requests) <= 2
    receiver.released.set()


def test_a_receiver_that_answers_too_slowly_is_a_failure(
    probation: Caller,
    tell: Publish,
    subscribe: Subscribe,
    receiver: Receiver,
    pump: Pump,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(attempts, "_READ_TIMEOUT_S", 0.2)
    subscription = subscribe(probation)
    receiver.answer = receiver.hang
    tell(probation.organisation_id)
    pump.run()
    (shown,) = deliveries(probation, subscription)
    assert (shown["lastError"], shown["status"]) == ("read_timeout", "pending")


def test_an_attempt_that_lasts_too_long_is_broken_off(
    probation: Caller,
    tell: Publish,
    subscribe: Subscribe,
    receiver: Receiver,
    pump: Pump,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("registry.outbox.delivery._LONGEST_ATTEMPT_S", 0.2)
    subscription = subscribe(probation)
    receiver.answer = receiver.hang
    tell(probation.organisation_id)
    position_events(pump.shared.database, NOW)
    pump.sender.start_due()
    time.sleep(0.4)
    pump.sender.start_due()
    pump.sender.settle_all()
    (shown,) = deliveries(probation, subscription)
    assert (shown["lastError"], shown["status"]) == ("too_slow", "pending")
