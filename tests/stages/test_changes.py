"""Changes of a database's tables: created, updated, deleted, out of order, replayed; any batches give one silver."""

import json
import random
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from cdp_lake.config.settings import Settings
from cdp_lake.contracts.silver import ORDER_LINES, ORDERS, SOURCE_RECORDS
from cdp_lake.stages.configuration import configured
from tests.stages.lakes import RAW_TO_SILVER, opened, run, silver

CUSTOMERS = """
name: customers
extends: debezium
files: customers/*.ndjson
key: [id]
columns:
  - {name: id, required: true}
  - {name: name, field: full_name, required: true}
  - {name: email, field: email}
identifiers:
  - {namespace: crm_id, column: id}
  - {namespace: email, column: email}
"""
ORDER_ROWS = """
name: orders
extends: debezium
kind: receipt
files: orders/*.ndjson
key: [order_no]
columns:
  - {name: order_no, field: order_id, required: true}
  - {name: placed, field: ordered_at, type: timestamp, required: true}
  - {name: total, field: amount, type: decimal, required: true}
  - {name: customer}
  - name: lines
    field: lines
    type: list
    columns:
      - {name: line_no, path: n, required: true}
      - {name: product_id, path: sku, required: true}
      - {name: quantity, type: decimal}
      - {name: amount, type: decimal}
identifiers:
  - {namespace: crm_id, column: customer}
"""
# An ERP keeps invoices and their lines in two tables; of the invoices none has come yet.
INVOICES = """
name: invoices
extends: debezium
kind: receipt
files: invoices/*.ndjson
key: [number]
columns:
  - {name: number, field: order_id, required: true}
  - {name: placed, field: ordered_at, type: timestamp, required: true}
"""
ITEMS = """
name: items
extends: debezium
kind: order_line
lines_of: invoices
files: items/*.ndjson
key: [invoice, n]
columns:
  - {name: invoice, field: order_id, required: true}
  - {name: n, field: line_no, required: true}
  - {name: sku, field: product_id}
  - {name: quantity, field: quantity, type: decimal}
  - {name: price, field: unit_price, type: decimal}
"""


class Log:
    """The log of a database: each change gets the next place in it; several may share one millisecond."""

    def __init__(self) -> None:
        self.messages: dict[str, list[str]] = {"customers": [], "orders": [], "items": []}
        self._at = 0

    def tell(self, table: str, op: str, row: dict[str, object], *, same_moment: bool = False) -> None:
        self._at += 1
        when = 1_709_283_600_000 + 1000 * (self._at - same_moment)
        about = {"before": row, "after": None} if op == "d" else {"before": None, "after": row}
        source = {"connector": "postgresql", "ts_ms": when, "lsn": 1000 + self._at, "table": table}
        self.messages[table].append(json.dumps(about | {"source": source, "op": op, "ts_ms": when + 5}))

    def order(self, op: str, no: str, *skus: str, **how: bool) -> None:
        lines = [{"n": n, "sku": sku, "quantity": 1, "amount": 5} for n, sku in enumerate(skus, start=1)]
        row = {
            "order_no": no,
            "placed": "2024-03-01T09:00:00Z",
            "total": 5 * len(skus),
            "customer": "1",
            "lines": lines,
        }
        self.tell("orders", op, {"order_no": no} if op == "d" else row, **how)


