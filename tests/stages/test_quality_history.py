"""Batches held against their history: what stands out is told or stopped; bots are kept and count for nobody."""

import json
from collections import Counter
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import NamedTuple

import pytest

from cdp_lake import cli
from cdp_lake.contracts.ops import CHECKS, MEASURES, RUNS
from cdp_lake.contracts.silver import EVENTS, SOURCE_RECORDS
from cdp_lake.errors import QualityGateFailed
from tests.stages.lakes import RAW_TO_SILVER, Place, opened, run

CUSTOMERS = """
name: customers
kind: person
format: csv
files: "customers/*"
counts: {files: "customers/*.count", severity: error}
expects: {every: 1d, records: [10, null]}
key: [customer_no]
version: {column: changed_at, keep: latest}
columns:
  - {name: customer_no, required: true}
  - {name: name, field: full_name, pii: name}
  - {name: email, field: email, pii: email}
  - {name: tier, one_of: [gold, silver]}
  - {name: changed_at, field: valid_from, type: timestamp, required: true}
identifiers:
  - {namespace: email, column: email}
"""
CLICKS = "name: clicks\nextends: segment\nfiles: clicks/*.ndjson\nexpects: {at_most_behind: 36h}\n"
QUALITY = """
history:
  from_runs: 3
  from_rows: 10
  sources:
    - name: customers
      limits:
        - {name: null_share.email, spreads: 6, margin: 0.05, severity: error}
traffic:
  bot: {events_per_minute: 20}
  internal: {networks: [10.0.0.0/8], email_domains: [example.org]}
"""
PEOPLE, DAY = 30, 86400
YEARS_LATER = "2124-01-01T00:00:00Z"
START = datetime(2024, 3, 1, 9, tzinfo=timezone.utc)
BROWSER, ROBOT = "Mozilla/5.0 (X11; Linux x86_64) Firefox/131.0", "Mozilla/5.0 (compatible; Googlebot/2.1)"


class Shop(NamedTuple):
    """A project with its lake and its files."""

    place: Place
    conf: Path

    def settings(self, *sets):
        return self.place.settings(*sets, conf=self.conf)

    def customers(self, batch, *, email=True, counted=PEOPLE):
        """A file of thirty customers, and the control file that counts them."""
        rows = [self._customer(batch, n, email) for n in range(PEOPLE)]
        written(self.place.landing / "customers" / f"c{batch}.csv", "customer_no,name,email,tier,changed_at\n", *rows)
        self.counted(batch, counted)

    def counted(self, batch, records):
        """The control file of one of them."""
        written(self.place.landing / "customers" / f"c{batch}.count", "file,records\n", f"c{batch}.csv,{records}\n")

    def clicks(self, batch, events):
        """A file of events: (device, second, user agent, ip)."""
        lines = [json.dumps(event(f"m{batch}-{n}", batch, one)) + "\n" for n, one in enumerate(events)]
        written(self.place.landing / "clicks" / f"e{batch}.ndjson", *lines)

    def _customer(self, batch, number, email):
        mail = f"p{batch}.{number}@example.com" if email and number else ""
        tier = "gold" if number % 3 else "silver"
        return f"{batch}-{number},Ann Example,{mail},{tier},2024-03-0{batch}T10:00:00Z\n"


def event(message, day, visit):
    """One page view. visit: device, second of the day, user agent, ip."""
    device, second, agent, ip = visit
    at = (START + timedelta(days=day, seconds=second)).isoformat()
    context = {"userAgent": agent, "ip": ip, "page": {"path": "/"}}
    who = {"type": "page", "messageId": message, "anonymousId": device}
    return who | {"context": context, "originalTimestamp": at, "sentAt": at, "receivedAt": at}


def written(path, *lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(lines), encoding="utf-8")


