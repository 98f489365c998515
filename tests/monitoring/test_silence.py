from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import func, select

from registry.alerts.models import Alert
from registry.http.fields import format_instant
from registry.monitoring.engine.pulses import silences_after_ms
from registry.monitoring.models import DevicePulse
from registry.monitoring.silence.models import DeviceSilence, ProviderSilence
from registry.monitoring.silence.rules import Heard, SilenceKind, silence_after_ms, silences
from registry.monitoring.silence.watching import watch_silence
from tests.monitoring.test_leaving import deliver, withdraw
from tests.monitoring.wearers import INSIDE, OUTSIDE, circle, ping, seconds
from tests.orders.orders import SUBJECT
from tests.world import NOW

PARTS = ("device_no_message", "device_no_position", "provider_silent", "judging_stopped")


class Watched:
    """A field whose time goes by in steps, with the judge and the worker at work."""

    def __init__(self, field):
        self.field = field
        self.sending = {}

    def pass_by(self, minutes, watching=True):
        for _ in range(minutes):
            self.field.world.clock.forward(seconds=60)
            self.beat()
            self.field.judge.tick()
            if watching:
                watch_silence(self.field.shared)

    def beat(self):
        now = self.field.world.clock.now()
        due = [
            self.message(device, placed)
            for device, (every_s, placed) in self.sending.items()
            if (now - NOW).total_seconds() % every_s == 0
        ]
        if due:
            self.field.submit(*due)

    def message(self, device, placed):
        """A position, one of a stated accuracy in metres, or none."""
        at = format_instant(self.field.world.clock.now())
        if placed is False:
            return {"device": device, "messageTime": at, "kind": "status"}
        accuracy = {} if placed is True else {"accuracyM": placed}
        return {"device": device, "fixTime": at, "lat": OUTSIDE[0], "lon": OUTSIDE[1]} | accuracy

    def alerts(self):
        rows = self.field.rows(select(Alert).where(Alert.alert_class.in_(PARTS)).order_by(Alert.raised_at, Alert.id))
        return [(row.alert_class, row.priority, row.closed_at is None) for row in rows]

    def silences(self):
        rows = self.field.rows(select(DeviceSilence).order_by(DeviceSilence.from_ms, DeviceSilence.kind))
        return [(row.kind, seconds(row.from_ms), seconds(row.until_ms), row.end_cause) for row in rows]


@pytest.fixture
def watched(field):
    made = Watched(field)
    # Noise: the other wearer, and a device on nobody, send on or not, and never change anything.
    made.sending["EB-noise"] = (60, True)
    made.beat()
    return made


def test_a_device_that_sends_nothing_is_called_for_and_the_next_message_ends_it(watched, field):
    field.wearer()
    watched.sending["EB-1"] = (60, True)
    watched.pass_by(10)
    watched.sending.pop("EB-1")
    watched.pass_by(14)
    assert watched.alerts() == []
    watched.pass_by(3)
    assert watched.alerts() == [("device_no_message", 2, True)]
    watched.pass_by(3)
    watched.sending["EB-1"] = (60, True)
    watched.pass_by(2)
    assert watched.alerts() == [("device_no_message", 2, False)]
    assert watched.silences() == [("no_message", 600, 1860, "heard")]


def test_a_device_that_sends_without_a_position_is_another_matter(watched, field):
    field.wearer()
    watched.sending["EB-1"] = (60, True)
    watched.pass_by(5)
    watched.sending["EB-1"] = (60, False)
    watched.pass_by(15)
    assert watched.alerts() == []
    watched.pass_by(2)
    assert watched.alerts() == [("device_no_position", 2, True)]
    watched.sending["EB-1"] = (60, True)
    watched.pass_by(2)
    assert watched.alerts() == [("device_no_position", 2, False)]
    assert watched.silences() == [("no_position", 300, 1380, "heard")]


def test_positions_that_are_all_too_vague_are_no_position_until_a_usable_one_comes(watched, field):
    field.wearer()
    field.wearer("EB-2")  # between vague ones it sends a usable one each fifth minute
    watched.sending |= {"EB-1": (60, True), "EB-2": (60, 3000.0)}
    watched.pass_by(5)
    watched.sending["EB-1"] = (60, 3000.0)
    for minutes in (5, 5, 5):
        watched.pass_by(minutes)
        field.submit(ping((field.world.clock.now() - NOW).total_seconds() + 1, OUTSIDE, "EB-2"))
    assert watched.alerts() == []
    watched.pass_by(2)
    field.restart()
    watched.pass_by(1)
    assert watched.alerts() == [("device_no_position", 2, True)]
    watched.sending["EB-1"] = (60, 900.0)
    watched.pass_by(1)
    assert watched.alerts() == [("device_no_position", 2, True)]
    watched.sending["EB-1"] = (60, True)
    watched.pass_by(2)
    assert watched.alerts() == [("device_no_position", 2, False)]
    assert watched.silences() == [("no_position", 300, 1500, "heard")]


def test_a_device_under_an_order_that_ended_is_missed_while_another_order_binds_its_wearer(watched, field):
    deliver(field, SUBJECT, "A", circle(*INSIDE))
    deliver(field, SUBJECT, "B", circle(*INSIDE))
    field.couple("EB-1", "A")
    withdraw(field, "A", 2)
    watched.sending["EB-1"] = (60, True)
    watched.pass_by(5)
    watched.sending.pop("EB-1")
    watched.pass_by(17)
    assert watched.alerts() == [("device_no_message", 2, True)]


