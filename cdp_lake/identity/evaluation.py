"""Evaluation: predicted profiles against known entities, counted from the sizes of their overlaps.

Pairs are never listed: a profile that shares n records with an entity agrees with it on n (n - 1) / 2 pairs.
"""

import json
from dataclasses import asdict, dataclass

import pandas as pd

from cdp_lake.errors import ConfigError

RECORD = ["source", "record_id"]


@dataclass(frozen=True)
class Score:
    """Precision, recall and their harmonic mean; what claims nothing makes no mistake and scores 1."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class Evaluation:
    """How well profiles match entities over the records whose entity is known."""

    pairwise: Score
    b_cubed: Score
    exact_cluster: Score
    largest_cluster: int
    impure_clusters: int
    records: int
    missing: int
    extra: int

    def to_json(self) -> str:
        """The same as one JSON object with sorted keys."""
        return json.dumps(asdict(self), indent=2, sort_keys=True)


def evaluate(predicted: pd.DataFrame, truth: pd.DataFrame) -> Evaluation:
    """The scores of predicted (source, record_id, profile_id) against truth (source, record_id, entity_id).

    Truth rows without entity_id are ambiguous and left out. A record without a prediction counts as a profile of
    its own, and as `missing`; a prediction for a record truth does not list is ignored, and counted as `extra`.
    """
    named = _one_per_record(predicted, "profile_id", "predicted")
    listed = _one_per_record(truth, "entity_id", "truth")
    records = listed[listed["entity_id"].notna()].merge(named, on=RECORD, how="left")
    extra = len(named.merge(listed[RECORD], on=RECORD, how="left", indicator=True).query("_merge == 'left_only'"))
    lost = records["profile_id"].isna()
    cluster = records["profile_id"].where(~lost, "\x00" + records.index.astype(str).to_series(index=records.index))
    overlaps = records.assign(cluster=cluster).groupby(["cluster", "entity_id"]).size().rename("both").reset_index()
    overlaps["cluster_size"] = overlaps.groupby("cluster")["both"].transform("sum")
    overlaps["entity_size"] = overlaps.groupby("entity_id")["both"].transform("sum")
    cluster_sizes = overlaps.groupby("cluster")["both"].sum()
    return Evaluation(
        pairwise=_pairwise(overlaps),
        b_cubed=_b_cubed(overlaps),
        exact_cluster=_exact_cluster(overlaps),
        largest_cluster=int(cluster_sizes.max()) if len(cluster_sizes) else 0,
        impure_clusters=int((overlaps.groupby("cluster").size() > 1).sum()),
        records=len(records),
        missing=int(lost.sum()),
        extra=extra,
    )


def merges_per_trap(predicted: pd.DataFrame, traps: pd.DataFrame) -> pd.DataFrame:
    """One row per trap_kind: how many traps were `planted`, and in how many two people share a profile (`merged`).

    `traps` has one row per record in a trap: trap_kind, trap_id, person_id, source, source_pk. A trap that lists
    one person (a placeholder anybody may have typed) is compared with the other traps of its kind. A record that
    stands for several people (the kiosk itself) belongs to one of them at most: only the others can show a merge.
    """
    named = _one_per_record(predicted, "profile_id", "predicted")
    laid = _texts(traps, ["trap_kind", "trap_id", "person_id", "source", "source_pk"])
    people_of_record = laid.groupby(["source", "source_pk"])["person_id"].transform("nunique")
    shared = people_of_record > 1
    alone = laid.groupby(["trap_kind", "trap_id"])["person_id"].transform("nunique") < 2  # noqa: PLR2004  # two people
    laid["scene"] = laid["trap_id"].where(~alone, "")
    telling = laid[~shared].rename(columns={"source_pk": "record_id"})
    caught = telling.merge(named.dropna(subset=["profile_id"]), on=RECORD)
    people = caught.groupby(["trap_kind", "scene", "profile_id"])["person_id"].transform("nunique")
    planted = laid.groupby("trap_kind")["trap_id"].nunique().rename("planted")
    merged = caught[people > 1].groupby("trap_kind")["trap_id"].nunique().rename("merged")
    counts: pd.DataFrame = pd.concat([planted, merged], axis=1).fillna(0).astype(int).rename_axis("trap_kind")
    with_kind: pd.DataFrame = counts.reset_index()
    return with_kind


def _pairwise(overlaps: pd.DataFrame) -> Score:
    agreed = _pairs(overlaps["both"])
    claimed = _pairs(overlaps.groupby("cluster")["both"].sum())
    real = _pairs(overlaps.groupby("entity_id")["both"].sum())
    return _score(agreed, claimed, agreed, real)


def _b_cubed(overlaps: pd.DataFrame) -> Score:
    total = float(overlaps["both"].sum())
    square = overlaps["both"] ** 2
    return _score((square / overlaps["cluster_size"]).sum(), total, (square / overlaps["entity_size"]).sum(), total)


def _exact_cluster(overlaps: pd.DataFrame) -> Score:
    whole = (overlaps["both"] == overlaps["cluster_size"]) & (overlaps["both"] == overlaps["entity_size"])
    exact = float(whole.sum())
    return _score(exact, overlaps["cluster"].nunique(), exact, overlaps["entity_id"].nunique())


def _score(right: float, claimed: float, found: float, real: float) -> Score:
    precision = float(right / claimed) if claimed else 1.0
    recall = float(found / real) if real else 1.0
    both = precision + recall
    return Score(precision, recall, 2 * precision * recall / both if both else 0.0)


def _pairs(sizes: "pd.Series[int]") -> float:
    return float((sizes * (sizes - 1) // 2).sum())


def _one_per_record(rows: pd.DataFrame, name: str, label: str) -> pd.DataFrame:
    """The rows as text, blank ids as missing. Raises ConfigError when a record is given two ids."""
    known: pd.DataFrame = _texts(rows, [*RECORD, name]).drop_duplicates()
    twice = int(known.duplicated(RECORD).sum())
    if twice:
        raise ConfigError(f"{label}: {twice} records have more than one {name}; give each (source, record_id) once")
    return known


def _texts(rows: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    missing = [column for column in columns if column not in rows.columns]
    if missing:
        raise ConfigError(f"the table lacks the columns {missing}; it has {list(rows.columns)}")
    texts = rows[columns].astype("string").apply(lambda column: column.str.strip())
    filled: pd.DataFrame = texts.mask(texts == "").astype("object")
    return filled
