"""Identity stories: a small table of records in, who is one person and what was refused out.

All stories are told to Spark at once, each in a world of its own: its values carry the story's name, blocked and
masked ones excepted. Every story is told a second time with its records in the opposite order. The rules are the
shipped ones, and beside them namespaces that show what else the rules can say.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from cdp_lake.config.identity import IdentityRules
from cdp_lake.config.namespace import MASKED, Namespace
from cdp_lake.identity.clusters import demoted, violations
from cdp_lake.identity.edges import linked
from cdp_lake.identity.guardrails import guarded
from cdp_lake.identity.identifiers import identifiers_of, people_of
from cdp_lake.identity.rows import live_identifiers
from cdp_lake.silver.normalise.names import parsed_name

NAMESPACES = {
    **{name: name for name in ("email", "phone")},
    **{"user": "user_id", "crm": "crm_id", "card": "loyalty_id", "order": "order_id"},
    **{"device": "anonymous_id", "wechat": "wechat_unionid"},
    # Devices by whom they follow, and other namespaces the shipped rules do not have.
    **{"tablet": "first_owner_device", "till": "last_user_device", "badge": "unfollowed_device"},
    **{"passport": "passport", "pending": "wecom_pending_id", "title": "title", "visitor": "visitor_id"},
    **{"openid_a": "wechat_openid@app_a", "openid_b": "wechat_openid@app_b"},
}
ALLOWED = tuple(f"team@known.com~an allowed value may be as common as it is~{telling}" for telling in ("forth", "back"))
SHOWN_BESIDE = (
    Namespace(name="first_owner_device", priority=201, strength="device", follows="first_owner"),
    Namespace(name="last_user_device", priority=202, strength="device", follows="last_authenticated"),
    Namespace(name="unfollowed_device", priority=203, strength="device", follows="nobody"),
    Namespace(name="passport", priority=204, reassignable=False),
    Namespace(name="title", priority=205, max_names=2, max_holders=3, allowed=ALLOWED),
    Namespace(name="visitor_id", priority=207, limit_within_days={7: 2, 90: 3}),
    Namespace(name="wecom_pending_id", priority=206, expires_after_days=90, names_a_person=False),
)
START = datetime(2017, 1, 1)
AS_OF = START + timedelta(days=1)
SCHEMA = """
    record_sk BIGINT, version_no INT, is_carrier BOOLEAN, source_pk STRING, given_key STRING, name_key STRING,
    birth_date STRING, postcode STRING,
    identifiers ARRAY<STRUCT<
        namespace: STRING, value: STRING, first_seen_at: TIMESTAMP, last_seen_at: TIMESTAMP>>
"""
Clusters = frozenset[frozenset[str]]


@dataclass(frozen=True)
class Story:
    """A table of records, the groups of names that are one person each, and the rules that refused something."""

    name: str
    table: str
    people: str
    refused: frozenset[str] = frozenset()

    @property
    def rows(self) -> list[dict[str, str]]:
        """One row per record, by column."""
        lines = [[cell.strip() for cell in line.split("|")] for line in self.table.strip().splitlines()]
        return [dict(zip(lines[0], cells, strict=True)) for cells in lines[1:]]

    @property
    def expected(self) -> Clusters:
        """The groups of record names."""
        return frozenset(frozenset(group.split()) for group in self.people.split("|"))


@dataclass(frozen=True)
class Ending:
    """How a story ended: in the order it was told, and backwards."""

    people: Clusters
    people_backwards: Clusters
    refused: frozenset[str]


def with_all_namespaces(rules: IdentityRules) -> IdentityRules:
    """The rules with every namespace a story can speak of."""
    wider = rules.model_copy(update={"namespaces": (*rules.namespaces, *SHOWN_BESIDE)})
    return wider.scoped(NAMESPACES.values())


def told(spark: SparkSession, stories: Iterable[Story], rules: IdentityRules) -> dict[str, Ending]:
    """The ending of every story by its name."""
    names: dict[int, tuple[str, str, str]] = {}
    rows = []
    for story in stories:
        records = list(enumerate(story.rows))
        for telling, order in (("forth", records), ("back", records[::-1])):
            for minute, row in order:
                sk = len(names) + 1
                names[sk] = (story.name, telling, row["record"])
                rows.append((sk, *_record(row, f"~{story.name}~{telling}", minute, rules)))
    edges = _settled_edges(spark.createDataFrame(rows, SCHEMA), rules)
    people = _clusters_by_story(names, components(names, [(e[0], e[1]) for e in edges if e[2] is None]))
    refused: dict[str, set[str]] = defaultdict(set)
    for src, _, why in edges:
        if why is not None:
            refused[names[src][0]].add(why)
    return {
        s.name: Ending(people[s.name, "forth"], people[s.name, "back"], frozenset(refused[s.name])) for s in stories
    }


def components(nodes: Iterable[int], edges: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Every node with the smallest node it is connected to."""
    parent = {node: node for node in nodes}

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for one, other in edges:
        low, high = sorted((root(one), root(other)))
        parent[high] = low
    return {node: root(node) for node in parent}