def test_each_device_is_measured_by_its_own_interval(watched, field):
    field.wearer("EB-slow")
    watched.sending["EB-slow"] = (900, True)
    watched.pass_by(60)
    watched.sending.pop("EB-slow")
    watched.pass_by(44)
    assert watched.alerts() == []
    watched.pass_by(4)
    assert watched.alerts() == [("device_no_message", 2, True)]


def test_who_was_never_heard_since_he_was_coupled_is_silent_too(watched, field):
    field.wearer(begins=NOW)
    watched.pass_by(29)
    assert watched.alerts() == []
    watched.pass_by(3)
    assert watched.silences() == [("no_message", 0, None, None)]


def test_a_device_whose_order_has_ended_or_that_is_on_nobody_calls_nobody(watched, field):
    number = field.order()
    field.couple("EB-1", number)
    coupling = field.wearer("EB-2")
    field.order(number=number, version=2, kind="withdrawal")
    until = {"until": format_instant(NOW + timedelta(minutes=1))}
    assert field.supervisor.post(f"/v1/couplings/{coupling['id']}/end", until).status_code == 200
    field.submit(watched.message("EB-1", True), watched.message("EB-2", True), watched.message("EB-3", True))
    watched.pass_by(40)
    assert (watched.alerts(), watched.silences()) == ([], [])


def test_a_silence_ends_when_its_coupling_does(watched, field):
    coupling = field.wearer()
    watched.pass_by(33)
    assert watched.alerts() == [("device_no_message", 2, True)]
    until = {"until": format_instant(field.world.clock.now())}
    field.supervisor.post(f"/v1/couplings/{coupling['id']}/end", until)
    watched.pass_by(1)
    assert watched.alerts() == [("device_no_message", 2, False)]
    assert [end_cause for *_, end_cause in watched.silences()] == ["released"]


def test_a_provider_that_falls_silent_is_one_call_and_none_for_its_devices(watched, field):
    for place in range(6):
        field.wearer(f"EB-{place}")
        watched.sending[f"EB-{place}"] = (60, True)
    watched.pass_by(5)
    watched.sending.clear()
    watched.pass_by(4)
    assert watched.alerts() == [("provider_silent", 1, True)]
    watched.pass_by(20)
    assert watched.alerts() == [("provider_silent", 1, True)]
    assert len(watched.silences()) == 7
    assert field.count(DeviceSilence, DeviceSilence.provider_silence_id.is_(None)) == 0
    watched.sending |= {f"EB-{place}": (60, True) for place in range(6)}
    watched.pass_by(2)
    assert watched.alerts() == [("provider_silent", 1, False), ("device_no_message", 2, True)]


def test_calls_for_devices_are_folded_into_that_for_the_provider_once_half_of_them_are_silent(watched, field):
    for place in range(5):
        field.wearer(f"EB-{place}")
        watched.sending[f"EB-{place}"] = (60, True)
    watched.pass_by(5)
    watched.sending.pop("EB-0")
    watched.pass_by(17)
    assert watched.alerts() == [("device_no_message", 2, True)]
    watched.sending.pop("EB-1")
    watched.sending.pop("EB-2")
    watched.pass_by(17)
    assert watched.alerts() == [("device_no_message", 2, False), ("provider_silent", 1, True)]
    [record] = field.rows(select(ProviderSilence))
    assert (record.devices, record.silent, record.until_ms) == (6, 3, None)


def test_that_positions_are_not_judged_is_called_for_by_the_worker_and_ends_with_the_judge(watched, field):
    watched.pass_by(2)
    field.world.clock.forward(minutes=5)
    watch_silence(field.shared)
    watch_silence(field.shared)
    assert watched.alerts() == [("judging_stopped", 1, True)]
    field.judge.tick()
    watch_silence(field.shared)
    assert watched.alerts() == [("judging_stopped", 1, False)]


def test_a_clock_that_runs_ahead_hides_no_silence(watched, field):
    field.wearer()
    watched.sending["EB-1"] = (60, True)
    watched.pass_by(5)
    field.send({**watched.message("EB-1", True), "fixTime": format_instant(NOW + timedelta(hours=20))})
    watched.sending["EB-1"] = (60, False)
    watched.pass_by(17)
    assert watched.alerts() == [("device_no_position", 2, True)]
    watched.sending.pop("EB-1")
    watched.pass_by(17)
    assert watched.alerts() == [("device_no_position", 2, True), ("device_no_message", 2, True)]


def test_what_is_usual_of_a_device_lasts_over_a_restart(watched, field):
    field.wearer()
    watched.sending["EB-1"] = (60, True)
    watched.pass_by(6)
    field.world.clock.forward(seconds=6)
    field.judge.tick()
    field.world.clock.forward(seconds=-6)
    before = field.rows(select(func.max(DevicePulse.heard_gap_ms)))
    field.restart()
    watched.pass_by(3)
    assert field.rows(select(func.max(DevicePulse.heard_gap_ms))) == before == [60_000]
    assert watched.alerts() == []


def test_a_backlog_of_old_positions_is_no_sign_of_a_missing_position():
    heard = Heard(0, 0, 7_300_000, 7_200_000, 3_600_000, 60_000, 60_000)
    assert silences(heard, 7_300_000) == {}
    assert silences(Heard(0, 0, 8_200_000, 7_200_000, 3_600_000, 60_000, 60_000), 8_200_000) == {
        SilenceKind.NO_POSITION: 3_600_000
    }


def test_what_is_measured_of_many_devices_together_is_what_the_rule_says_of_each():
    gaps_ms = [-1, 0, 1, 299_999, 300_000, 300_001, 600_000, 1_200_000, 1_200_001, 10**9]
    together = silences_after_ms(np.array(gaps_ms))
    assert together.tolist() == [silence_after_ms(None if gap_ms < 0 else gap_ms) for gap_ms in gaps_ms]
