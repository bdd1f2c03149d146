"""The file a destination picks up: complete and described, or not there at all."""

import csv
import hashlib
import json
import stat
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest
from pyspark.sql import Row

from cdp_lake.adapters.destinations import Delivery, deliver_csv, safe_cell
from cdp_lake.config.destinations import Destination
from cdp_lake.errors import ConfigError

AUDIENCE = Destination.model_validate(
    {
        "name": "ads_list",
        "purpose": "marketing",
        "recipient": "meta",
        "segments": ["vip"],
        "columns": [
            {"name": "EMAIL", "from": "email", "identifier": True},
            {"name": "EXTERN_ID", "from": "profile_id"},
        ],
    }
)
DELIVERY = Delivery("run-7", datetime(2018, 1, 2, tzinfo=timezone.utc), {"gold.profiles": 3}, {"churn": "2"})


def row(operation: str, email: str | None, extern_id: str) -> Row:
    return Row(operation=operation, sent=Row(EMAIL=email, EXTERN_ID=extern_id))


def test_a_delivery_is_a_file_with_a_manifest_that_proves_it(tmp_path: Path) -> None:
    rows = [row("remove", None, "p1"), row("add", 'a,"b"@x.org', "p2"), row("add", "=1+1", "p3")]
    receipt = deliver_csv(iter(rows), AUDIENCE, tmp_path, DELIVERY)
    assert receipt is not None
    file, manifest = tmp_path / receipt.file, tmp_path / receipt.manifest
    with file.open(encoding="utf-8", newline="") as handle:
        assert list(csv.reader(handle)) == [
            ["operation", "EMAIL", "EXTERN_ID"],
            ["remove", "", "p1"],
            ["add", 'a,"b"@x.org', "p2"],
            ["add", "'=1+1", "p3"],
        ]
    said = json.loads(manifest.read_text(encoding="utf-8"))
    assert said["sha256"] == receipt.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert (said["rows"], said["rows_by_operation"], receipt.rows) == (3, {"add": 2, "remove": 1}, 3)
    assert (said["purpose"], said["recipient"], said["created_at"]) == (
        "marketing",
        "meta",
        "2018-01-02T00:00:00+00:00",
    )
    assert (said["table_versions"], said["model_versions"]) == ({"gold.profiles": 3}, {"churn": "2"})
    assert [stat.S_IMODE(p.stat().st_mode) for p in (file, manifest)] == [0o600, 0o600]
    assert sorted(p.name for p in file.parent.iterdir()) == ["audience.csv", "manifest.json"]


def test_nothing_changed_means_no_file(tmp_path: Path) -> None:
    assert deliver_csv(iter([]), AUDIENCE, tmp_path, DELIVERY) is None
    assert list(tmp_path.iterdir()) == []


def test_a_delivery_that_breaks_half_way_leaves_nothing_to_pick_up(tmp_path: Path) -> None:
    def breaking() -> Iterator[Row]:
        yield row("add", "a@x.org", "p1")
        raise RuntimeError("the cluster went away")

    with pytest.raises(RuntimeError, match="went away"):
        deliver_csv(breaking(), AUDIENCE, tmp_path, DELIVERY)
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_the_same_delivery_again_gives_the_same_bytes(tmp_path: Path) -> None:
    receipts = {deliver_csv([row("add", "a@x.org", "p1")], AUDIENCE, tmp_path, DELIVERY) for _ in range(2)}
    assert len(receipts) == 1


@pytest.mark.parametrize("name", ["../up", "", "a/b", ".hidden"])
def test_a_delivery_cannot_leave_its_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="cannot name a folder"):
        deliver_csv([row("add", "a@x.org", "p1")], AUDIENCE, tmp_path, Delivery(name, DELIVERY.as_of))


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        ("a@x.org", "a@x.org"),
        ("+8613812345678", "+8613812345678"),
        ("-12.5", "-12.5"),
        ("+1+cmd|' /C calc'!A0", "'+1+cmd|' /C calc'!A0"),
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("  =1", "'  =1"),
        ("@SUM(1)", "'@SUM(1)"),
        ("\tx", "'\tx"),
        ("\uff1d1", "'\uff1d1"),
    ],
)
def test_a_cell_is_never_run_as_a_formula(value: str | None, cell: str) -> None:
    assert safe_cell(value) == cell
