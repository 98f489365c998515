"""The legend of the map, in Dutch; what differs in colour differs in form too."""

from __future__ import annotations

from collections.abc import Collection

from registry.console.evidence.drawing import Area, Dot, Drawing, Item, Line, Words

BLUE, GREY = "#154273", "#6b7885"
_RED, _GREEN, _ORANGE, _VIOLET = "#a61b1b", "#1d6330", "#b35c00", "#5b3a8c"
# Colour, how dense it is filled, and what it is called; by the kind of the episode's zone.
STYLES = {
    "exclusion": (_RED, 0.16, "verboden gebied"),
    "inclusion": (_GREEN, 0.14, "gebied waar de drager moet zijn"),
    "warning": (_ORANGE, 0.14, "verboden gebied met waarschuwingsring"),
    "other": (_VIOLET, 0.06, "ander gebied van dit bevel"),
}
_TOP, _ROW, _LEFT, _COLUMN = 728.0, 30.0, 30.0, 330.0
_NOTE_NL = (
    "Getekend in het vlak waarin is geoordeeld, zonder kaart erachter. "
    "Een positie ligt met 68 % kans binnen haar cirkel."
)


def add_legend(drawing: Drawing, zones: Collection[str], has_unused: bool) -> None:
    """Add what each sign on the map means, in columns under it."""
    signs = [_zone(STYLES[name]) for name in STYLES if name in zones]
    signs += [
        ([Dot((20, -5), 4.5, BLUE, "#ffffff", 1.0)], "positie tijdens de episode"),
        ([Dot((20, -5), 3.5, "#ffffff", BLUE)], "positie ervoor of erna"),
        ([Line([(4, -5), (36, -5)], BLUE, 1.2)], "lijn tussen twee posities, geen gevolgde weg"),
        ([Dot((20, -5), 9.0, "#ffffff", GREY, 0.6)], "nauwkeurigheid van een positie"),
    ]
    if has_unused:
        cross = [[(15, -10), (25, 0)], [(15, 0), (25, -10)]]
        signs.append(([Line(points, "#1b2733", 1.8) for points in cross], "bewaarde positie, niet beoordeeld"))
    for number, (items, text) in enumerate(signs):
        x, y = _LEFT + number // 3 * _COLUMN, _TOP + number % 3 * _ROW
        drawing.items += [_at(item, x, y) for item in items]
        drawing.items.append(Words((x + 48, y), text, 14))
    drawing.items.append(Words((_LEFT, drawing.height - 22), _NOTE_NL, 14))


def _zone(style: tuple[str, float, str]) -> tuple[list[Item], str]:
    colour, opacity, name = style
    box = [(4.0, -14.0), (36.0, -14.0), (36.0, 4.0), (4.0, 4.0)]
    return [Area([box], colour, max(opacity, 0.1)), Line([*box, box[0]], colour, 2.5)], name


def _at(item: Item, x: float, y: float) -> Item:
    if isinstance(item, Area):
        return Area([[(x + dx, y + dy) for dx, dy in ring] for ring in item.rings], item.fill, item.opacity)
    if isinstance(item, Line):
        return Line([(x + dx, y + dy) for dx, dy in item.points], item.colour, item.width)
    if isinstance(item, Dot):
        return Dot((x + item.at[0], y + item.at[1]), item.radius, item.fill, item.edge, item.width)
    return item