def history() -> Log:
    log = Log()
    log.tell("customers", "r", {"id": 1, "name": "Ann Lee", "email": "ann@old.example"})
    log.tell("customers", "c", {"id": 2, "name": "Bo Tan", "email": "bo@x.example"})
    log.tell("customers", "u", {"id": 1, "name": "Ann Lee", "email": "ann@new.example"})
    # Two statements of one transaction carry one time; only the place in the log tells which came last.
    log.tell("customers", "u", {"id": 2, "name": "Bo Zan", "email": "bo@x.example"})
    log.tell("customers", "u", {"id": 2, "name": "Bo Aan", "email": "bo@x.example"}, same_moment=True)
    log.tell("customers", "c", {"id": 3, "name": "Cy Roe", "email": "cy@x.example"})
    log.tell("customers", "d", {"id": 3})
    log.tell("customers", "d", {"id": 99})
    log.order("c", "o1", "a", "b", "c")
    log.order("u", "o1", "a", "b")
    log.order("c", "o2", "a")
    log.order("d", "o2")
    log.order("c", "o3", "z")
    log.order("d", "o3")
    log.order("c", "o3", "y", same_moment=True)
    for op, line, quantity in (("c", 1, 1), ("c", 2, 5), ("u", 1, 3), ("d", 2, 5), ("c", 3, 2)):
        log.tell("items", op, {"invoice": "i1", "n": line, "sku": f"s{line}", "quantity": quantity, "price": 2.5})
    return log


def office(folder: Path) -> Settings:
    """A project with the two tables and no lake yet."""
    (folder / "conf" / "sources").mkdir(parents=True)
    contracts = {"customers": CUSTOMERS, "orders": ORDER_ROWS, "invoices": INVOICES, "items": ITEMS}
    for name, text in contracts.items():
        (folder / "conf" / "sources" / f"{name}.yml").write_text(text)
        (folder / "landing" / name).mkdir(parents=True)
    sets = (f"lake.path={folder / 'lake'}", f"lake.landing={folder / 'landing'}")
    return configured(folder / "conf", None, sets).settings


def deliver(folder: Path, table: str, name: str, messages: list[str]) -> None:
    (folder / "landing" / table / f"{name}.ndjson").write_text("".join(f"{one}\n" for one in messages))


@pytest.fixture(scope="module")
def at_once(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, dict]:
    """All of it in one batch, in the order of the log."""
    folder = tmp_path_factory.mktemp("at_once")
    settings, log = office(folder / "office"), history()
    for table, messages in log.messages.items():
        deliver(folder / "office", table, "all", messages)
    run(spark, settings, *RAW_TO_SILVER)
    return settings, silver(opened(spark, settings))


def test_what_stands_is_what_the_database_holds(spark, at_once):
    lake = opened(spark, at_once[0])
    rows = lake.read(SOURCE_RECORDS, "evaluation", whole=True).where("source = 'customers'").collect()
    newest = {row["source_pk"]: row for row in sorted(rows, key=lambda row: row["version_no"])}
    assert (newest["1"]["email"], newest["2"]["raw_full_name"]) == ("ann@new.example", "Bo Aan")
    assert newest["3"]["deleted_at"] is not None
    # A deletion of a row that never came stands for nobody, and breaks nothing.
    assert lake.read(SOURCE_RECORDS, "evaluation").where("source_pk = '99'").count() == 0

    orders = {row["order_id"]: row["amount"] for row in lake.read(ORDERS, "evaluation").collect()}
    assert orders == {"o1": 10, "o3": 5}
    rows = lake.read(ORDER_LINES, "evaluation").collect()
    lines = {(row["order_id"], row["product_id"]) for row in rows if row["source"] == "orders"}
    assert lines == {("o1", "a"), ("o1", "b"), ("o3", "y")}
    # A line stands under the source of its order, also where that has not come.
    lines = {(row["order_id"], row["line_key"], row["amount"]) for row in rows if row["source"] == "invoices"}
    assert lines == {("i1", "1", 7.5), ("i1", "3", 5)}


def test_any_order_any_batches_and_a_replay_give_the_same_silver(spark, at_once, tmp_path):
    chance, folder = random.Random(11), tmp_path / "office"
    settings, log = office(folder), history()
    for batch in range(3):
        for table, messages in log.messages.items():
            chance.shuffle(messages)
            # Each message at least once, some of them again.
            deliver(folder, table, f"b{batch}", messages if batch == 2 else messages[: len(messages) // 2])
        run(spark, settings, *RAW_TO_SILVER)
    assert silver(opened(spark, settings)) == at_once[1]

    run(spark, settings, "refine_silver", rebuild=True)
    assert silver(opened(spark, settings)) == at_once[1]
