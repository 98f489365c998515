"""How many deadlines a second one core computes, each with its explanation as it is stored.

Every term of the catalogue from random instants of twenty years, looked up in the table of law as a proceeding does.
Beside it stands the limit: adding the bare length to the same instants and writing the result down as JSON. Then how
long the watch of the worker takes over 200,000 that run, on both databases.
"""

import argparse
import json
import os
import platform
import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta

import orjson

import registry
from bench.deadlines_watch import measure as watch
from bench.report import progress, say
from registry.law import LawTable, load
from registry.law.terms import Term, compute, steps_nl

_SINCE = datetime(2020, 1, 1, tzinfo=UTC)
_SECONDS = 20 * 365 * 86_400
_IN_DUTCH = 20_000
Asked = tuple[Term, datetime]


def main() -> None:
    """Compute so many deadlines, and print each figure as a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deadlines", type=int, default=1_000_000)
    parser.add_argument("--watched", type=int, default=200_000, help="how many run while the watch looks; 0: none")
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args()
    law = load()
    asked = list(_asked(law, told.deadlines, told.seed))
    say(f"{len(asked)} deadlines of {len(law.terms)} terms, from {_SINCE.year} on")
    spent_s = _spent_s("computed", asked, lambda term, at: _stored(term, at, law))
    _figure("deadlines_per_s", len(asked) / spent_s, "deadlines/s", deadlines=len(asked), took_s=round(spent_s, 1))
    limit_s = _spent_s("bare", asked, lambda term, at: orjson.dumps([term.id, at + timedelta(days=term.amount)]))
    _figure("limit_deadlines_per_s", len(asked) / limit_s, "deadlines/s", of="adding a length, and writing it down")
    few = asked[:_IN_DUTCH]
    kept = [(term, compute(term, at, law).steps) for term, at in few]
    started_s = time.process_time()
    for term, steps in kept:
        steps_nl(steps, term.source)
    _figure("explained_per_s", len(kept) / (time.process_time() - started_s), "explanations/s", deadlines=len(kept))
    if told.watched:
        watch(told.watched, lambda name, value, unit, varied: _figure(name, value, unit, **varied))


def _asked(law: LawTable, number: int, seed: int) -> Sequence[Asked]:
    chance = random.Random(seed)
    terms = list(law.terms)
    return [(chance.choice(terms), _SINCE + timedelta(seconds=chance.randrange(_SECONDS))) for _ in range(number)]


def _stored(term: Term, at: datetime, law: LawTable) -> bytes:
    found = law.terms.find(term.id, date(2026, 1, 1)) or term
    computed = compute(found, at, law)
    return orjson.dumps(computed.steps)


def _spent_s(title: str, asked: Sequence[Asked], run: Callable[[Term, datetime], bytes]) -> float:
    """The CPU time of one core for all of them."""
    with progress(title, len(asked)) as bar:
        started_s = time.process_time()
        for done, (term, at) in enumerate(asked, start=1):
            run(term, at)
            if done % 10_000 == 0:
                bar(done)
        return time.process_time() - started_s


def _figure(name: str, value: float, unit: str, **varied: object) -> None:
    line = {"name": name, "value": round(value, 1 if value > 10 else 4), "unit": unit, **varied}
    versions = {"registry": registry.__version__, "python": platform.python_version(), "cores": str(os.cpu_count())}
    print(json.dumps(line | {"load_1m": round(os.getloadavg()[0], 1), "versions": versions}), flush=True)


if __name__ == "__main__":
    main()
