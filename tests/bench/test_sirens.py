from bench.sirens import beside, counted, thinned
from geo.track import Fix


def still_with_a_jump(jump_deg: float) -> list[Fix]:
    places = [61.0 + (jump_deg if at_s in (300, 301) else 0.0) for at_s in range(900)]
    return thinned([Fix(at_s * 1000, lat_deg, 20.0, hdop=1.0) for at_s, lat_deg in enumerate(places)])


def test_an_edge_lies_as_far_from_the_receiver_as_was_asked_on_every_bearing():
    for bearing_deg in range(0, 360, 15):
        assert abs(beside(50, bearing_deg).shape.signed_distance_m(52.09, 5.12) - 50) < 0.5


def test_a_jump_of_a_still_receiver_is_an_entry_to_the_plain_check_and_no_siren():
    figures = counted([still_with_a_jump(0.001)], 50)
    assert figures["plain"] > 0
    assert figures["sirens"] == 0


def test_a_receiver_that_does_not_move_raises_nothing():
    figures = counted([still_with_a_jump(0.0)], 10)
    assert (figures["plain"], figures["suspected"], figures["sirens"]) == (0, 0, 0)
