"""One trial: a run is killed at a point, the next one repairs the lake, and it is as if nothing had happened."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pyspark.sql import SparkSession

from cdp_lake.adapters import jars
from cdp_lake.config.settings import Settings
from cdp_lake.contracts.catalogue import TABLES
from cdp_lake.stages.configuration import configured
from tests.conftest import FOR_FEW_ROWS
from tests.stages.lakes import RAW_TO_PEOPLE, fates, opened, people, run, silver

ROOT = Path(__file__).parents[2]
PEOPLE = """
name: people
kind: person
format: csv
files: people/*.csv
key: [id]
version: {column: changed, keep: latest}
columns:
  - {name: id, required: true}
  - {name: name, field: full_name}
  - {name: email, field: email}
  - {name: changed, field: valid_from, type: timestamp, required: true}
identifiers: [{namespace: crm_id, column: id}, {namespace: email, column: email}]
"""
ORDERS = """
name: orders
kind: receipt
format: ndjson
files: orders/*.ndjson
key: [order_no]
version: {column: changed, keep: latest}
columns:
  - {name: order_no, field: order_id, required: true}
  - {name: at, field: ordered_at, type: timestamp, required: true}
  - {name: changed, type: timestamp, required: true}
  - {name: email, field: email}
  - name: lines
    field: lines
    type: list
    columns: [{name: line_no, required: true}, {name: product_id, required: true}, {name: amount, type: decimal}]
identifiers: [{namespace: email, column: email}]
"""


@dataclass(frozen=True)
class Office:
    """A project of two feeds, whose files a seed decides; some records come twice, some are broken."""

    folder: Path
    seed: int

    @cached_property
    def settings(self) -> Settings:
        """Its settings; made with its folders at first."""
        for name, text in (("people", PEOPLE), ("orders", ORDERS)):
            (self.folder / "landing" / name).mkdir(parents=True, exist_ok=True)
            source = self.folder / "conf" / "sources" / f"{name}.yml"
            source.parent.mkdir(parents=True, exist_ok=True)
            source.write_text(text)
        return configured(self.folder / "conf", None, self.sets).settings

    @property
    def sets(self) -> tuple[str, ...]:
        """Where its lake and its files are; a run believes a day of its own, so that all of them are alike."""
        place = (f"lake.path={self.folder / 'lake'}", f"lake.landing={self.folder / 'landing'}")
        return (*place, "lake.as_of=2024-06-01T00:00:00Z")

    def deliver(self, number: int) -> None:
        """The files of the n-th day."""
        chance = random.Random(self.seed * 1000 + number)
        rows = ["id,name,email,changed"]
        for who in chance.sample(range(40), 12):
            broken = chance.random() < 0.1
            changed = "yesterday" if broken else f"2024-0{number}-{1 + who % 28:02d}T00:00:00"
            rows.append(f"{who},Ann {chance.choice('ABC')}ee,ann{who // 2}@example.org,{changed}")
        orders = []
        for order in chance.sample(range(60), 15):
            lines = [{"line_no": n, "product_id": f"p{n}", "amount": 3} for n in range(chance.randint(1, 3))]
            told = {"order_no": f"o{order}", "at": "2024-01-01T10:00:00", "changed": f"2024-0{number}-02T00:00:00"}
            orders += [json.dumps(told | {"email": f"ann{order % 20}@example.org", "lines": lines})] * chance.choice(
                (1, 1, 2)
            )
        (self.folder / "landing" / "people" / f"{number}.csv").write_text("\n".join([*rows, ""]))
        (self.folder / "landing" / "orders" / f"{number}.ndjson").write_text("\n".join([*orders, ""]))

    def copy(self, folder: Path) -> Office:
        """The same project with the same lake, elsewhere."""
        shutil.copytree(self.folder, folder)
        return Office(folder, self.seed)


def begun(spark: SparkSession, folder: Path, seed: int) -> Office:
    """A project whose first day is in its lake, and whose second day waits."""
    office = Office(folder, seed)
    settings = office.settings
    office.deliver(1)
    run(spark, settings, *RAW_TO_PEOPLE)
    office.deliver(2)
    return office


def finished(spark: SparkSession, office: Office) -> dict[str, object]:
    """What the lake holds once everything has run, in a form that does not depend on how it came about."""
    run(spark, office.settings, *RAW_TO_PEOPLE)
    lake = opened(spark, office.settings)
    lost = [table.name for table in TABLES if table.layer != "ops" and lake.has_unpublished(table)]
    return {
        "silver": silver(lake),
        "fates": fates(lake),
        "people": people(lake),
        "unpublished": lost,
        "twice": _twice(lake),
    }


def _twice(lake) -> list[str]:
    """Tables that hold a key more than once."""
    held = [table for table in TABLES if table.name in lake.versions and table.layer in ("silver", "identity", "ops")]
    return [t.name for t in held if (keys := lake.head(t).select(*t.key)).count() != keys.distinct().count()]


def killed(office: Office, point: str) -> int:
    """Runs the stages in a process of its own, which dies at the point; its exit code, -9 for a death as planned."""
    done = run_apart(office, "tests.torture.victim", point)
    if done.returncode != -signal.SIGKILL:
        raise AssertionError(
            f"{point} was not reached (exit code {done.returncode}):\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        )
    return done.returncode


def run_apart(office: Office, *module: str) -> subprocess.CompletedProcess[str]:
    """Runs the stages in a process of its own, by a module that takes the arguments of cdp-lake."""
    command = [sys.executable, "-m", *module, "run", *RAW_TO_PEOPLE]
    command += ["--conf", str(office.folder / "conf"), *(word for one in office.sets for word in ("--set", one))]
    here = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    few_rows = ", ".join(f'{name}: "{value}"' for name, value in FOR_FEW_ROWS.items())
    own = ("spark.master=local[2]", "spark.driver_memory=1g", f"spark.conf={{{few_rows}}}")
    settings = [word for one in own for word in ("--set", one)]
    environment = {**os.environ, "PYTHONPATH": here, "CDP_LAKE_JARS": str(jars.jars_dir())}
    return subprocess.run([*command, *settings], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
