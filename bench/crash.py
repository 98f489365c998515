"""Kill the service with -9 during ingest, fifty times, and count what it had promised and lost.

Several connections send pings and orders, and remember what was answered 2xx. After each kill and restart every such
batch of pings is sent again and must be all duplicates, every delivery must report all its rows, and at the end every
order and every entry of the audit chain must be there. What was not answered is sent again as any gateway would. Then
an instance that nobody disturbs is sent the same: the two must hold the same pings, episodes, breaches and alerts, and
each final episode must have called on somebody once. One run under strace looks beneath the promise.

--kills says how often; every figure says it too.
"""

import random
import time
from dataclasses import dataclass

from rich.table import Table

from bench import delivery, equal, fleet, pings, trace
from bench.client import Answer, Client
from bench.instance import Instance, fresh, servers
from bench.limit import inside
from bench.load import Load, LoadError, request, run
from bench.report import Options, Reporter, console, options, say
from bench.sending import Feed, Sender, start_senders
from registry.access.rules import OrganisationKind, Scope

_KILLS = 50
_RUNS_S = (0.3, 1.5)
_CONNECTIONS, _LONGEST_S = 3, 3600
_PATIENCE_S = 120
# On a busy machine nothing is answered so soon: a kill proves something once something was promised before it.
_ORDERS_EVERY, _LOOK_S = 4, 0.02
_STARTING = 503
_TRACED_BATCHES, _TRACED_DELIVERIES = 40, 20
_SETTLED = ("accepted", "acceptedWithWarnings")


@dataclass(slots=True)
class Round:
    """What was promised before a kill, and what of it was missing afterwards."""

    number: int
    ran_s: float
    pings: int = 0
    rows: int = 0
    restart_s: float = 0.0
    lost_pings: int = 0
    lost_rows: int = 0


def main() -> None:
    """Crash each database in turn; exit with 1 when anything promised was lost."""
    told = options(__doc__, orders=1, devices=200, kills=_KILLS)
    lost = 0
    with servers():
        for database in told.databases:
            with fresh(database) as instance:
                lost += crash(instance, told)
            with fresh(database) as instance:
                lost += trace_syncs(instance, told)
    raise SystemExit(1 if lost else 0)


def crash(instance: Instance, told: Options) -> int:
    """Kill one instance again and again; return how much it lost."""
    dice = random.Random(told.seed)
    instance.start()
    feed = make_feed(instance, told)
    rounds, deliveries, sent = [], list[str](), list[bytes]()
    for number in range(1, told.kills + 1):
        done, senders = _killed(instance, feed, dice, number)
        deliveries += _check(instance, feed, senders, done)
        sent += [batch for sender in senders for batch in (*sender.batches, *sender.unanswered)]
        for refusal in {each.refusals[-1] for each in senders if each.refusals}:
            say(f"refused: {refusal}")
        rounds.append(done)
        promised = f"{done.pings} pings and {done.rows} rows were promised"
        say(f"{instance.database}: kill {number} of {told.kills}: {promised}")
    lost_orders = _missing_orders(instance, deliveries)
    audit = instance.command("audit", "verify").splitlines()
    _show(instance, rounds)
    reporter = Reporter(instance, {"devices": told.devices, "kills": told.kills})
    for name in ("pings", "rows", "lost_pings", "lost_rows"):
        reporter.figure(f"crash_{name}", sum(getattr(each, name) for each in rounds), "count")
    reporter.figure("crash_lost_orders", lost_orders, "count")
    reporter.figure("crash_restart_s", max(each.restart_s for each in rounds), "s", audit=audit[0])
    if not all(sum(getattr(each, name) for each in rounds) for name in ("pings", "rows")):
        say("Nothing was promised, so nothing was proved: see the refusals above.")
        return 1
    differing = _differing(instance, sent, told, reporter)
    return sum(each.lost_pings + each.lost_rows for each in rounds) + lost_orders + differing


def _killed(instance: Instance, feed: Feed, dice: random.Random, number: int) -> tuple[Round, list[Sender]]:
    """Send for a while, kill, and start anew; return what happened, and who sent."""
    begun_s = time.monotonic()
    senders = start_senders(instance.address, feed)
    time.sleep(dice.uniform(*_RUNS_S))
    _await_promise(senders, of_orders=number % _ORDERS_EVERY == 0)
    instance.kill()
    done = Round(number, round(time.monotonic() - begun_s, 2))
    for sender in senders:
        sender.join()
    begun_s = time.monotonic()
    instance.start()
    done.restart_s = time.monotonic() - begun_s
    return done, senders


def _await_promise(senders: list[Sender], *, of_orders: bool) -> None:
    """Wait until pings were answered 2xx since the last kill, or orders."""
    until_s = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until_s and not any(each.deliveries if of_orders else each.batches for each in senders):
        time.sleep(_LOOK_S)


