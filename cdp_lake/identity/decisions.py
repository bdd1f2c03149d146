"""What a person decided: these records are one person, those are two. It outranks every rule and survives rebuilds.

A cannot-link is told to the engine as a namespace of its own in which one profile may hold one value, and whose two
values the two sides hold: whatever keeps limits keeps sides apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdp_lake.identity.evidence import by_a_fixed_rule

MUST_LINK, CANNOT_LINK = "must_link", "cannot_link"
Kind = Literal["must_link", "cannot_link"]
ONE, OTHER = 1, 2
# No namespace of the rules has a colon in its name.
_SIDES = f"{CANNOT_LINK}:"


@dataclass(frozen=True)
class Decision:
    """A decision in force: its number, what it says, and the records of its two sides."""

    number: int
    kind: Kind
    one: frozenset[int]
    other: frozenset[int]

    def is_about(self, one: frozenset[int], other: frozenset[int]) -> bool:
        """True when its sides are, in part, these two."""
        return bool(
            (self.one & one and self.other & other) or (self.one & other and self.other & one)  # either way round
        )

    def says_the_same_as(self, new: Decision) -> bool:
        """True when it already says what the new one says, of all its records."""
        same_way = new.one <= self.one and new.other <= self.other
        return self.kind == new.kind and (same_way or (new.one <= self.other and new.other <= self.one))


def decided(rows: Iterable[tuple[int, Kind, int, int]]) -> list[Decision]:
    """Decisions from their rows (number, kind, side, record), by number."""
    found: dict[tuple[int, Kind], tuple[set[int], set[int]]] = {}
    for number, kind, side, record in rows:
        found.setdefault((number, kind), (set(), set()))[side - 1].add(record)
    return [Decision(no, kind, frozenset(one), frozenset(other)) for (no, kind), (one, other) in sorted(found.items())]


def in_force(decisions: DataFrame) -> DataFrame:
    """The decisions that nobody has withdrawn, a row per record."""
    return decisions.where(F.col("withdrawn_at").isNull())


def must_links(decisions: DataFrame, records: DataFrame) -> DataFrame:
    """One live edge per must-link in force, between the first record of each side that there still is."""
    # records: one row per record.
    told = in_force(decisions).where(F.col("kind") == MUST_LINK).join(records, "record_sk", "left_semi")
    first = told.groupBy("decision_no").agg(
        F.min(F.when(F.col("side") == ONE, F.col("record_sk"))).alias("_one"),
        F.min(F.when(F.col("side") == OTHER, F.col("record_sk"))).alias("_other"),
        F.min("decided_at").alias("decided_at"),
    )
    return first.where(F.col("_one") != F.col("_other")).select(
        F.least("_one", "_other").alias("src_record_sk"),
        F.greatest("_one", "_other").alias("dst_record_sk"),
        F.lit(MUST_LINK).alias("rule"),
        F.col("decision_no").alias("identifier_sk"),
        F.col("decided_at").alias("first_seen_at"),
        F.col("decided_at").alias("last_seen_at"),
        F.lit(None).cast("string").alias("refused_by"),
        *[column.alias(name) for name, column in by_a_fixed_rule().items()],
    )


def sides(decisions: DataFrame) -> DataFrame:
    """One row per (record, namespace, value): which side of which cannot-link in force the record is on.

    In the shape of live identifiers; a side is never first seen (`valid_from`).
    """
    apart = in_force(decisions).where(F.col("kind") == CANNOT_LINK)
    namespace = F.concat(F.lit(_SIDES), F.col("decision_no").cast("string"))
    never = F.lit(None).cast("timestamp").alias("valid_from")
    return apart.select("record_sk", namespace.alias("namespace"), F.col("side").cast("string").alias("value"), never)


def labelled_pairs(decisions: DataFrame) -> DataFrame:
    """One row per pair of records (record_l < record_r) across the sides of a decision in force, and what it says.

    `is_match` is true of a must-link. A pair that two decisions name is what the later one says.
    """
    told = in_force(decisions).select("decision_no", "kind", "side", "record_sk")
    one, other = (told.where(F.col("side") == side) for side in (ONE, OTHER))
    across = one.withColumnRenamed("record_sk", "_one").join(
        other.select("decision_no", F.col("record_sk").alias("_other")), "decision_no"
    )
    ends = F.least("_one", "_other").alias("record_l"), F.greatest("_one", "_other").alias("record_r")
    said = F.max_by(F.col("kind") == MUST_LINK, "decision_no").alias("is_match")
    return across.where(F.col("_one") != F.col("_other")).groupBy(*ends).agg(said)


def is_side(namespace: str) -> bool:
    """True for the namespace of a cannot-link."""
    return namespace.startswith(_SIDES)


def names_a_side() -> Column:
    """True when the row's namespace is that of a cannot-link."""
    return F.startswith(F.col("namespace"), F.lit(_SIDES))


def opposed(standing: Iterable[Decision], kind: Kind, one: frozenset[int], other: frozenset[int]) -> list[Decision]:
    """The decisions that say the opposite of the same two sides: a later word takes them back."""
    return [decision for decision in standing if decision.kind != kind and decision.is_about(one, other)]


def contradiction(standing: Iterable[Decision]) -> tuple[Decision, list[Decision]] | None:
    """A cannot-link whose sides the must-links join, with those must-links; None when all can be kept."""
    decisions = list(standing)
    links = [decision for decision in decisions if decision.kind == MUST_LINK]
    for apart in decisions:
        if apart.kind == CANNOT_LINK:
            chain = _chain(links, apart.one, apart.other)
            if chain:
                return apart, chain
    return None


def _chain(links: list[Decision], start: frozenset[int], end: frozenset[int]) -> list[Decision]:
    """The must-links that lead from one set of records into the other; none when they do not."""
    reached, used = set(start), list[Decision]()
    grows = True
    while grows:
        grows = False
        for link in links:
            records = link.one | link.other
            if link not in used and reached & records:
                reached |= records
                used.append(link)
                grows = True
    return used if reached & end else []
