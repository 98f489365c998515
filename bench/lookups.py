"""How quickly a dispatcher is answered: one key at a time at a constant rate, then the mix as fast as it goes.

Half of the questions of the mix are about people the register does not know, as most calls are; the single keys all ask
for an order that is there. Every fifth name is mistyped.
"""

import random
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from bench import data, delivery, limit
from bench.instance import Instance
from bench.load import Load, Outcome, request, run
from bench.report import Options, Reporter, each_database, options, progress, say
from registry.access.rules import OrganisationKind, Scope

QUESTIONS_PER_S, CONNECTIONS = 300, 8
_MOST_PER_S = 3_000
_ACCURACY_M = 50
Body = dict[str, Any]
_INDEXED = "SELECT party_id FROM search_key WHERE key = ?"


def main() -> None:
    """Measure each database in turn."""
    each_database(options(__doc__, orders=100_000, seconds=30), measure)


def measure(instance: Instance, told: Options) -> None:
    """Fill one instance and ask it."""
    reporter = Reporter(instance, {"orders": told.orders})
    instance.start()
    delivery.add_organisations(instance)
    say(f"{instance.database}: taking in {told.orders} orders")
    delivery.take_in(instance, (data.render(each) for each in data.orders(told.orders, told.seed)), told.orders)
    say(f"{instance.database}: waiting until the copy for an outage and the other work in the background is done")
    reporter.figure("settled_after_s", instance.settle(), "s", limit="after the delivery")
    headers = instance.add_client("POL-MK", OrganisationKind.POLICE, Scope.LOOKUPS_ASK)
    asking = _Asking(instance, headers, told)
    for key in [*KEYS, "mix"]:
        asked = asking.run(key, QUESTIONS_PER_S)
        for name, percent in (("lookup_p50_ms", 50), ("lookup_p99_ms", 99)):
            reporter.figure(name, asked.percentile_ms(percent), "ms", key=key, **asking.varied(asked))
    before_s = instance.cpu_s()
    fastest = asking.run("mix", None)
    cpu_ms = 1000 * instance.cpu_since_s(before_s) / max(1, fastest.sent)
    reporter.figure("cpu_ms_per_lookup", cpu_ms, "ms", key="mix", processes="web and worker")
    reporter.figure("lookups_per_s", fastest.per_s, "1/s", key="mix", clients=CONNECTIONS, refused=fastest.refused)
    reporter.memory()
    instance.stop()
    _measure_limit(instance, reporter, told)


class _Asking:
    def __init__(self, instance: Instance, headers: Mapping[str, str], told: Options) -> None:
        self.instance = instance
        self.headers = headers
        self.told = told

    def run(self, key: str, per_s: float | None) -> Outcome:
        seconds, dice = self.told.seconds, random.Random(f"{self.told.seed}/{key}")
        count = int((per_s or _MOST_PER_S) * seconds)
        bodies = (self._body(key, dice) for _ in range(count))
        requests = [request("POST", "/v1/lookups", self.headers, orjson.dumps(body)) for body in bodies]
        with progress(f"{self.instance.database}: {key} at {per_s or 'most'}/s", count) as bar:
            asked = run(Load(self.instance.address, requests, CONNECTIONS, seconds, per_s), bar)
        if asked.first_refusal:
            say(f"{key}: {asked.refusals()}")
        return asked

    def _body(self, key: str, dice: random.Random) -> Body:
        known = self.told.orders
        if key != "mix":
            return _question(key, dice, (0, known), self.told.seed)
        among = (0, known) if dice.random() < 0.5 else (known, 2 * known)
        return _question(dice.choice(list(KEYS)), dice, among, self.told.seed)

    def varied(self, asked: Outcome) -> dict[str, Any]:
        return {"clients": CONNECTIONS, "per_s": QUESTIONS_PER_S, "refused": asked.refused, "asked": asked.sent}


def _question(key: str, dice: random.Random, among: tuple[int, int], seed: int) -> Body:
    """Return a question by this key, about an order of these numbers that has the key."""
    while True:
        asked = KEYS[key](data.order(dice.randrange(*among), seed), dice)
        if asked:
            return {"purpose": "acute_call", "incidentNumber": f"B-{dice.randrange(10**6)}", **asked}


def _name(order: Body, dice: random.Random) -> Body:
    subject = order["subject"]
    surname = subject["surname"]
    if dice.random() < 0.2 and len(surname) > 5:
        gone = dice.randrange(1, len(surname))
        surname = surname[:gone] + surname[gone + 1 :]
    words = (subject["givenNames"].split()[0], subject["prefix"], surname)
    return {"name": " ".join(word for word in words if word)}


def _name_dob(order: Body, dice: random.Random) -> Body:
    return _name(order, dice) | {"birthDate": order["subject"]["birthDate"]}


def _bsn(order: Body, dice: random.Random) -> Body:
    return {"bsn": dice.choice([order["subject"], *order["protected"]])["bsn"]}


def _phone(order: Body, dice: random.Random) -> Body:
    return {"phone": dice.choice([order["subject"], *order["protected"]])["phones"][0]}


def _plate(order: Body, dice: random.Random) -> Body | None:
    plates = order["subject"].get("plates")
    return {"plate": plates[0]} if plates else None


def _address(order: Body, dice: random.Random) -> Body:
    address = order["protected"][0]["addresses"][0]
    return {"postcode": address["postcode"], "houseNumber": address["houseNumber"]}


def _coordinate(order: Body, dice: random.Random) -> Body | None:
    zones = [each["zone"] for each in order["conditions"] if "zone" in each]
    if not zones:
        return None
    lon, lat = zones[0]["shape"]["coordinates"][0][dice.randrange(data.VERTICES)]
    return {"location": {"lat": lat, "lon": lon, "accuracyM": _ACCURACY_M}}


KEYS: dict[str, Callable[[Body, random.Random], Body | None]] = {
    "bsn": _bsn,
    "name": _name,
    "name_dob": _name_dob,
    "phone": _phone,
    "plate": _plate,
    "address": _address,
    "coordinate": _coordinate,
}


def _measure_limit(instance: Instance, reporter: Reporter, told: Options) -> None:
    with limit.inside(instance) as driver:
        keys = driver.execute("SELECT key FROM search_key LIMIT 100000")
        random.Random(told.seed).shuffle(keys)
        found = limit.ask(driver, _INDEXED, keys, min(told.seconds, 10))
    reporter.figure("driver_lookups_per_s", found.per_s, "1/s", clients=1, limit="indexed SELECT by the bare driver")
    reporter.figure("sync_ms", limit.sync_ms(instance.state_dir), "ms", limit="a page written and synced")


if __name__ == "__main__":
    main()
