"""A source comes in by one way, through a connection that somebody described."""

import pytest

from cdp_lake.errors import ConfigError
from cdp_lake.stages.configuration import configured

PEOPLE = "name: people\nkind: person\nkey: [id]\ncolumns: [{name: id, required: true}]\n"
CRM = 'databases: [{name: crm_db, url: "jdbc:postgresql://db/crm", user: cdp, password_env: CRM_DB_PASSWORD}]\n'


def problem(conf):
    with pytest.raises(ConfigError) as caught:
        configured(conf)
    (line,) = str(caught.value).splitlines()
    return line


def test_a_source_may_be_a_table_of_a_database(project):
    way = "format: jdbc\ntable: {connection: crm_db, table: public.people, watermark: updated_at, overlap: PT5M}\n"
    source = configured(project(connections=CRM, sources__people=PEOPLE + way)).settings.source("people")
    assert source.comes_from == "crm_db: public.people"
    assert source.holds_rows


@pytest.mark.parametrize(
    ("way", "what"),
    [
        ("format: csv\n", "comes in by one of `files`, `table`, `topic`; given: none"),
        ("format: json\nfiles: a/*.json\ntopic: {connection: k, topic: t}\n", "given: files, topic"),
        ("format: csv\ntable: {connection: crm_db, table: people}\n", "`table` and `format: jdbc` go together"),
        ("format: csv\ntopic: {connection: k, topic: t}\n", "messages of a topic are read as `format: json`"),
        ("format: jdbc\ntable: {connection: crm_db}\n", "give either `table` or `query`"),
    ],
)
def test_two_ways_no_way_or_half_a_way_is_told(project, way, what):
    assert what in problem(project(connections=CRM, sources__people=PEOPLE + way))


@pytest.mark.parametrize(
    ("brokers", "what"),
    [
        ("options: {sasl.jaas.config: 'x password=1;'}", "sasl.jaas.config: a secret; say `secret_options: {sasl.jaas"),
        ("options: {ssl.key.password: x}", "ssl.key.password: a secret"),
        ("options: {auto.offset.reset: earliest}", "auto.offset.reset: set by the reader itself"),
        ("options: {kafka.security.protocol: SSL}", "others go without the prefix `kafka.`"),
    ],
)
def test_brokers_take_no_secret_and_nothing_the_reader_sets(project, brokers, what):
    assert what in problem(project(connections=f"kafka: [{{name: events, servers: 'k:9092', {brokers}}}]\n"))


def test_a_connection_nobody_described_is_told_with_the_nearest_name(project):
    own = PEOPLE + "format: jdbc\ntable: {connection: crm_bd, table: people}\n"
    line = problem(project(connections=CRM, sources__people=own))
    assert "sources.people.table.connection: not in connections.yml" in line
    assert "crm_db" in line
