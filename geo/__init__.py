"""Pure geometry and time: zones, the metric planes they are judged in, and how a track becomes episodes.

Nothing here knows a database, a web framework or a clock. Inside, a position is latitude then longitude in degrees
(WGS84, taken as ETRS89) and every name carries its unit; the longitude-first order of the wire lives in `geo.wire`.
"""
