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


@pytest.mark.parametrize(
    "secret",
    [
        'url: "jdbc:postgresql://db/crm?user=cdp&password=hush"',
        'url: "jdbc:mysql://cdp:hush@db/crm"',
        'url: "jdbc:oracle:thin:cdp/hush@db:1521:crm"',
        'url: "jdbc:postgresql://db/crm", options: {Password: hush}',
    ],
)
def test_a_password_among_the_settings_is_refused_and_not_repeated(project, secret):
    line = problem(project(connections=f"databases: [{{name: crm_db, {secret}}}]\n"))
    assert "a password is no setting: put it into an environment variable" in line
    assert "hush" not in line


@pytest.mark.parametrize("url", ["jdbc:postgresql://db:5432/crm?ssl=true", "jdbc:oracle:thin:@//db:1521/crm"])
def test_a_connection_without_a_secret_is_taken(project, url):
    conf = project(connections=f'databases: [{{name: crm_db, url: "{url}", user: cdp}}]\n')
    assert configured(conf).settings.connections.databases[0].url == url


@pytest.mark.parametrize(
    ("overlap", "is_taken"),
    [("PT5M", True), ("1000", True), ("0", True), ("-1", False), ("-PT5M", False), ("soon", False)],
)
def test_an_overlap_is_a_duration_or_a_number_and_never_negative(project, overlap, is_taken):
    way = f"format: jdbc\ntable: {{connection: crm_db, table: people, watermark: at, overlap: {overlap}}}\n"
    conf = project(connections=CRM, sources__people=PEOPLE + way)
    if is_taken:
        assert configured(conf).settings.source("people").table.watermark == "at"
    else:
        with pytest.raises(ConfigError, match=r"sources\.people\.table\.overlap"):
            configured(conf)