def _record(row: dict[str, str], world: str, minute: int, rules: IdentityRules) -> tuple[object, ...]:
    seen = START + timedelta(minutes=minute) - timedelta(days=int(row.get("days_ago") or 0))
    pairs = [
        (NAMESPACES[column], _value(NAMESPACES[column], value, world, rules))
        for column in NAMESPACES
        for value in row.get(column, "").split()
    ]
    name = parsed_name(None, None, row.get("name") or None, None)
    carries = NAMESPACES.get(row.get("carrier", ""))
    pk = next((f"{namespace}:{value}" for namespace, value in pairs if namespace == carries), row["record"])
    return (
        *(1, carries is not None, pk, name.given_key, name.name_key),
        *(row.get("birth") or None, (row.get("postcode") or "") + world if row.get("postcode") else None),
        [(namespace, value, seen, seen) for namespace, value in pairs],
    )


def _value(name: str, value: str, world: str, rules: IdentityRules) -> str:
    namespace = rules.namespace(name)
    blocked = value in namespace.blocked or any(re.search(p, value) for p in (MASKED, *namespace.blocked_patterns))
    return value if blocked else value + world


def _settled_edges(records: DataFrame, rules: IdentityRules) -> list[tuple[int, int, str | None]]:
    """What stitch_identity does, with numbers from a hash and components from plain Python."""
    people = people_of(records).persist()
    observed = identifiers_of(records).persist()
    numbered = guarded(observed, people, rules, AS_OF).withColumn("identifier_sk", F.xxhash64("namespace", "value"))
    identifiers = numbered.persist()
    edges = linked(identifiers, people, rules).persist()
    nodes = [row["record_sk"] for row in people.select("record_sk").collect()]
    for _ in range(2):
        found = edges.select("src_record_sk", "dst_record_sk", "refused_by").collect()
        homes = components(nodes, [(row[0], row[1]) for row in found if row[2] is None])
        clusters = records.sparkSession.createDataFrame(list(homes.items()), "record_sk BIGINT, cluster_sk BIGINT")
        broken = violations(clusters, live_identifiers(identifiers), rules)
        if broken.isEmpty():
            break
        edges = demoted(edges, clusters, broken, live_identifiers(identifiers), rules).persist()
    else:
        raise AssertionError("a cluster still breaks a limit after it was untangled")
    identifiers.unpersist()
    return [tuple(row) for row in found]


def _clusters_by_story(
    names: dict[int, tuple[str, str, str]], homes: dict[int, int]
) -> dict[tuple[str, str], Clusters]:
    groups: dict[tuple[str, str], dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for sk, home in homes.items():
        story, telling, record = names[sk]
        # A record of another world in the group would be a mixed-up world: its story's name shows it.
        foreign = names[home][:2] != (story, telling)
        groups[story, telling][home].add(f"{names[home][0]}!{record}" if foreign else record)
    return {key: frozenset(frozenset(group) for group in found.values()) for key, found in groups.items()}
