"""The wheel alone runs the lake: on this machine and on a cluster, by path and by name, to the same rows."""

from collections import Counter
from pathlib import Path

from deltalake import DeltaTable

from tests.stages.cluster import standalone
from tests.stages.wheel import lake_command, python

COMPARED = ("silver.", "identity.", "gold.")
# The name of a run is its time: two runs differ in it and in nothing else.
OF_THE_RUN = "run_id"


def test_the_wheel_brings_its_own_settings(installed, wheel_environment, tmp_path):
    script = "import cdp_lake, cdp_lake.config.shipped as s; print(cdp_lake.__file__); print(s.conf_dir())"
    said = python(tmp_path, wheel_environment, "-c", script).stdout.split()
    assert len(said) == 2
    assert all(Path(path).is_relative_to(installed) for path in said)


def test_a_cluster_makes_the_same_lake(place, wheel_environment, tmp_path):
    there = place._replace(lake=tmp_path / "there")
    with standalone(tmp_path / "cluster", wheel_environment) as master:
        on_it = (f"spark.master={master}", "spark.driver_memory=1g", "lake.catalog=true")
        lake_command(tmp_path, wheel_environment, "run", *there.options(*on_it))
    one_machine, cluster = _tables(place.lake), _tables(there.lake)
    assert one_machine.keys() == cluster.keys()
    assert {"silver.source_records", "identity.assignments", "gold.scores", "gold.segment_changes"} <= cluster.keys()
    different = [table for table in cluster if one_machine[table] != cluster[table]]
    assert different == []
    assert all(cluster.values())


def _tables(lake: Path) -> dict[str, Counter[object]]:
    """Every published table of what is compared: its row hashes, or its rows where it keeps none."""
    publications = DeltaTable(lake / "ops" / "publications").to_pyarrow_table().to_pylist()
    last = max(publications, key=lambda row: row["publication_no"])
    versions = {name: version for name, version in dict(last["versions"]).items() if name.startswith(COMPARED)}
    return {name: _rows(lake / name.replace(".", "/"), version) for name, version in versions.items()}


def _rows(table: Path, version: int) -> Counter[object]:
    rows = DeltaTable(table, version=version).to_pyarrow_table()
    if "_row_hash" in rows.column_names:
        return Counter(rows["_row_hash"].to_pylist())
    kept = rows.select([name for name in rows.column_names if name != OF_THE_RUN])
    return Counter(repr(row) for row in kept.to_pylist())
