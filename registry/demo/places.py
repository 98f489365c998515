"""Utrecht and Rotterdam in a few lines each, drawn by hand: enough to see where a wearer walks."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

Point = tuple[float, float]  # latitude, longitude in degrees

M_PER_DEG = 111_320.0


@dataclass(frozen=True, slots=True)
class City:
    """A map: its middle, how much of the ground it shows, and what is drawn on it, each with its style."""

    id: str
    title: str
    middle: Point
    width_m: float
    height_m: float
    lines: Sequence[tuple[str, Sequence[Point]]]
    names: Sequence[tuple[str, Point]]


WIDTH = 420


def height_of(city: City) -> int:
    """Return how high a map is drawn."""
    return round(WIDTH * city.height_m / city.width_m)


def drawn_at(city: City, point: Point) -> tuple[float, float]:
    """Return where a point lies on the drawing.

    >>> drawn_at(UTRECHT, UTRECHT.middle)
    (210.0, 165.0)
    """
    east_m = (point[1] - city.middle[1]) * M_PER_DEG * math.cos(math.radians(city.middle[0]))
    north_m = (point[0] - city.middle[0]) * M_PER_DEG
    scale = WIDTH / city.width_m
    return round(WIDTH / 2 + east_m * scale, 1), round(height_of(city) / 2 - north_m * scale, 1)


def on_paper(city: City, length_m: float) -> float:
    """Return how long a length is on the drawing."""
    return round(length_m * WIDTH / city.width_m, 1)


UTRECHT = City(
    "utrecht",
    "Utrecht",
    (52.0900, 5.1225),
    3360.0,
    2640.0,
    (
        ("water", ((52.0972, 5.1166), (52.0945, 5.1176), (52.0915, 5.1194), (52.0880, 5.1208), (52.0822, 5.1224))),
        (
            "water",
            ((52.0972, 5.1166), (52.0968, 5.1240), (52.0945, 5.1276), (52.0885, 5.1290), (52.0848, 5.1282),
             (52.0822, 5.1224), (52.0846, 5.1163), (52.0890, 5.1132), (52.0932, 5.1118), (52.0972, 5.1166)),
        ),
        ("rail", ((52.1015, 5.1010), (52.0894, 5.1095), (52.0835, 5.1165), (52.0790, 5.1290), (52.0785, 5.1460))),
        ("street", ((52.0885, 5.1295), (52.0950, 5.1415))),
        ("street", ((52.0945, 5.1276), (52.0985, 5.1440))),
        ("street", ((52.0932, 5.1118), (52.0928, 5.1187), (52.0945, 5.1276))),
        ("street", ((52.0885, 5.1290), (52.0868, 5.1420))),
        ("street", ((52.0972, 5.1166), (52.1012, 5.1150))),
    ),
    (
        ("Dom", (52.0907, 5.1215)),
        ("Centraal", (52.0888, 5.1050)),
        ("Neude", (52.0931, 5.1180)),
        ("Maliebaan", (52.0927, 5.1365)),
        ("Griftpark", (52.0996, 5.1275)),
        ("Wilhelminapark", (52.0852, 5.1340)),
        ("Ledig Erf", (52.0808, 5.1215)),
    ),
)  # fmt: skip

ROTTERDAM = City(
    "rotterdam",
    "Rotterdam",
    (51.9170, 4.4790),
    3360.0,
    2640.0,
    (
        ("river", ((51.9035, 4.4530), (51.9060, 4.4690), (51.9082, 4.4800), (51.9110, 4.4890), (51.9150, 4.4975),
                   (51.9190, 4.5070))),
        ("water", ((51.9236, 4.4710), (51.9130, 4.4742))),
        ("water", ((51.9192, 4.4925), (51.9178, 4.4905), (51.9160, 4.4930))),
        ("rail", ((51.9245, 4.4530), (51.9247, 4.4695), (51.9262, 4.4860), (51.9205, 4.4885), (51.9080, 4.4990))),
        ("street", ((51.9250, 4.4778), (51.9186, 4.4810), (51.9120, 4.4822), (51.9068, 4.4895))),
        ("street", ((51.9186, 4.4810), (51.9200, 4.4870), (51.9228, 4.4985))),
        ("street", ((51.9243, 4.4695), (51.9180, 4.4700), (51.9150, 4.4640))),
        ("street", ((51.9150, 4.4700), (51.9165, 4.4815), (51.9178, 4.4905))),
    ),
    (
        ("Centraal", (51.9255, 4.4670)),
        ("Hofplein", (51.9252, 4.4790)),
        ("Beurs", (51.9180, 4.4765)),
        ("Markthal", (51.9208, 4.4850)),
        ("Oude Haven", (51.9189, 4.4935)),
        ("Erasmusbrug", (51.9083, 4.4900)),
        ("Museumpark", (51.9140, 4.4665)),
    ),
)  # fmt: skip

CITIES = (UTRECHT, ROTTERDAM)
