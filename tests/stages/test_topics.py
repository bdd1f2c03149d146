"""Topics of a real broker: each message lands once, with its offset or not at all, whatever dies in between."""

import os
import uuid
from collections import Counter

import pytest

from cdp_lake import cli
from cdp_lake.adapters import jars, kafka_broker
from cdp_lake.adapters.delta_tables import DeltaTables
from cdp_lake.adapters.expectations import Gate
from cdp_lake.adapters.scratch import Scratch
from cdp_lake.contracts.ops import FATES, POSITIONS, QUARANTINE
from cdp_lake.contracts.silver import SOURCE_RECORDS
from cdp_lake.stages import land_topics
from cdp_lake.stages.job import Job
from cdp_lake.stages.land_bronze import land
from cdp_lake.stages.show_sources import sources
from tests.stages.hard_life import Killed
from tests.stages.lakes import Quiet, files_below, opened, run

topics = pytest.importorskip("tests.stages.topics", reason="these tests need: pip install 'cdp-lake[test]'")
people = topics.people


@pytest.fixture(scope="session")
def brokers(tmp_path_factory):
    wanting = jars.problems(jars.read_lock(jars.shipped_lock("kafka-broker.lock")), kafka_broker.broker_jars())
    if wanting:
        message = f"no Kafka broker: {wanting[0]}. Run: python -m cdp_lake.adapters.kafka_broker"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    found = topics.Brokers(tmp_path_factory.mktemp("kafka"))
    yield found
    kafka_broker.stop(found.folder)


@pytest.fixture
def topic(brokers):
    """A topic that no other test has, of one partition."""
    name = f"t-{uuid.uuid4().hex[:8]}"
    brokers.start()
    brokers.make(name)
    return name


@pytest.fixture
def project(spark, tmp_path, brokers):
    return topics.Project(spark, tmp_path, brokers)


def test_two_topics_by_two_contracts_and_what_is_no_record_is_set_aside(spark, project, brokers, topic):
    other = f"{topic}-other"
    brokers.make(other, 2)
    poison = [b"no json", b"", b'{"id":1} {"id":2}', b'{"id":"x\x00"}', b'{"id":"\xff"}', b'{"id":' + b"[" * 3_000]
    brokers.send(topic, [*people("a"), *poison, b'{"id":"' + b"x" * 700_000 + b'"', *people("b")])
    brokers.send(topic, [None], key="a")
    brokers.send(other, people("c", "d"))
    project.reads("one", topic)
    project.reads("two", other)
    changes = f"{topic}-changes"
    brokers.make(changes)
    brokers.send(changes, [topics.change("c", 7), topics.change("c", 8)])
    brokers.send(changes, [None], key='{"id":7}')
    project.reads("three", changes, contract=topics.CHANGES)
    settings = project.settings()
    run(spark, settings, "land_bronze", "refine_silver")

    lake = opened(spark, settings)
    fates = Counter((row["source"], row["fate"]) for row in lake.read(FATES, "evaluation").collect())
    assert fates == {("one", "passed"): 2, ("one", "quarantined"): 8, ("two", "passed"): 2, ("three", "passed"): 3}
    records = lake.read(SOURCE_RECORDS, "evaluation").collect()
    # What a message without a value names is gone.
    assert {(row["source"], row["source_pk"]) for row in records} == {
        *(("one", "a"), ("one", "b"), ("two", "c"), ("two", "d"), ("three", "8"))
    }
    aside = {row["line"]: row for row in lake.read(QUARANTINE, "evaluation").collect()}
    assert {line: row["rules"][0] for line, row in aside.items()} == {
        **{1: "invalid_json", 2: "empty_message", 3: "several_objects", 4: "invalid_json"},
        **{5: "undecodable_bytes", 6: "invalid_json", 7: "invalid_json", 9: "required:id"},
    }
    assert aside[5]["payload"] == '{"id":"\\udcff"}'
    assert '"_key": "a"' in aside[9]["payload"]
    assert aside[9]["file"] == f"events: {topic}/0 offsets 0 to 9"

    before = files_below(project.folder / "lake")
    run(spark, settings, "land_bronze", "refine_silver")
    assert files_below(project.folder / "lake") == before


