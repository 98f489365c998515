"""Why a coupled device is judged by nothing, and how somebody is called for that."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from registry.monitoring.rules import Call, DeviceKind


class Unjudged(StrEnum):
    """Why nothing that a device sends is judged, now nor later."""

    ORDER_ENDED = "order_ended"
    """het bevel is geëindigd; of a monitor on his body, every order of its wearer"""
    CONDITION_GONE = "condition_gone"
    """de voorwaarde waarvoor de thuisunit er staat, staat niet meer in het bevel"""
    CONDITION_ENDED = "condition_ended"
    """de voorwaarde is afgelopen"""
    NOT_MONITORED = "not_monitored"
    """de voorwaarde heeft geen gebied of tijden waarmee posities te vergelijken zijn"""
    NO_HOME = "no_home"
    """de voorwaarde gaat over een verboden gebied, en niet over een waarin hij moet zijn"""


@dataclass(frozen=True, slots=True)
class Told:
    """What the present version of an order tells of a condition."""

    is_monitored: bool
    zone_kind: str | None
    is_over: bool


def of_tracker(conditions: Iterable[Told]) -> Unjudged | None:
    """Return why a monitor is judged by nothing, from every condition of the orders of its wearer that did not end.

    >>> of_tracker([Told(False, None, False), Told(True, "exclusion", True)]), of_tracker([Told(False, None, False)])
    (<Unjudged.CONDITION_ENDED: 'condition_ended'>, <Unjudged.NOT_MONITORED: 'not_monitored'>)
    """
    monitored = [one for one in conditions if one.is_monitored]
    if not monitored:
        return Unjudged.NOT_MONITORED
    return Unjudged.CONDITION_ENDED if all(one.is_over for one in monitored) else None


def of_home_unit(conditions: Iterable[Told]) -> Unjudged | None:
    """Return why a home unit is judged by nothing, from the conditions that bear the reference it stands there for.

    >>> of_home_unit([]), of_home_unit([Told(True, "exclusion", False)]), of_home_unit([Told(True, "inclusion", False)])
    (<Unjudged.CONDITION_GONE: 'condition_gone'>, <Unjudged.NO_HOME: 'no_home'>, None)
    """
    told = list(conditions)
    if not told:
        return Unjudged.CONDITION_GONE
    homes = [one for one in told if one.zone_kind == "inclusion"]
    if not homes and any(one.zone_kind is not None for one in told):
        return Unjudged.NO_HOME
    return of_tracker(homes)


_UNIT_NL: Mapping[Unjudged, str] = {
    Unjudged.ORDER_ENDED: "het bevel is geëindigd",
    Unjudged.CONDITION_GONE: "de voorwaarde staat niet meer in het bevel",
    Unjudged.CONDITION_ENDED: "de voorwaarde is afgelopen",
    Unjudged.NOT_MONITORED: "de voorwaarde kan niet worden gevolgd",
    Unjudged.NO_HOME: "de voorwaarde heeft geen gebied meer waar hij moet zijn",
}
_TRACKER_NL: Mapping[Unjudged, str] = {
    Unjudged.ORDER_ENDED: "elk bevel is geëindigd",
    Unjudged.CONDITION_ENDED: "wat te volgen was, is afgelopen",
    Unjudged.NOT_MONITORED: "geen voorwaarde van zijn bevelen kan worden gevolgd",
}
CLASSES = ("device_unjudged", "home_unit_unjudged")


def call_for(kind: DeviceKind, because: Unjudged) -> Call:
    """Return how somebody is called: nothing that this device sends will call anybody.

    >>> call_for(DeviceKind.HOME_UNIT, Unjudged.CONDITION_GONE).title_nl
    'Thuisunit wordt nergens aan getoetst: de voorwaarde staat niet meer in het bevel'
    """
    if kind is DeviceKind.HOME_UNIT:
        return Call(CLASSES[1], 2, f"Thuisunit wordt nergens aan getoetst: {_UNIT_NL[because]}")
    return Call(CLASSES[0], 2, f"Enkelband wordt nergens aan getoetst: {_TRACKER_NL[because]}")
