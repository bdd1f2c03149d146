"""Review identity: what the engine is not sure of goes out as a table, a person's answers come back as decisions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cdp_lake.adapters.lake import Lake
from cdp_lake.adapters.review_files import read_review, write_review
from cdp_lake.config.settings import Settings
from cdp_lake.contracts.identity import ASSIGNMENTS, DECISIONS, EDGES
from cdp_lake.contracts.silver import SOURCE_RECORDS
from cdp_lake.errors import ConfigError, did_you_mean
from cdp_lake.identity.assignments import standing
from cdp_lake.identity.decisions import Kind
from cdp_lake.identity.review import SHOWN, most_telling, sides_of, uncertain_pairs, with_words
from cdp_lake.stages.decide_identity import Asked, Carried, decide
from cdp_lake.stages.job import Progress

PURPOSE = "identity"
ANSWERS: dict[str, Kind] = {"same": "must_link", "different": "cannot_link"}
_NEEDED = ("record_a", "record_b", "decision", "reason")
_PROBLEMS_SHOWN = 10
Why = Callable[[str, str], str]


@dataclass(frozen=True)
class Exported:
    """How many pairs were written, and how many there are."""

    file: Path
    pairs: int
    of_all: int


@dataclass(frozen=True)
class Imported:
    """How many pairs a file left open, and what became of the others."""

    left_open: int
    carried: Carried


def export_review(lake: Lake, file: Path, most: int, why: Why) -> Exported:
    """Writes the uncertain pairs, the most probable first. why: a rule and what refused its evidence, in words."""
    homes = standing(lake.read(ASSIGNMENTS, PURPOSE)).select("record_sk", "profile_id")
    pairs = uncertain_pairs(lake.read(EDGES, PURPOSE), homes, lake.read(DECISIONS, PURPOSE)).persist()
    count = pairs.count()
    records = lake.read(SOURCE_RECORDS, PURPOSE)
    first = most_telling(pairs, most).persist()
    told = with_words(first, records).toPandas()
    sides = sides_of(first, records, homes).toPandas().set_index("profile_id")
    write_review(_table(told, sides, why), file)
    first.unpersist()
    pairs.unpersist()
    return Exported(file, len(told), count)


def import_review(lake: Lake, settings: Settings, file: Path, actor: str, progress: Progress) -> Imported:
    """Carries out what a person filled in, all of it or, where anything cannot be understood, nothing.

    Raises ConfigError that lists the rows nobody can act on.
    """
    rows = read_review(file)
    asked = answers(rows, file)
    return Imported(len(rows) - len(asked), decide(lake, settings, asked, actor, progress))


def answers(rows: pd.DataFrame, file: Path) -> list[Asked]:
    """The decisions of a filled in table. Raises ConfigError for unknown words, missing reasons and contradictions."""
    for name in _NEEDED:
        if name not in rows:
            raise ConfigError(f"{file}: no column '{name}'; {did_you_mean(name, rows.columns)}")
    problems: list[str] = []
    found: dict[frozenset[str], tuple[int, Asked]] = {}
    for number, row in enumerate(rows[list(_NEEDED)].itertuples(index=False), start=2):
        one, other, word, reason = (str(cell).strip() for cell in row)
        if not word:
            continue
        kind = ANSWERS.get(word.lower())
        if kind is None:
            problems.append(f"row {number}: decision '{word}'; {did_you_mean(word, ANSWERS)}")
            continue
        if not reason:
            problems.append(f"row {number}: a decision without a reason; say why in the column 'reason'")
            continue
        before = found.setdefault(frozenset((one, other)), (number, Asked(kind, one, other, reason)))
        if before[1].kind != kind:
            problems.append(f"row {number}: says '{word}', and row {before[0]} the opposite of the same two records")
    if problems:
        more = f"\n  and {len(problems) - _PROBLEMS_SHOWN:,} more" if len(problems) > _PROBLEMS_SHOWN else ""
        told = "\n".join(f"  {problem}" for problem in problems[:_PROBLEMS_SHOWN])
        raise ConfigError(f"{file}: nothing is decided, {len(problems):,} rows are not clear:\n{told}{more}")
    return [asked for _, asked in found.values()]


def _table(pairs: pd.DataFrame, sides: pd.DataFrame, why: Why) -> pd.DataFrame:
    """The pairs as a person reads them: numbered, both sides beside each other, two columns to fill in."""
    ordered = pairs.sort_values(
        ["probability", "evidence", "profile_a", "profile_b"], ascending=[False, False, True, True], na_position="last"
    ).reset_index(drop=True)
    table = pd.DataFrame(
        {
            "pair": ordered.index + 1,
            "probability": ordered["probability"],
            "why": [why(rule, refused_by) for rule, refused_by in ordered[["rule", "refused_by"]].to_numpy()],
            "evidence": ordered["evidence"],
            "profile_a": ordered["profile_a"],
            "profile_b": ordered["profile_b"],
            "record_a": ordered["record_a_word"],
            "record_b": ordered["record_b_word"],
        }
    )
    for name in SHOWN:
        for side in ("a", "b"):
            table[f"{name}_{side}"] = sides[name].reindex(ordered[f"profile_{side}"]).to_numpy()
    return table.assign(decision="", reason="")
