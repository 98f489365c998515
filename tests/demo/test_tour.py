import io

import pytest
from rich.console import Console

from registry.demo.loading import load
from registry.demo.tour.narrator import Narrator
from registry.demo.tour.play import JOURNEYS, play_all


def narrator():
    return Narrator(Console(file=io.StringIO(), width=200, highlight=False))


@pytest.mark.long
def test_every_journey_goes_as_expected_and_can_be_played_again(served):
    load(served.url, served.credentials, served.first_on)
    for _ in range(2):
        tell = narrator()
        assert play_all(served.url, served.credentials, tell), tell.failures
        told = tell.console.file.getvalue()
        assert all(title in told for title in JOURNEYS)
        assert "Gebiedsverbod: mag niet komen in het gebied" in told
        assert "de handtekening klopt" in told
        assert told.count("het CJIB hoort het meteen") == 2
        assert "✗" not in told


def test_the_tour_says_what_was_not_as_expected_and_goes_on(served):
    tell = narrator()
    assert not play_all(served.url, served.credentials, tell)
    assert any("Meldkamer" in failure for failure in tell.failures)
    assert not any("CJIB" in failure for failure in tell.failures)
    assert "8. Iemand die er niets te zoeken heeft" in tell.console.file.getvalue()