def _differing(instance: Instance, sent: list[bytes], told: Options, reporter: Reporter) -> int:
    """Send the same to an instance that nobody disturbs; return in how many rows the two differ."""
    here = equal.held(instance)
    instance.stop()
    with fresh(instance.database) as undisturbed:
        undisturbed.start()
        feed = make_feed(undisturbed, told)
        requests = [request("POST", "/v1/pings", feed.pings_headers, batch) for batch in sent]
        say(f"{instance.database}: sending {len(requests)} batches to an instance that nobody disturbs")
        asked = run(Load(undisturbed.address, requests, _CONNECTIONS, _LONGEST_S))
        if asked.refused:
            raise LoadError(asked.refusals())
        there = equal.held(undisturbed)
    for whose, one in (("killed", here), ("undisturbed", there)):
        reporter.figure("crash_episodes_without_one_alert", one.unheard, "count", instance=whose)
        reporter.figure("crash_alerts_without_episode", one.unfounded, "count", instance=whose)
        reporter.figure("crash_breaches_without_account", one.forsaken, "count", instance=whose)
    found = equal.differences(here, there)
    for each in found:
        told_rows = {"both": each.both, "only_killed": each.only_here, "only_undisturbed": each.only_there}
        reporter.figure(f"crash_{each.kind}_differing", each.rows, "count", **told_rows)
        for example in each.examples:
            say(f"{each.kind} of the {example}")
    return sum(one.unheard + one.unfounded for one in (here, there)) + sum(each.rows for each in found)


def make_feed(instance: Instance, told: Options) -> Feed:
    """Set up wearers, and return what will be sent to the instance."""
    wearers = fleet.wearers(told.devices, told.seed)
    pings_headers = pings.set_up(instance, wearers, told.seed)
    scopes = (Scope.DELIVERIES_WRITE, Scope.DELIVERIES_READ)
    orders_headers = instance.add_client(delivery.SENDER, OrganisationKind.CJIB, *scopes)
    return Feed(wearers, told.seed, pings_headers, orders_headers | {"Content-Type": "application/x-ndjson"})


def _check(instance: Instance, feed: Feed, senders: list[Sender], done: Round) -> list[str]:
    """Count what the senders were promised, and ask for each of it; return the numbers of the orders promised."""
    numbers: list[str] = []
    with Client(instance.address, feed.pings_headers) as client:
        for batch in (each for sender in senders for each in sender.unanswered):
            _patiently(client, "POST", "/v1/pings", batch)
        for batch in (each for sender in senders for each in sender.batches):
            sent, known = _sent_again(client, batch)
            done.pings += sent
            done.lost_pings += sent - known
    with Client(instance.address, feed.orders_headers) as client:
        for delivered in (each for sender in senders for each in sender.deliveries):
            settled = _settled(client, delivered.path, len(delivered.numbers))
            done.rows += len(delivered.numbers)
            done.lost_rows += len(delivered.numbers) - settled
            numbers += delivered.numbers
    return numbers


def _sent_again(client: Client, batch: bytes) -> tuple[int, int]:
    """Send a batch that was answered once; return how many pings it holds, and how many of them were known."""
    counts = _patiently(client, "POST", "/v1/pings", batch).document
    return len(counts["results"]), counts["duplicates"]


def _settled(client: Client, path: str, rows: int) -> int:
    """Wait until a delivery has been worked off, and return how many of its rows are in the register."""
    until_s = time.monotonic() + _PATIENCE_S
    while True:
        counts = _patiently(client, "GET", path).document["counts"]
        settled = sum(counts.get(name, 0) for name in _SETTLED)
        if settled == rows or time.monotonic() > until_s:
            return settled
        time.sleep(0.2)


def _patiently(client: Client, method: str, path: str, body: bytes = b"") -> Answer:
    """Ask until the answer is not that the service is still starting."""
    until_s = time.monotonic() + _PATIENCE_S
    while True:
        answer = client.ask(method, path, body)
        if answer.status != _STARTING or time.monotonic() > until_s:
            return answer.checked()
        time.sleep(0.2)


def _missing_orders(instance: Instance, numbers: list[str]) -> int:
    with inside(instance) as driver:
        held = {number for (number,) in driver.execute("SELECT number FROM protection_order")}
    return len(set(numbers) - held)


def _show(instance: Instance, rounds: list[Round]) -> None:
    table = Table(title=f"{instance.database}: what was answered 2xx before each kill, and what of it was lost")
    for heading in ("kill", "after s", "pings", "lost", "order rows", "lost", "restart s"):
        table.add_column(heading, justify="right")
    for each in rounds:
        cells = (each.number, each.ran_s, each.pings, each.lost_pings, each.rows, each.lost_rows)
        table.add_row(*map(str, cells), f"{each.restart_s:.1f}")
    console.print(table)


def trace_syncs(instance: Instance, told: Options) -> int:
    """Let the kernel tell whether each 2xx came after its sync; return how many did not."""
    if not trace.is_available():
        say("SKIPPED the look beneath the promise: strace is not installed (apt-get install strace).")
        return 0
    instance.start()
    feed = make_feed(instance, told)
    instance.stop()
    output = instance.state_dir / "trace.txt"
    instance.start(trace.tracer(instance, output))
    with Client(instance.address, feed.pings_headers) as client:
        for _ in range(_TRACED_BATCHES):
            _patiently(client, "POST", "/v1/pings", feed.next_batch())
    with Client(instance.address, feed.orders_headers) as client:
        for _ in range(_TRACED_DELIVERIES):
            _patiently(client, "POST", "/v1/deliveries", feed.next_delivery().body)
    instance.stop()
    lines = output.read_text(errors="replace").splitlines()
    seen = trace.read(lines, trace.synced_files(instance), by_server=instance.database == "postgresql")
    reporter = Reporter(instance, {"devices": told.devices})
    reporter.figure("traced_answers", seen.answers, "count", writes=seen.writes, syncs=seen.syncs)
    reporter.figure("traced_answers_before_sync", seen.unsynced_answers, "count")
    for line in seen.first_unsynced:
        say(line)
    proven = min(seen.answers, seen.syncs) >= _TRACED_BATCHES + _TRACED_DELIVERIES
    return seen.unsynced_answers + (not proven)


if __name__ == "__main__":
    main()