def test_to_learn_that_nothing_is_new_starts_no_job(spark, project, brokers, topic, tmp_path):
    brokers.send(topic, people("a"))
    project.reads("one", topic)
    project.land()
    settings = project.settings()
    lake = opened(spark, settings)
    job = Job(lake, settings, None, "r", Quiet(), Gate(), Scratch(tmp_path / "scratch"))
    land(job)
    spark.sparkContext.setJobGroup("idle", "a landing that finds nothing")
    try:
        land(job)
    finally:
        spark.sparkContext.setLocalProperty("spark.jobGroup.id", None)
    assert job.commits == []
    assert list(spark.sparkContext.statusTracker().getJobIdsForGroup("idle")) == []


def test_a_limit_drains_a_topic_batch_by_batch(spark, project, brokers, topic):
    keys = [f"p{n}" for n in range(7)]
    brokers.send(topic, people(*keys))
    project.reads("one", topic, ", most_records: 3")
    facts = [project.land().facts.get("one: waiting") for _ in range(4)]
    assert facts == ["4", "1", None, None]
    assert project.landed("one") == keys
    assert project.files("one") == [
        (f"events: {topic}/0 offsets {first} to {last}", "landed", last - first + 1)
        for first, last in ((0, 2), (3, 5), (6, 6))
    ]
    positions = opened(spark, project.settings()).read(POSITIONS, "evaluation").collect()
    assert [(row["part"], row["batch_id"]) for row in positions] == [(f"{topic}/0", 3)]


@pytest.mark.parametrize("last", ["bronze", POSITIONS.name])
def test_a_run_that_dies_before_it_publishes_loses_nothing_and_doubles_nothing(
    project, brokers, topic, monkeypatch, last
):
    brokers.send(topic, people("a", "b"))
    project.reads("one", topic, ", most_records: 3")
    _dies_after(monkeypatch, last, project)
    assert project.landed("one") == []
    # More has come, and the brokers are away: what was committed is taken up all the same.
    brokers.send(topic, people("c", "d", "e"))
    brokers.kill()
    outcome = project.land()
    assert list(outcome.not_read) == ["one"]
    assert project.landed("one") == ["a", "b"]
    brokers.start()
    project.land()
    assert project.landed("one") == ["a", "b", "c", "d", "e"]
    assert [records for _, _, records in project.files("one")] == [2, 3]


def test_a_broker_that_dies_while_it_is_read_costs_that_source_one_run(project, brokers, topic, monkeypatch):
    brokers.send(topic, people("a", "b"))
    project.reads("one", topic)
    project.drops_file("f")
    asked = land_topics.topics

    def dying(*words):
        found = asked(*words)
        brokers.kill()
        return found

    monkeypatch.setattr(land_topics, "topics", dying)
    outcome = project.land()
    monkeypatch.undo()
    assert "no answer within 2 s" in outcome.not_read["one"]
    assert (project.landed("one"), project.landed("filed")) == ([], ["f"])
    brokers.start()
    assert project.land().not_read == {}
    assert project.landed("one") == ["a", "b"]


def test_a_topic_that_is_not_there_is_told_and_the_others_go_on(project, brokers, topic, capsys):
    brokers.send(topic, people("a"))
    project.reads("one", topic)
    project.reads("none", topic[:-1])
    project.drops_file("f")
    assert cli.main(["run", "land_bronze", "--strict", *project.options()]) == 4
    said = capsys.readouterr().err
    assert f"none was not read: topic '{topic[:-1]}' is not there" in said
    assert f"Did you mean '{topic}'?" in said
    assert "none: not read (--strict)" in said
    assert (project.landed("one"), project.landed("filed")) == (["a"], ["f"])
    # Asking did not make it.
    assert cli.main(["run", "land_bronze", "--strict", *project.options()]) == 4


