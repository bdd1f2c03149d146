"""From SDKs to silver: whatever came twice over a bad network is one event, and nothing is missing."""

from collections import Counter

import pytest

from cdp_lake.contracts.ops import FATES
from cdp_lake.contracts.silver import EVENTS
from cdp_lake.stages.configuration import configured
from tests.collector.conftest import PATIENT, STEPS
from tests.stages.lakes import RAW_TO_SILVER, opened, run

pytestmark = [pytest.mark.stages, pytest.mark.sdk]


def test_each_event_is_in_silver_once(spark, sent, lake_dir):
    sets = (f"lake.path={lake_dir}", f"lake.landing={sent.landing}")
    settings = configured(sent.conf, None, sets).settings
    run(spark, settings, *RAW_TO_SILVER)
    lake = opened(spark, settings)
    fates = Counter(row["fate"] for row in lake.read(FATES, "evaluation").select("fate").collect())
    assert fates["duplicate"] >= len(PATIENT)
    assert fates["quarantined"] == 0
    events = lake.read(EVENTS, "evaluation").where("event_name LIKE 'Step%'")
    steps = Counter((row["source"], row["event_name"].replace("_", " ")) for row in events.collect())
    clients = Counter(client.split()[1] for client in PATIENT)
    assert steps == {(name, f"Step {n}"): clients[name] for name in clients for n in range(STEPS)}
