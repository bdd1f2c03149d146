"""Source contracts: how one feed is framed, parsed, checked, and what it tells about people."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from cdp_lake.config.consent_columns import ConsentColumn, consent_column_problems
from cdp_lake.config.durations import Duration
from cdp_lake.config.promises import Counts, Expects
from cdp_lake.config.snapshot import Snapshot
from cdp_lake.config.source_columns import SourceColumn
from cdp_lake.config.source_kinds import KIND_FIELDS, OF_NOBODY, Kind
from cdp_lake.config.strict import Strict
from cdp_lake.config.tracking_plan import TrackingPlan
from cdp_lake.config.ways_in import TableFeed, TopicFeed
from cdp_lake.errors import did_you_mean


class Identifier(Strict):
    """A column whose value identifies a person, in a namespace of conf/identity.yml.

    `wechat_openid@wx123` is type and scope: an id that means something only within one app, shop or brand. The rules
    of the type apply, and values of two scopes never match.

    Facts without a key of their own hang on one carrier record: the first identifier listed that has a
    value and is not `carrier: false`.
    """

    namespace: str = Field(pattern=r"^[^@:\s]+(@[^@:\s]+)?$")
    column: str
    carrier: bool = True


class Version(Strict):
    """Which record of one key stands: the `latest`, or the `first`, which later ones do not change.

    `then` is a whole number that orders what the source did in one moment, such as its log's position. Of people every
    version is kept, of facts the one that stands.
    """

    column: str
    then: str | None = None
    keep: Literal["latest", "first"] = "latest"


class Deletion(Strict):
    """How a record says that its source deleted what it is about: a column, and what stands in it then."""

    column: str
    values: tuple[str, ...] = ("true", "1", "yes")


class RecordRule(Strict):
    """A rule over several columns of one record."""

    name: str
    any_of: tuple[str, ...] = ()
    not_after: tuple[str, str] | None = None
    tolerance_hours: float = 0.0


class SourceContract(Strict):
    """One feed. `key` empty: two identical records of one file are two records.

    It comes in by one way: as files below the landing folder, as rows of a database, or as messages of a topic.
    `extends` names a preset whose settings this one is laid over. `provenance` says whose data it is: our own, a
    partner's, or bought; and `expires`, how long a record counts after the last that its source told of it.
    """

    name: str
    extends: str | None = None
    about: str = ""
    kind: Kind
    format: Literal["csv", "ndjson", "json", "parquet", "excel", "jdbc"]
    envelope: Literal["debezium"] | None = None
    files: str | None = None
    table: TableFeed | None = None
    topic: TopicFeed | None = None
    encoding: str = "utf-8"
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    sheet: str | None = None
    header_row: int = Field(default=1, ge=1)
    key: tuple[str, ...] = ()
    version: Version | None = None
    deletes: Deletion | None = None
    snapshot: Snapshot | None = None
    brand: str = "default"
    owner: str = "data-platform"
    provenance: Literal["first", "second", "third"] = "first"
    expires: Duration | None = None
    region: str | None = None
    time_zone: str = "UTC"
    currency: str | None = None
    order_channel: str | None = None
    lines_of: str | None = None
    expects: Expects = Expects()
    counts: Counts | None = None
    columns: tuple[SourceColumn, ...] = Field(min_length=1)
    identifiers: tuple[Identifier, ...] = ()
    consents: tuple[ConsentColumn, ...] = ()
    plan: TrackingPlan | None = None
    rules: tuple[RecordRule, ...] = ()

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, encoding: str) -> str:
        try:
            "".encode(encoding)
        except LookupError as problem:
            raise ValueError(f"Python knows no encoding '{encoding}'; try utf-8, gbk, gb18030, utf-16") from problem
        return encoding

    @model_validator(mode="after")
    def _names_exist(self) -> SourceContract:
        names = {column.name for column in self.columns}
        problems = [
            f"{what} names no column: {did_you_mean(name, names)}"
            for what, name in self._references()
            if name not in names
        ]
        known = KIND_FIELDS[self.kind]
        problems += [
            f"column '{c.name}': field '{c.field}' is not one of kind {self.kind}; {did_you_mean(c.field, known)}"
            for c in self.columns
            if c.field and c.field not in known
        ]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _references(self) -> list[tuple[str, str]]:
        refs: list[tuple[str, str]] = [(f"key '{name}'", name) for name in self.key]
        refs += [(f"identifier '{i.column}'", i.column) for i in self.identifiers]
        refs += [(f"version '{name}'", name) for name in self.version_columns]
        refs += [(f"deletes '{self.deletes.column}'", self.deletes.column)] if self.deletes else []
        refs += [(f"consents '{name}'", name) for c in self.consents for name in (c.column, c.at) if name]
        refs += [(f"plan '{e.name}': '{n}'", n) for e in (self.plan.events if self.plan else ()) for n in e.columns]
        for rule in self.rules:
            refs += [(f"rule {rule.name}: '{n}'", n) for n in (*rule.any_of, *(rule.not_after or ()))]
        return refs

    @property
    def version_columns(self) -> tuple[str, ...]:
        """Columns that order the records of one key, the weightier first."""
        return tuple(name for name in (self.version.column, self.version.then) if name) if self.version else ()

    @property
    def orders_by_export(self) -> bool:
        """True where nothing in a record says which is the newer one, but the day of the full export it stands in."""
        return self.snapshot is not None and self.version is None

    @property
    def keeps_latest(self) -> bool:
        """True where a later record of a key takes the place of an earlier one."""
        return self.orders_by_export or (self.version is not None and self.version.keep == "latest")

    def column_of(self, field: str) -> SourceColumn | None:
        """The column that fills a silver field, if the feed has one."""
        return next((c for c in self.columns if c.field == field), None)

    def namespaces_used(self) -> list[tuple[tuple[str, ...], str]]:
        """(setting, namespace) of every identifier, and of every kind of person a consent can name."""
        used: list[tuple[tuple[str, ...], str]] = []
        used += [(("identifiers", str(place)), i.namespace) for place, i in enumerate(self.identifiers)]
        subject = self.column_of("subject_namespace")
        return used + [(("columns", subject.name, "one_of"), name) for name in subject.one_of] if subject else used

    @property
    def comes_from(self) -> str:
        """Where its records wait, in a few words for a person."""
        if self.table is not None:
            return f"{self.table.connection}: {self.table.table or 'a query'}"
        return f"{self.topic.connection}: {self.topic.topic}" if self.topic is not None else self.files or ""

    @property
    def holds_rows(self) -> bool:
        """True for files of typed rows, which bronze keeps as JSON, instead of text."""
        return self.format in ("parquet", "excel", "jdbc")

    @property
    def columns_by_path(self) -> bool:
        """True where a dot in a column's path leads into an object; in a header it is part of the name."""
        return self.format in ("ndjson", "json", "parquet")

    @model_validator(mode="after")
    def _has_one_way_in(self) -> SourceContract:
        given = [way for way in ("files", "table", "topic") if getattr(self, way) is not None]
        if len(given) != 1:
            named = ", ".join(given) or "none"
            raise ValueError(f"a source comes in by one of `files`, `table`, `topic`; given: {named}")
        if (self.format == "jdbc") != (self.table is not None):
            raise ValueError("`table` and `format: jdbc` go together")
        if self.topic is not None and self.format != "json":
            raise ValueError("messages of a topic are read as `format: json`")
        return self

    @model_validator(mode="after")
    def _changes_in_an_order(self) -> SourceContract:
        ordered = [column for column in self.columns if column.name in self.version_columns]
        if self.deletes and not (self.key and self.keeps_latest and ordered[0].required):
            raise ValueError("`deletes` needs a key, and `version: {column: ..., keep: latest}` on a required column")
        if self.version and not self.key:
            raise ValueError("`version` orders the records of one key: say which columns are the `key`")
        wrong = [c.name for c in ordered if self.version and c.name == self.version.then and c.type != "integer"]
        if wrong:
            raise ValueError(f"`version.then` is a whole number: column '{wrong[0]}' needs `type: integer`")
        return self

    @model_validator(mode="after")
    def _snapshots_are_files_of_people(self) -> SourceContract:
        is_orderly = bool(self.key) and self.keeps_latest and not self.deletes
        if self.snapshot and (self.kind != "person" or self.files is None or not is_orderly):
            raise ValueError(
                "`snapshot` needs `files`, kind person and a key; a `version`, if there is one, keeps the latest; and "
                "no `deletes`, since who is missing is deleted"
            )
        return self

    @model_validator(mode="after")
    def _people_expire(self) -> SourceContract:
        if self.expires is not None and self.kind in OF_NOBODY:
            raise ValueError(f"`expires` is for what is known of people; kind {self.kind} tells of nobody")
        if self.expires is not None and (self.kind == "consent" or self.consents):
            raise ValueError("`expires` and consents do not go together: who refused has refused for good")
        return self

    @model_validator(mode="after")
    def _lines_are_of_orders(self) -> SourceContract:
        if (self.kind == "order_line") != (self.lines_of is not None):
            raise ValueError("`kind: order_line` and `lines_of`, the source of the orders, go together")
        if self.kind == "order_line" and self.column_of("order_id") is None:
            raise ValueError("a line finds its order by its number: say which column has `field: order_id`")
        return self

    @model_validator(mode="after")
    def _plans_are_of_events(self) -> SourceContract:
        if self.plan and (self.kind != "event" or self.column_of("event_name") is None):
            raise ValueError("`plan` lists events by name: it needs kind event and a column with `field: event_name`")
        return self

    @model_validator(mode="after")
    def _consents_are_of_people(self) -> SourceContract:
        problems = [*consent_column_problems(self.consents, {column.name: column.type for column in self.columns})]
        if self.consents and self.kind != "person":
            problems.append("`consents` are columns of a feed of kind person; a feed of decisions has kind consent")
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @model_validator(mode="after")
    def _consents_have_a_time(self) -> SourceContract:
        if self.consents and not (self.key and self.keeps_latest):
            raise ValueError(
                "`consents` need a key and what orders the records of one: `version: {column: ..., keep: latest}`, or "
                "`snapshot`"
            )
        return self

    @model_validator(mode="after")
    def _envelope_is_json(self) -> SourceContract:
        if self.envelope and self.format not in ("json", "ndjson"):
            raise ValueError(f"an envelope is JSON; `format: {self.format}` has none")
        return self

    @model_validator(mode="after")
    def _promises_of_files(self) -> SourceContract:
        told = {"expects.every": self.expects.every, "counts": self.counts}
        wrong = [name for name, given in told.items() if given is not None and self.files is None]
        if wrong:
            raise ValueError(f"{', '.join(wrong)}: is about files; of tables and topics promise expects.at_most_behind")
        return self

    @model_validator(mode="after")
    def _nested_columns_belong_to_lists(self) -> SourceContract:
        wrong = [c.name for c in self.columns if bool(c.columns) != (c.type == "list")]
        if wrong:
            raise ValueError(f"columns {wrong}: nested `columns` and `type: list` go together")
        return self