def test_a_paused_connection_is_not_asked_and_its_topic_is_read_on_once_it_is_not(project, brokers, topic):
    project.reads("one", topic)
    brokers.send(topic, people("a"))
    project.land()
    brokers.send(topic, people("b"))
    outcome = project.land("connections.kafka.events.paused=true", "connections.kafka.events.servers=127.0.0.1:1")
    assert (outcome.not_read, project.landed("one")) == ({}, ["a"])
    paused = project.settings("connections.kafka.events.paused=true")
    state = next(one for one in sources(opened(project.spark, paused), paused) if one.contract.name == "one")
    assert (state.waiting, state.unread) == (None, "connection events is paused (conf: connections)")
    project.land()
    assert project.landed("one") == ["a", "b"]


def test_messages_deleted_before_they_were_read_stop_the_source_until_somebody_goes_on(project, brokers, topic):
    brokers.send(topic, people("a", "b"))
    project.reads("one", topic)
    project.land()
    brokers.send(topic, people("c", "d", "e"))
    brokers.delete_before(topic, 4)
    told = project.land().not_read["one"]
    assert "partition 0: offsets 2 to 3 (2) were deleted before they were read" in told
    assert "--set sources.one.topic.when_lost=go_on" in told
    assert project.landed("one") == ["a", "b"]

    assert project.land("sources.one.topic.when_lost=go_on").not_read == {}
    assert project.landed("one") == ["a", "b", "e"]
    assert (f"events: {topic}/0 lost from offset 2 on", "quarantined", 2) in project.files("one")
    aside = opened(project.spark, project.settings()).read(QUARANTINE, "evaluation").collect()
    assert [row["rules"] for row in aside] == [["offsets_lost"]]
    assert project.land().not_read == {}


def test_a_topic_made_anew_is_not_taken_for_the_one_before(project, brokers, topic):
    brokers.send(topic, people("a"))
    project.reads("one", topic)
    project.land()
    brokers.remove(topic)
    brokers.make(topic)
    brokers.send(topic, people("b", "c"))
    assert "the topic was made anew" in project.land().not_read["one"]
    project.land("sources.one.topic.when_lost=go_on")
    assert sorted(project.landed("one")) == ["a", "b", "c"]


def test_what_an_aborted_transaction_wrote_is_nobodys_record(project, brokers, topic):
    brokers.send(topic, people("a"))
    brokers.abort(topic, people("x"))
    project.reads("one", topic)
    project.land()
    assert project.landed("one") == ["a"]
    brokers.send(topic, people("b"))
    project.land()
    assert project.landed("one") == ["a", "b"]


def test_a_wrong_password_is_told_and_never_shown(project, brokers, topic, monkeypatch, capsys):
    brokers.send(topic, people("a"))
    project.connect(
        f"{{name: events, servers: '127.0.0.1:{brokers.secured_port}', "
        "secret_options: {sasl.jaas.config: KAFKA_LOGIN}, options: {security.protocol: SASL_PLAINTEXT, "
        "sasl.mechanism: PLAIN, default.api.timeout.ms: '5000', request.timeout.ms: '4000'}}"
    )
    project.reads("one", topic)
    assert "environment variables that are not set: KAFKA_LOGIN" in project.land().not_read["one"]
    login = "org.apache.kafka.common.security.plain.PlainLoginModule required username='{}' password='{}';"
    monkeypatch.setenv("KAFKA_LOGIN", login.format(topics.USER, "a-wrong-one"))
    assert cli.main(["run", "land_bronze", *project.options()]) == 0
    said = capsys.readouterr()
    assert "Invalid username or password" in said.err
    assert "a-wrong-one" not in said.out + said.err
    monkeypatch.setenv("KAFKA_LOGIN", login.format(topics.USER, topics.PASSWORD))
    assert project.land().not_read == {}
    assert project.landed("one") == ["a"]
    written = b"".join(path.read_bytes() for path in (project.folder / "lake").rglob("*.json"))
    assert topics.PASSWORD.encode() not in written


def _dies_after(monkeypatch, last, project):
    """A landing that is gone after its commit to a table, before it publishes."""

    def commits(write):
        def then_dies(tables, contract, *rest):
            write(tables, contract, *rest)
            if last in {contract.name, contract.layer}:
                raise Killed

        return then_dies

    for way in ("merge", "append"):
        monkeypatch.setattr(DeltaTables, way, commits(getattr(DeltaTables, way)))
    with pytest.raises(Killed):
        project.land()
    monkeypatch.undo()
