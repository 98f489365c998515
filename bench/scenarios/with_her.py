"""Scenarios of two who both carry a device: he may come to her, she to him, or both may only be on one way."""

from bench.scenarios.receiver import Receiver
from bench.scenarios.scene import Scene
from bench.scenarios.story import Sky, begins

_HER_KEYRING = Receiver(error_m=15.0, every_s=30.0)
_AT_HOME = begins(0).rests(70)
_RIDE = begins(-20_000, 0).takes_the_train_to(-6_000, 0).rests(1).takes_the_train_to(14_000, 0)

SCENES = (
    Scene(
        "he walks to where she is, and stays",
        [],
        begins(-2_500).rests(10).walks_to(-150, 0).rests(20),
        ["siren"],
        hers=_AT_HOME,
        her_device=_HER_KEYRING,
    ),
    Scene(
        "victim walking towards him, who sits in the park",
        [],
        begins(0, 0).rests(70),
        ["siren"],
        hers=begins(-2_500).rests(10).walks_to(-100, 0).rests(20),
        her_device=_HER_KEYRING,
    ),
    Scene(
        "both in the same train, in different carriages",
        [],
        _RIDE.under(Sky.INDOORS).rests(1),
        ["quiet"],
        hers=begins(-20_120, 0).takes_the_train_to(-6_120, 0).rests(1).takes_the_train_to(13_880, 0),
        her_device=_HER_KEYRING,
    ),
    Scene(
        "both on the motorway in the same direction, he overtakes her",
        [],
        begins(-3_000).speeds_to(27_000, 0),
        ["quiet"],
        hers=begins(0).cruises_to(24_000, 0),
        her_device=_HER_KEYRING,
    ),
    Scene(
        "both on the motorway in opposite directions",
        [],
        begins(-15_000, 10).speeds_to(15_000, 10),
        ["quiet"],
        hers=begins(15_000, -10).speeds_to(-15_000, -10),
        her_device=_HER_KEYRING,
    ),
    Scene(
        "he follows her car through town to where she parks",
        [],
        begins(-2_400).drives_to(1_600, 0).drives_to(2_600, 800).rests(10),
        ["siren"],
        hers=begins(-2_100).drives_to(1_900, 0).drives_to(2_900, 800).rests(10),
        her_device=_HER_KEYRING,
    ),
)
