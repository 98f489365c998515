import threading
import time

from registry.intake.provisional.following import meet_provisional
from registry.orders.rows import add_missing
from tests.intake.provisional import enter, message, shown

_LONG_ENOUGH_TO_MEET_S = 0.5


def test_entered_and_delivered_at_the_same_moment_they_still_meet(prosecutor, cjib, deliver, shared, clock):
    made = []
    both = [
        threading.Thread(target=lambda: made.append(enter(prosecutor))),
        threading.Thread(target=lambda: deliver(message())),
    ]
    for each in both:
        each.start()
    for each in both:
        each.join()
    meet_provisional(shared)
    assert shown(prosecutor, made[0].json)["state"] == "replaced"


def test_an_entry_and_a_delivery_of_the_same_names_never_wait_for_each_other(
    prosecutor, cjib, deliver, shared, monkeypatch
):
    # The delivery writes the words, then refers to the prosecution; the entry holds the prosecution, then writes them.
    made, sent, words_are_written = [], [], threading.Event()

    def slowly(session, model, rows):
        added = add_missing(session, model, rows)
        if not words_are_written.is_set():
            words_are_written.set()
            time.sleep(_LONG_ENOUGH_TO_MEET_S)
        return added

    def enter_meanwhile():
        assert words_are_written.wait(10)
        made.append(enter(prosecutor))

    monkeypatch.setattr("registry.orders.register.projection.add_missing", slowly)
    both = [threading.Thread(target=lambda: sent.append(deliver(message()))), threading.Thread(target=enter_meanwhile)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert [each.status_code for each in (*made, *sent)] == [201, 200]
    meet_provisional(shared)
    assert shown(prosecutor, made[0].json)["state"] == "replaced"
