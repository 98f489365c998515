"""Play every scenario and print what was expected, found, late and false, beside a plain check: `make scenarios`.

A JSON line for each scenario goes to standard output, a table to standard error. The exit status is 1 when something
expected was not told at all, when fewer than 95 % of the runs gave every expected alert, or when a siren came more than
60 s after the first fix inside (at one fix in 15 s or more; 180 s at one a minute).
"""

import argparse
import json
from collections.abc import Sequence
from statistics import median

from rich.box import SIMPLE
from rich.table import Table

from bench.report import console, say
from bench.scenarios.running import Tally, missed_bars, tallies
from bench.scenarios.stories import SCENES

_SEEDS = 5


def main() -> None:
    """Play, print, and exit with 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=_SEEDS, help=f"runs of each scenario (default {_SEEDS})")
    parser.add_argument("--only", default="", help="only scenarios that have this in their name")
    told = parser.parse_args()
    found = tallies([scene for scene in SCENES if told.only in scene.name], told.seeds)
    for tally in found:
        print(json.dumps(_line(tally)), flush=True)
    print(json.dumps(_whole(found)), flush=True)
    console.print(_table(found))
    missed = missed_bars(found)
    for one in missed:
        say(f"MISSED: {one}")
    raise SystemExit(1 if missed else 0)


def _line(tally: Tally) -> dict[str, object]:
    delays_s = tally.delays_s
    return {
        "scenario": tally.scene.name,
        "runs": len(tally.verdicts),
        "every_s": tally.scene.device.every_s,
        "error_m": tally.scene.device.error_m,
        **{name: tally.total(name) for name in ("expected", "found", "unheard", "false", "suspected")},
        "delay_median_s": round(median(delays_s), 1) if delays_s else None,
        "delay_most_s": round(delays_s[-1], 1) if delays_s else None,
        "plain_found": tally.total("plain_found"),
        "plain_false": tally.total("plain_false"),
    }


def _whole(found: Sequence[Tally]) -> dict[str, object]:
    runs = [one for tally in found for one in tally.verdicts]
    alerting = [one for one in runs if one.expected]
    return {
        "scenarios": len(found),
        "runs": len(runs),
        "with_alerts": len(alerting),
        "all": sum(one.is_complete for one in alerting),
        "some": sum(0 < one.found < one.expected for one in alerting),
        "none": sum(one.found == 0 for one in alerting),
        **{
            name: sum(tally.total(name) for tally in found)
            for name in ("expected", "found", "unheard", "false", "suspected", "plain_found", "plain_false")
        },
    }


def _table(found: Sequence[Tally]) -> Table:
    table = Table("scenario", "runs", box=SIMPLE)
    for name in ("expected", "found", "delay s", "most", "false", "quiet", "plain found", "plain false"):
        table.add_column(name, justify="right")
    for line in map(_line, found):
        table.add_row(
            *(
                "" if line[name] is None else str(line[name])
                for name in (
                    "scenario",
                    "runs",
                    "expected",
                    "found",
                    "delay_median_s",
                    "delay_most_s",
                    "false",
                    "suspected",
                    "plain_found",
                    "plain_false",
                )
            )
        )
    return table


if __name__ == "__main__":
    main()
