from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.access.rules import OrganisationKind
from registry.intake.processing import process_pending
from registry.intake.provisional import joining
from registry.intake.provisional.following import meet_provisional
from registry.jobs import watch_provisional
from tests.intake.conftest import many
from tests.intake.messages import ABSENT, row
from tests.intake.provisional import enter, message, order, shown
from tests.intake.test_provisional import ask
from tests.world import some_id


def number_of(by, number):
    (line,) = by.get(f"/v1/orders?number={number}").json["orders"]
    return line


def test_the_message_of_the_cjib_takes_its_place(prosecutor, police, deliver):
    made = enter(prosecutor).json
    deliver(*many(3), message())
    told = shown(prosecutor, made)
    assert (told["state"], told["replacedBy"]["orderNumber"]) == ("replaced", "CJIB-2026-000123")
    assert told["replacedBy"]["how"] == "same_keys"
    line = number_of(prosecutor, made["orderNumber"])
    assert line["status"]["code"] == "ended" and line["status"]["reasons"][0]["code"] == "replaced"
    assert "CJIB-2026-000123" in line["status"]["reasons"][0]["text"]
    (hit,) = ask(police, bsn="111222333")["hits"]
    assert hit["orderNumber"] == "CJIB-2026-000123" and hit["provisional"] is None
    assert hit["status"]["code"] == "in_force"


def test_entered_after_the_message_it_gives_way_at_once_and_says_so(prosecutor, police, deliver):
    deliver(*many(3), message())
    made = enter(prosecutor)
    assert made.status_code == 201
    assert made.json["replacedBy"]["orderNumber"] == "CJIB-2026-000123" and made.json["state"] == "replaced"
    (hit,) = ask(police, bsn="111222333")["hits"]
    assert hit["orderNumber"] == "CJIB-2026-000123"


def test_what_only_the_entry_knew_still_finds_the_one_order(prosecutor, police, deliver):
    known = order()
    known["subject"] |= {"phones": ["0687654321"]}
    enter(prosecutor, order=known)
    deliver(message())
    (hit,) = ask(police, phone="0687654321")["hits"]
    assert hit["orderNumber"] == "CJIB-2026-000123"
    assert "ander bevel" in hit["matchedOn"][0]["how"]


def test_an_ending_of_the_cjibs_order_does_not_revive_the_entry(prosecutor, police, deliver, clock):
    made = enter(prosecutor).json
    deliver(message())
    clock.forward(days=1)
    deliver(message(messageId="M-2", version=2, kind="withdrawal"))
    clock.forward(days=1)
    (hit,) = ask(police, bsn="111222333")["hits"]
    assert (hit["orderNumber"], hit["status"]["code"]) == ("CJIB-2026-000123", "ended")
    assert number_of(prosecutor, made["orderNumber"])["status"]["code"] == "ended"


def test_a_message_in_a_bulk_delivery_meets_it_too(prosecutor, deliver, shared):
    made = enter(prosecutor).json
    rows = many(1100)
    rows.insert(700, message("CJIB-BULK-1"))
    answer = deliver(*rows)
    assert answer.status_code == 202
    for _ in range(20):
        process_pending(shared)
        if shown(prosecutor, made)["state"] == "replaced":
            break
    assert shown(prosecutor, made)["replacedBy"]["orderNumber"] == "CJIB-BULK-1"


def test_the_message_may_name_it(prosecutor, deliver):
    made = enter(prosecutor).json
    other_case = {"order/caseNumber": "16/999999-26"}
    deliver(message(changes=other_case, provisionalNumber=made["orderNumber"]))
    assert shown(prosecutor, made)["replacedBy"]["how"] == "named"


def test_a_message_that_names_it_and_binds_somebody_else_is_put_before_a_human(prosecutor, deliver):
    made = enter(prosecutor).json
    other = {"order/subject/bsn": "999990019", "order/subject/skn": "87654321"}
    deliver(message(changes=other, provisionalNumber=made["orderNumber"]))
    told = shown(prosecutor, made)
    assert told["state"] == "waiting" and "named" in told["proposals"][0]["reasons"]


DOUBTFUL = {
    "other-case": {"order/caseNumber": "16/999999-26"},
    "no-case": {"order/caseNumber": None},
    "other-regime": {"order/regime": "SVH"},
    "other-day": {"order/decidedOn": "2026-11-20"},
    "other-skn": {"order/subject/skn": "87654321"},
    "name-only": {"order/subject/bsn": None, "order/subject/skn": None, "order/subject/birthDate": "1985-02-03"},
}


