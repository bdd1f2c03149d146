"""A Splink model compiled to Spark SQL: every similarity once per pair, then grades, then weights.

Source of the form: Splink 5's model JSON; of the method: Fellegi and Sunter (1969), match weights being
log2(m / u). Null semantics are DuckDB's: a function of null is null, also where a JVM function says 0 or 100.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp, parse_one

from cdp_lake.errors import ConfigError, did_you_mean

# Functions of two texts that cost enough to be computed once, by their names in DuckDB and in Spark.
SIMILARITIES = {
    "jaro_winkler_similarity": "jaro_winkler",
    "jarowinkler_similarity": "jaro_winkler",  # what sqlglot calls the same
    "jaro_similarity": "jaro_sim",
    "jaccard": "jaccard",
    "levenshtein": "levenshtein",
    "damerau_levenshtein": "damerau_levenshtein",
}
# Damerau's distance costs five times Levenshtein's and is at least half of it: beyond this nobody asks for it.
_FARTHEST_DAMERAU = 4
_UNKNOWN = -1


@dataclass(frozen=True)
class GradeWeights:
    """What one grade of a comparison says: `m` and `u`, and the column whose rarity adds to it."""

    grade: int
    m: float
    u: float
    rarity_of: str | None = None
    rarity_u: float = 1.0
    rarity_weight: float = 1.0
    rarity_floor: float = 0.0

    @property
    def weight(self) -> float:
        """log2(m / u)."""
        return math.log2(self.m / self.u)


@dataclass(frozen=True)
class CompiledComparison:
    """One comparison: the SQL of its grade, and the weight of each grade, best first."""

    name: str
    grade_sql: str
    weights: tuple[GradeWeights, ...]


@dataclass
class CompiledModel:
    """Spark SQL of a model. `similarities` maps a column name to its expression."""

    prior: float
    similarities: dict[str, str] = field(default_factory=dict)
    comparisons: list[CompiledComparison] = field(default_factory=list)

    @property
    def rarity_columns(self) -> tuple[str, ...]:
        """The columns whose term frequencies the model asks for."""
        found = (w.rarity_of for c in self.comparisons for w in c.weights if w.rarity_of)
        return tuple(dict.fromkeys(found))


def compiled(model: Mapping[str, Any]) -> CompiledModel:
    """The model's SQL and weights. Raises ConfigError for a function that has no counterpart in Spark."""
    found = CompiledModel(float(model["probability_two_random_records_match"]))
    for comparison in model["comparisons"]:
        name, levels = str(comparison["output_column_name"]), comparison["comparison_levels"]
        numbered = list(zip(_grades(levels), levels, strict=True))
        cases = [f"WHEN {_spark(level['sql_condition'], found)} THEN {grade}" for grade, level in numbered[:-1]]
        last, rest = numbered[-1]
        if str(rest["sql_condition"]).upper() != "ELSE":
            raise ConfigError(f"comparison '{name}': its last level must be ELSE")
        grade_sql = f"CAST(CASE {' '.join(cases)} ELSE {last} END AS TINYINT)"
        told = [(grade, level) for grade, level in numbered if grade != _UNKNOWN]
        _check_learnt(name, [level for _, level in told])
        weights = tuple(_weights(grade, level, levels) for grade, level in told)
        found.comparisons.append(CompiledComparison(name, grade_sql, weights))
    return found


def _grades(levels: list[dict[str, Any]]) -> Iterable[int]:
    """The number of each level as Splink counts: -1 says nothing, 0 differs, more is more alike."""
    grade = sum(not level.get("is_null_level") for level in levels)
    for level in levels:
        if level.get("is_null_level"):
            yield _UNKNOWN
        else:
            grade -= 1
            yield grade


def _check_learnt(comparison: str, levels: list[dict[str, Any]]) -> None:
    """Splink leaves out of its JSON what training never saw, and then scores with one number or another."""
    for level in levels:
        for wanted in ("m_probability", "u_probability"):
            if not float(level.get(wanted) or 0) > 0:
                raise ConfigError(f"comparison '{comparison}', level '{level['sql_condition']}': it has no {wanted}")


def _weights(grade: int, level: Mapping[str, Any], levels: list[dict[str, Any]]) -> GradeWeights:
    m, u = float(level["m_probability"]), float(level["u_probability"])
    column = level.get("tf_adjustment_column")
    if not column:
        return GradeWeights(grade, m, u)
    exact = level if level.get("disable_tf_exact_match_detection") else _exact_level(column, levels) or level
    return GradeWeights(
        grade,
        m,
        u,
        str(column),
        float(exact.get("u_probability") or u),
        float(level.get("tf_adjustment_weight", 1.0)),
        float(level.get("tf_minimum_u_value", 0.0)),
    )


def _exact_level(column: str, levels: list[dict[str, Any]]) -> Mapping[str, Any] | None:
    """The level that asks for this column being equal, and for nothing else."""
    for level in levels:
        text = str(level["sql_condition"]).replace('"', "").replace(" ", "")
        if text in (f"{column}_l={column}_r", f"{column}_r={column}_l"):
            return level
    return None


def _spark(condition: str, model: CompiledModel) -> str:
    """The condition in Spark's SQL, its similarities replaced by columns that are computed once."""
    tree = parse_one(condition, read="duckdb")
    for function in tree.find_all(exp.Anonymous):
        if (name := _function_name(function)) not in SIMILARITIES:
            raise ConfigError(f"function '{name}' has no counterpart in Spark; {did_you_mean(name, SIMILARITIES)}")
    return tree.transform(lambda node: _hoisted(node, model)).sql(dialect="spark")


def _hoisted(node: exp.Expression, model: CompiledModel) -> exp.Expression:
    if not isinstance(node, exp.Func) or (name := _function_name(node)) not in SIMILARITIES:
        return node
    one, other = (part.sql(dialect="spark") for part in _arguments(node))
    sql = _similarity_sql(name, one, other)
    column = next((c for c, known in model.similarities.items() if known == sql), None)
    if column is None:
        column = f"_similarity_{len(model.similarities)}"
        model.similarities[column] = sql
    return exp.column(column)


def _function_name(node: exp.Func) -> str:
    return str(node.this).lower() if isinstance(node, exp.Anonymous) else node.sql_name().lower()


def _arguments(node: exp.Func) -> list[exp.Expression]:
    if isinstance(node, exp.Anonymous):
        return list(node.expressions)
    return [node.this, node.expression]


def _similarity_sql(name: str, one: str, other: str) -> str:
    call = f"{SIMILARITIES[name]}({one}, {other})"
    known = f"{one} IS NOT NULL AND {other} IS NOT NULL"
    if name == "damerau_levenshtein":
        return f"IF({known}, IF(levenshtein({one}, {other}) <= {_FARTHEST_DAMERAU}, {call}, 100.0), NULL)"
    return call if name == "levenshtein" else f"IF({known}, {call}, NULL)"
