"""A source laid over a preset says only what differs; whatever cannot be meant is told where it stands."""

from pathlib import Path

import pytest

from cdp_lake.config.settings import Loaded, load_settings
from cdp_lake.config.sources import SourceContract
from cdp_lake.errors import ConfigError

EVENTS = "name: clicks\nextends: segment\nfiles: clicks/*.ndjson\n"


def source(conf: Path, name: str = "clicks") -> SourceContract:
    """The source as it is in force."""
    return load_settings(conf).settings.source(name)


def problems(conf: Path) -> list[str]:
    """The lines of the error, the folder's path taken off."""
    with pytest.raises(ConfigError) as caught:
        load_settings(conf)
    return [line.removeprefix(f"{conf.as_posix()}/") for line in str(caught.value).splitlines()]


def test_all_of_a_preset_is_taken_but_its_name(project):
    found = source(project(sources__clicks=EVENTS))
    assert (found.name, found.files, found.kind, found.key) == ("clicks", "clicks/*.ndjson", "event", ("message_id",))
    assert {column.name for column in found.columns} >= {"anonymous_id", "trait_email"}


def test_columns_are_filled_up_by_name_and_new_ones_added(project):
    more = "columns:\n  - {name: amount, path: properties.revenue}\n  - {name: plan, path: properties.plan}\n"
    found = {column.name: column for column in source(project(sources__clicks=EVENTS + more)).columns}
    assert (found["amount"].path, found["amount"].field) == ("properties.revenue", "amount")
    assert found["plan"].path == "properties.plan"


def test_a_list_without_names_takes_the_place_of_the_presets(project):
    own = "identifiers: [{namespace: user_id, column: user_id}]\n"
    assert [one.namespace for one in source(project(sources__clicks=EVENTS + own)).identifiers] == ["user_id"]


def test_null_takes_a_setting_of_the_preset_away(project):
    assert source(project(sources__clicks=EVENTS + "version: null\n")).version is None


def test_a_project_can_take_away_what_the_preset_of_a_shipped_source_says(project):
    assert source(project(sources__web="name: web\nversion: null\n"), "web").version is None


def test_a_preset_may_extend_another_one(project):
    own = "name: ours\nextends: rudderstack\nregion: CN\n"
    found = source(project(source_presets__ours=own, sources__clicks=EVENTS.replace("segment", "ours")))
    paths = {column.name: column.path for column in found.columns}
    assert (found.region, paths["trait_email"], paths["message_id"]) == ("CN", "context.traits.email", "messageId")


def test_a_setting_from_a_preset_is_told_with_the_presets_line(project):
    loaded: Loaded = load_settings(project(sources__clicks=EVENTS))
    assert loaded.layer.origins["sources", "clicks", "kind"].startswith("conf/source_presets/segment.yml:")
    assert loaded.layer.origins["sources", "clicks", "files"].endswith("sources/clicks.yml:3")


def test_an_unknown_preset_is_one_error_with_the_nearest_name(project):
    (line,) = problems(project(sources__clicks=EVENTS.replace("segment", "segmnt")))
    assert line.startswith("sources/clicks.yml:2: sources.clicks.extends: unknown preset 'segmnt'; known: ")
    assert line.endswith("Did you mean 'segment'?")


def test_presets_that_extend_each_other_are_told(project):
    one, other = "name: one\nextends: other\n", "name: other\nextends: one\n"
    said = problems(project(source_presets__one=one, source_presets__other=other))
    assert (
        "source_presets/one.yml:2: source_presets.one.extends: presets extend each other in a circle: one -> other"
        in said
    )


def test_a_wrong_setting_of_a_preset_is_told_where_the_preset_has_it(project):
    own = "name: ours\nextends: segment\ncolumns:\n  - {name: amount, type: number}\n"
    said = problems(project(source_presets__ours=own, sources__clicks=EVENTS.replace("segment", "ours")))
    assert all(line.startswith("source_presets/ours.yml:4") for line in said), said


def test_a_source_that_extends_debezium_has_to_name_its_key(project):
    own = "name: crm\nextends: debezium\nfiles: cdc/*.ndjson\n"
    (line,) = problems(project(sources__crm=own))
    assert line.startswith("sources/crm.yml:")
    assert "`deletes` needs a key" in line


def test_what_orders_one_moment_is_a_whole_number(project):
    own = "name: woo\nextends: woocommerce_orders\nfiles: woo/*.json\nversion: {then: status}\n"
    (line,) = problems(project(sources__woo=own))
    assert "`version.then` is a whole number: column 'status' needs `type: integer`" in line


def test_deletions_need_to_know_what_was_deleted_and_when(project):
    own = "name: staff\nextends: salesforce_contact\nfiles: staff/*.csv\nkey: []\n"
    assert any("`deletes` needs a key" in line for line in problems(project(sources__staff=own)))