@pytest.fixture(scope="module")
def shop(spark, tmp_path_factory):
    """Three days without anything unusual, but for some visitors: a robot, a colleague, and one who is too fast."""
    folder = tmp_path_factory.mktemp("shop")
    written(folder / "conf" / "sources" / "customers.yml", CUSTOMERS)
    written(folder / "conf" / "sources" / "clicks.yml", CLICKS)
    written(folder / "conf" / "quality.yml", QUALITY)
    mine = Shop(Place(folder / "lake", folder / "landing"), folder / "conf")
    for batch in (1, 2, 3):
        mine.customers(batch)
        visitors = [("ann", 60 * n, BROWSER, "203.0.113.9") for n in range(12)]
        machines = [("crawler", n, ROBOT, "198.51.100.7") for n in range(3)]
        # The second and the third file bring half of one minute each.
        hurried = [("hurry", (2 - batch) * DAY + n, BROWSER, "203.0.113.5") for n in range(15 * (batch > 1))]
        mine.clicks(batch, [*visitors, *machines, ("boss", 1, BROWSER, "10.1.2.3"), *hurried])
        run(spark, mine.settings(), *RAW_TO_SILVER)
    return mine


def test_bots_and_colleagues_are_kept_and_hang_on_nobody(spark, shop):
    lake = opened(spark, shop.settings())
    whole = lake.read(EVENTS, "evaluation", whole=True).select("traffic", "traffic_rule", "record_sk").collect()
    told = Counter((row["traffic"], row["traffic_rule"], row["record_sk"] is None) for row in whole)
    assert told == {
        ("human", None, False): 3 * 12,
        ("bot", "user_agent", True): 3 * 3,
        ("internal", "network", True): 3,
        # Too fast only by both files together; by then the device was known.
        ("bot", "events_per_minute", False): 2 * 15,
    }
    assert lake.read(EVENTS, "evaluation").count() == 3 * 12
    visitors = lake.read(SOURCE_RECORDS, "evaluation").where("source = 'clicks'").select("source_pk").collect()
    assert {row["source_pk"] for row in visitors} == {"anonymous_id:ann", "anonymous_id:hurry"}


def test_what_stands_out_is_stopped_with_its_numbers(spark, shop):
    before = opened(spark, shop.settings())
    shop.customers(4, email=False, counted=PEOPLE + 1)
    with pytest.raises(QualityGateFailed) as stopped:
        run(spark, shop.settings(), *RAW_TO_SILVER)
    said = str(stopped.value)
    assert "customers: expect null_share(email) between 0.0% and 8.3%: it is 100.0%" in said
    assert "the median of the last 3 batches is 3.3%" in said
    assert "customers/c4.csv: 31 records, as customers/c4.count says: 30 have landed" in said
    assert "cdp-lake unland" in said
    assert "quality.history.gates=false" in said

    after = opened(spark, shop.settings())
    assert after.versions[SOURCE_RECORDS.name] == before.versions[SOURCE_RECORDS.name]
    failed = after.head(RUNS).where("status = 'failed'").first()["run_id"]
    assert after.head(MEASURES).where(f"run_id = '{failed}' and measure = 'null_share' and value = 1").count() == 1
    assert after.head(CHECKS).where(f"run_id = '{failed}' and severity = 'error' and not passed").count() == 2
    page = (shop.place.lake / "quality" / "quality.html").read_text(encoding="utf-8")
    assert "error: expect null_share(email)" in page
    assert "example.com" not in page


def test_a_change_that_is_meant_is_accepted_once_and_shown(spark, shop, capsys):
    before = opened(spark, shop.settings()).versions[SOURCE_RECORDS.name]
    shop.counted(4, PEOPLE)
    options = [*shop.place.options("quality.history.gates=false"), "--conf", str(shop.conf)]
    assert cli.main(["run", *RAW_TO_SILVER, *options]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "customers: expect null_share(email) between 0.0% and 8.3%: it is 100.0%" in said
    assert "late:" not in said
    done = opened(spark, shop.settings())
    assert done.versions[SOURCE_RECORDS.name] > before
    shares = done.head(RUNS).where("status = 'done' and stage = 'refine_silver'").select("facts").collect()
    assert all(0 < float(row["facts"]["gate_share"]) < 1 for row in shares)

    again = run(spark, shop.settings("quality.history.gates=false"), *RAW_TO_SILVER)
    assert sum(outcome.commits for outcome in again.values()) == 0


def test_a_source_that_is_late_is_told_of_by_status(shop, capsys):
    options = [*shop.place.options(f"lake.as_of={YEARS_LATER}"), "--conf", str(shop.conf)]
    assert cli.main(["status", *options]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "late: customers: the newest file is" in said
    assert "late: clicks: the newest record is" in said
