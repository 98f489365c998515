"""How quickly orders are taken in: from the first byte sent until the last order is in the register.

Meanwhile others write a little, ask, report positions and deliver single orders, and what they wait is measured too.
"""

from sqlalchemy import Table

from bench import data, delivery, limit
from bench.beside import everybody, report
from bench.instance import Instance
from bench.report import Options, Reporter, each_database, options, say
from registry import models
from registry.db import Base

assert models

_ROWS_PER_COMMIT = 1_000
_ANSWERED_AT_ONCE = 1_000
_LONGEST_TABLE_S = 20


def main() -> None:
    """Measure each database in turn."""
    each_database(options(__doc__, orders=100_000), measure)


def measure(instance: Instance, told: Options) -> None:
    """Send one delivery to one instance."""
    reporter = Reporter(instance, {"orders": told.orders})
    instance.start()
    delivery.add_organisations(instance)
    say(f"{instance.database}: taking in {told.orders} orders")
    before_s = instance.cpu_s()
    lines = (data.render(each) for each in data.orders(told.orders, told.seed, detailed=True))
    with (
        delivery.written(instance, lines) as parts,
        everybody(instance, delivery.SENDER, delivery.sender(instance)) as waits,
    ):
        taken = delivery.send(instance, parts, told.orders)
    size = {"mib_sent": round(taken.bytes_sent / 2**20, 1), "outcomes": taken.counts}
    reporter.figure("orders_per_s", taken.orders / taken.judged_s, "1/s", clients=1, **size)
    cpu_ms = 1000 * instance.cpu_since_s(before_s) / taken.orders
    reporter.figure("cpu_ms_per_order", cpu_ms, "ms", processes="web and worker")
    reporter.figure("intake_s", taken.judged_s, "s", clients=1)
    if taken.orders > _ANSWERED_AT_ONCE:
        reporter.figure("raw_rows_per_s", taken.orders / taken.stored_s, "1/s", clients=1)
    report(reporter, waits)
    reporter.memory()
    instance.stop()
    _measure_limit(instance, reporter, told)


def _measure_limit(instance: Instance, reporter: Reporter, told: Options) -> None:
    """Insert what the delivery left in the database in a fresh one, table after table and piece by piece."""
    rows, taken_s = 0, 0.0
    with limit.inside(instance) as driver, limit.beside(instance) as empty:
        for table in Base.metadata.sorted_tables:
            if empty.execute(f"SELECT 1 FROM {table.name} LIMIT 1"):
                continue
            found, done, spent_s = driver.execute(f"SELECT count(*) FROM {table.name}")[0][0], 0, 0.0
            ordered = f"SELECT * FROM {table.name}{_in_order_of_arrival(table)}"
            for piece in driver.pieces(ordered, _ROWS_PER_COMMIT) if found else ():
                more, piece_s = empty.insert(table.name, piece, _ROWS_PER_COMMIT, _LONGEST_TABLE_S)
                done, spent_s = done + more, spent_s + piece_s
                if spent_s > _LONGEST_TABLE_S:
                    break
            if done:
                rows, taken_s = rows + done, taken_s + spent_s * found / done
    said = {"limit": "executemany by the bare driver of every row the orders became", "rows": rows}
    reporter.figure("driver_orders_per_s", told.orders / taken_s, "1/s", rows_per_commit=_ROWS_PER_COMMIT, **said)
    reporter.figure("sync_ms", limit.sync_ms(instance.state_dir), "ms", limit="a page written and synced")


def _in_order_of_arrival(table: Table) -> str:
    """A table that is its own index gives its rows in the order of its key: order them by the newer part of it."""
    own_index = table.dialect_kwargs.get("sqlite_with_rowid") is False
    return f" ORDER BY {list(table.primary_key)[-1].name}" if own_index else ""


if __name__ == "__main__":
    main()