@pytest.mark.parametrize("changes", DOUBTFUL.values(), ids=DOUBTFUL.keys())
@pytest.mark.parametrize("entered_first", [True, False], ids=["entered-first", "delivered-first"])
def test_on_other_keys_it_is_proposed_to_a_human_in_either_order(prosecutor, police, deliver, changes, entered_first):
    known = order()
    known["subject"] |= {"birthDate": "1985-02-03"}
    if entered_first:
        made = enter(prosecutor, order=known).json
        deliver(message(changes=changes))
    else:
        deliver(message(changes=changes))
        made = enter(prosecutor, order=known).json
    told = shown(prosecutor, made)
    assert told["state"] == "waiting"
    (proposal,) = told["proposals"]
    assert proposal["orderNumber"] == "CJIB-2026-000123"
    numbers = {hit["orderNumber"] for hit in ask(police, name="van den Berg", birthDate="1985-02-03")["hits"]}
    assert made["orderNumber"] in numbers


def test_somebody_elses_order_is_not_even_proposed(prosecutor, deliver):
    made = enter(prosecutor).json
    other = {"order/subject/bsn": "999990019", "order/subject/skn": "87654321", "order/subject/surname": "Jansen"}
    deliver(message(changes=other))
    told = shown(prosecutor, made)
    assert (told["state"], told["proposals"]) == ("waiting", [])


def test_an_order_that_had_ended_before_is_another_one(prosecutor, police, deliver, clock):
    undated = {"order/decidedOn": None}
    deliver(message(changes=undated))
    ended = {"messageId": "M-2", "version": 2, "kind": "end", "effectiveAt": "2026-11-20T09:00:00Z"}
    deliver(message(changes=undated, **ended))
    clock.forward(hours=1)
    made = enter(prosecutor).json
    assert made["state"] == "waiting" and len(made["proposals"]) == 1
    codes = {hit["orderNumber"]: hit["status"]["code"] for hit in ask(police, bsn="111222333")["hits"]}
    assert codes == {made["orderNumber"]: "in_force", "CJIB-2026-000123": "ended"}


def test_an_order_of_another_sender_does_not_take_its_place(prosecutor, deliver, world):
    made = enter(prosecutor).json
    deliver(message(), by=world.caller("GEM-1", OrganisationKind.OTHER_SENDER))
    assert shown(prosecutor, made)["state"] == "waiting"


def test_a_human_links_what_was_proposed_and_may_take_it_back(prosecutor, police, deliver, clock):
    made = enter(prosecutor).json
    deliver(message(changes=DOUBTFUL["other-case"]))
    path = f"/v1/provisional-orders/{made['orderId']}"
    target = shown(prosecutor, made)["proposals"][0]["orderId"]
    assert prosecutor.post(f"{path}/link", {"orderId": str(some_id())}).status_code == 404
    assert prosecutor.post(f"{path}/link", {"orderId": made["orderId"]}).json["code"] == "not_of_cjib"
    linked = prosecutor.post(f"{path}/link", {"orderId": target}).json
    assert linked["replacedBy"]["how"] == "by_hand"
    assert prosecutor.post(f"{path}/link", {"orderId": target}).json["code"] == "provisional_replaced"
    clock.forward(minutes=1)
    assert len(ask(police, bsn="111222333")["hits"]) == 1
    clock.forward(minutes=1)
    assert prosecutor.post(f"{path}/unlink", {"reason": "Ander feit."}).json["state"] == "waiting"
    assert prosecutor.post(f"{path}/unlink", {"reason": "Ander feit."}).json["code"] == "not_linked"
    clock.forward(minutes=1)
    assert len(ask(police, bsn="111222333")["hits"]) == 2
    assert number_of(prosecutor, made["orderNumber"])["status"]["code"] == "in_force"
    deliver(message(messageId="M-3", version=2, kind="change"))
    assert shown(prosecutor, made)["state"] == "waiting", "what a human parted is joined by hand only"


def test_a_proposal_calls_a_human_until_it_is_decided(prosecutor, deliver, shared):
    def waiting():
        alerts = prosecutor.get("/v1/alerts?class=provisional_proposed").json["alerts"]
        return [each["status"] for each in alerts]

    made = enter(prosecutor).json
    deliver(message(changes=DOUBTFUL["other-case"]))
    watch_provisional(shared)
    assert waiting() == ["open"]
    target = shown(prosecutor, made)["proposals"][0]["orderId"]
    prosecutor.post(f"/v1/provisional-orders/{made['orderId']}/link", {"orderId": target})
    watch_provisional(shared)
    assert waiting() == ["closed"]


