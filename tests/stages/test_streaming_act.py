"""The demo's streaming act, as it is played: a browser becomes somebody's, who is lapsed no more; and that once."""

import shutil
from dataclasses import replace

import pytest

from cdp_lake.adapters import jars, kafka_broker
from cdp_lake.contracts.silver import ORDERS
from cdp_lake.stages.demo import demo_folder, run_evening
from cdp_lake.stages.evaluate_identity import agreement, lake_prediction
from cdp_lake.stages.runner import NOTHING
from cdp_lake.stages.session import Options
from cdp_lake.stages.show_profile import person
from cdp_lake.stages.streaming_act import SEGMENT, Act, play, set_the_stage
from cdp_lake.synthetic.visit import anonymous_id
from tests.stages.conftest import SEED
from tests.stages.lakes import Place, Quiet, copied, opened, run


@pytest.fixture
def act(spark, place, tmp_path):
    """A finished lake of its own, and its shop."""
    wanting = jars.problems(jars.read_lock(jars.shipped_lock("kafka-broker.lock")), kafka_broker.broker_jars())
    if wanting:
        pytest.skip(f"no Kafka broker: {wanting[0]}. Run: python -m cdp_lake.adapters.kafka_broker")
    shutil.copytree(place.landing.parent, tmp_path / "shop")
    mine = Place(copied(place, tmp_path).lake, tmp_path / "shop" / "landing")
    return Act(mine.settings(), Options(env="demo", sets=tuple(mine.options()[3::2])), SEED)


def test_somebody_comes_back_and_a_second_playing_finds_nothing_to_do(spark, act):
    def judged():
        truth = demo_folder(act.settings) / "truth"
        found = agreement(lake_prediction(opened(spark, act.settings)), truth / "records.csv", truth / "traps.csv")
        # The visitor's own records are more than the truth knows.
        return replace(found.evaluation, extra=0), found.traps

    as_planted, said = judged(), []
    played = play(act, Quiet(), said.append)
    after = person(opened(spark, act.settings), act.settings, played.profile_id)
    browser = anonymous_id(SEED)
    assert browser not in {one["value"] for one in played.before.identifiers}
    assert browser in {one["value"] for one in after.identifiers}
    assert SEGMENT in {one["segment"] for one in played.before.segments}
    assert SEGMENT not in {one["segment"] for one in after.segments}
    streamed = played.micro_batch
    assert streamed.records == streamed.waited.events + 2
    assert 0 <= streamed.waited.most <= streamed.segment_most
    assert any("all acknowledged" in line for line in said) and any("2 messages of order" in line for line in said)
    orders = opened(spark, act.settings).read(ORDERS, "evaluation").where("source = 'pickup'").collect()
    assert [order["status"] for order in orders] == ["processing"]
    assert judged() == as_planted
    assert kafka_broker.running(act.brokers_folder) is None

    run_evening(opened(spark, act.settings), act.settings, Quiet())
    assert {outcome.status for outcome in run(spark, act.settings).values()} == {NOTHING}
    again = play(act, Quiet(), said.append)
    assert (again.profile_id, again.before, again.micro_batch) == (played.profile_id, None, None)


def test_what_an_act_left_is_no_part_of_the_next_lake(tmp_path):
    landing = tmp_path / "shop" / "landing"
    settings = Place(tmp_path / "lake", landing).settings()
    act = Act(settings, Options(), SEED)
    for left in ("web/collector-1.ndjson", "web/collector-2.ndjson.part", "web/events.ndjson"):
        (landing / left).parent.mkdir(parents=True, exist_ok=True)
        (landing / left).touch()
    act.brokers_folder.mkdir()
    (tmp_path / "lake" / "ops").mkdir(parents=True)
    set_the_stage(act)
    assert len([*landing.glob("web/*")]) == 3 and act.brokers_folder.is_dir()
    (tmp_path / "lake" / "ops").rmdir()
    set_the_stage(act)
    assert [path.name for path in landing.glob("web/*")] == ["events.ndjson"]
    assert not act.brokers_folder.exists()
