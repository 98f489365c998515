"""The sender hears of a number under which unlike people stand, until a correction or a merge settles it."""

from typing import Any

import pytest
from sqlalchemy import select

from registry.alerts.doubts import watch_doubts
from registry.alerts.models import Alert
from registry.http import Runtime
from tests.intake.conftest import Deliver
from tests.intake.messages import row
from tests.world import Caller

CODE = "number_of_another"


def of(
    number: str, version: int = 1, kind: str = "new", changes: dict[str, Any] | None = None, **envelope: Any
) -> bytes:
    told = {"order/subject/bsn": "999990019", "order/subject/skn": None, "order/subject/birthDate": "1985-03-12"}
    message_id = f"{number}/{version}"
    envelope = {"orderNumber": number, "version": version, "kind": kind, "messageId": message_id} | envelope
    return row(told | (changes or {}), **envelope)


LEYLA = {"order/subject/surname": "Yilmaz", "order/subject/prefix": None, "order/subject/birthDate": "1999-04-02"}
LEYLA |= {"order/subject/aliases": ["Jan Leyla"]}


@pytest.fixture
def noise(deliver: Deliver) -> None:
    rows = [of(f"N-{bsn}", changes={"order/subject/bsn": bsn}) for bsn in ("999993653", "999992351")]
    assert {one["outcome"] for one in deliver(*rows).json["results"]} <= {"accepted", "accepted_with_warnings"}


def findings(cjib: Caller) -> list[tuple[str, str]]:
    found = cjib.get(f"/v1/findings?code={CODE}").json["findings"]
    return [(one["orderNumber"], one["field"]) for one in found]


def alerts(shared: Runtime) -> list[tuple[str, bool]]:
    # By pieces, of which the last is full: it comes out as all at once.
    watch_doubts(shared, together=1)
    watch_doubts(shared)
    with shared.database.reading() as session:
        found = session.scalars(select(Alert).order_by(Alert.id))
        return [(one.alert_class, one.closed_at is None) for one in found]


@pytest.mark.usefixtures("noise")
def test_the_second_of_two_unlike_people_is_told_at_his_number_also_within_one_delivery(
    cjib: Caller, deliver: Deliver, shared: Runtime
) -> None:
    answer = deliver(of("A"), of("B", changes=LEYLA), of("C")).json
    told = [[one["code"] for one in each["findings"] if one["code"] == CODE] for each in answer["results"]]
    assert told == [[], [CODE], [CODE]]
    assert findings(cjib) == [("B", "/order/subject/bsn"), ("C", "/order/subject/bsn")]
    assert alerts(shared) == [("number_shared", True)] * 3


@pytest.mark.usefixtures("noise")
@pytest.mark.parametrize(
    "mended",
    [
        of("B", 2, "correction", LEYLA | {"order/subject/bsn": "999991176"}),
        of("B", 2, "merge", LEYLA, subjectLink={"orderNumber": "A"}),
        of("A", 2, "correction", {"order/subject/bsn": "999991176"}),
    ],
)
def test_a_correction_of_either_or_a_merge_closes_what_was_found(
    cjib: Caller, deliver: Deliver, shared: Runtime, mended: bytes
) -> None:
    deliver(of("A"))
    deliver(of("B", changes=LEYLA))
    assert (findings(cjib), alerts(shared)) == ([("B", "/order/subject/bsn")], [("number_shared", True)] * 2)
    assert deliver(mended).json["results"][0]["outcome"] in ("accepted", "accepted_with_warnings")
    assert (findings(cjib), alerts(shared)) == ([], [("number_shared", False)] * 2)


@pytest.mark.usefixtures("noise")
def test_a_version_that_says_it_again_keeps_the_finding_open(cjib: Caller, deliver: Deliver) -> None:
    deliver(of("A"))
    deliver(of("B", changes=LEYLA))
    deliver(of("B", 2, "change", LEYLA))
    assert findings(cjib) == [("B", "/order/subject/bsn")]