def test_what_hangs_on_the_entry_is_reached_from_both(prosecutor, deliver):
    made = enter(prosecutor).json
    found = {"orderId": made["orderId"], "occurredFrom": "2026-11-23T11:00:00Z", "reference": "PL0900-1"}
    breach = prosecutor.post("/v1/breaches", found)
    assert breach.status_code == 201, breach.json
    deliver(message())
    governing = number_of(prosecutor, "CJIB-2026-000123")["id"]
    for order_id in (made["orderId"], governing):
        listed = prosecutor.get(f"/v1/breaches?orderId={order_id}").json["breaches"]
        assert [one["id"] for one in listed] == [breach.json["id"]]
        assert listed[0]["orderId"] == made["orderId"]
        entries = prosecutor.get(f"/v1/provisional-orders?orderId={order_id}").json["provisionalOrders"]
        assert [one["orderId"] for one in entries] == [made["orderId"]]
    other = deliver(*many(1)).json["results"][0]["orderId"]
    assert prosecutor.get(f"/v1/breaches?orderId={other}").json["breaches"] == []


VERSIONS = (
    {"messageId": "M-1", "version": 1, "kind": "new"},
    {"messageId": "M-2", "version": 2, "kind": "change", "changes": {"order/endsOn": "2028-09-30"}},
    {"messageId": "M-3", "version": 3, "kind": "suspension", "changes": {"order": ABSENT}},
)


@settings(max_examples=12)
@given(at=st.sampled_from(list(permutations(range(4)))))
def test_in_any_order_of_arrival_the_same_order_governs(prosecutor, police, deliver, clock, at):
    run = len(prosecutor.get("/v1/orders?limit=200").json["orders"]) + 1
    number, case = f"CJIB-RUN-{run}", f"16/{run:06d}-26"
    own = order(caseNumber=case)
    own["subject"] |= {"bsn": None, "skn": f"{run:08d}"}
    for step in at:
        clock.forward(minutes=1)
        if step == 3:
            made = enter(prosecutor, f"OM-{run}", order=own)
            assert made.status_code == 201
            continue
        told = dict(VERSIONS[step])
        changes = dict(told.pop("changes", {}))
        if "order" not in changes:
            same = {"order/caseNumber": case, "order/subject/bsn": None, "order/subject/skn": f"{run:08d}"}
            changes = same | changes
            deliver(message(number, changes, **told | {"messageId": f"{told['messageId']}-{run}"}))
        else:
            del changes["order"]
            own_id = f"{told['messageId']}-{run}"
            deliver(row(None, **told | {"orderNumber": number, "messageId": own_id, "order": ABSENT}))
    clock.forward(minutes=1)
    told = shown(prosecutor, made.json)
    assert told["replacedBy"]["orderNumber"] == number
    hits = ask(police, skn=f"{run:08d}")["hits"]
    assert [(hit["orderNumber"], hit["status"]["code"]) for hit in hits] == [(number, "suspended")]


def test_what_slipped_past_an_entry_is_met_a_little_later(prosecutor, deliver, shared, monkeypatch):
    made = enter(prosecutor).json
    with monkeypatch.context() as patched:
        patched.setattr("registry.intake.service.meet_messages", lambda *_: None)
        deliver(message())
    assert shown(prosecutor, made)["state"] == "waiting"
    meet_provisional(shared)
    assert shown(prosecutor, made)["state"] == "replaced"
    with shared.database.reading() as session:
        assert not joining.has_recent(session, shared.clock.now() - timedelta(hours=1))


def test_after_a_wrong_link_the_next_message_is_put_before_a_human(prosecutor, deliver, clock):
    made = enter(prosecutor).json
    deliver(message())
    clock.forward(minutes=1)
    prosecutor.post(f"/v1/provisional-orders/{made['orderId']}/unlink", {"reason": "Ander feit."})
    clock.forward(minutes=1)
    deliver(message("CJIB-2026-000777", messageId="M-7"))
    told = shown(prosecutor, made)
    assert told["state"] == "waiting"
    assert "CJIB-2026-000777" in {each["orderNumber"] for each in told["proposals"]}
