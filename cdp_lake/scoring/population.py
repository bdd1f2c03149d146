"""Who a model speaks about, and how a trait becomes a feature."""

from collections.abc import Sequence
from typing import Literal

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import BooleanType, DataType, NumericType, StringType

from cdp_lake.config.models import POPULATION_TRAITS, ModelSpec
from cdp_lake.errors import ConfigError, did_you_mean

FeatureType = Literal["double", "string"]
# A missing text is a value of its own: most often it means "never did that".
NO_VALUE = "(none)"


def scoreable(traits: DataFrame, spec: ModelSpec) -> DataFrame:
    """One row per profile of the model's population, with the trait columns it came with."""
    require_columns(traits, ("profile_id", *POPULATION_TRAITS, *spec.features), f"model '{spec.name}'")
    has_history = F.col("order_count") >= spec.population.min_order_count
    is_active = F.col("days_since_last_order") <= spec.population.active_within_days
    return traits.where(F.col("is_known") & has_history & is_active)


def require_columns(df: DataFrame, names: Sequence[str], who: str) -> None:
    """Raise ConfigError naming the first column the frame lacks, with the nearest one it has."""
    missing = [name for name in names if name not in df.columns]
    if missing:
        raise ConfigError(
            f"{who}: the trait table has no column '{missing[0]}'; {did_you_mean(missing[0], df.columns)}"
        )


def feature_types(traits: DataFrame, features: Sequence[str]) -> dict[str, FeatureType]:
    """Feature name to the type the model gets it in: text stays text, numbers and booleans become doubles."""
    fields = {field.name: field.dataType for field in traits.schema.fields}
    return {name: _feature_type(name, fields[name]) for name in features}


def feature_column(name: str, feature_type: FeatureType) -> Column:
    """The trait as a model input: DECIMAL, BIGINT and BOOLEAN as double (null stays null), text never null."""
    if feature_type == "string":
        return F.coalesce(F.col(name).cast("string"), F.lit(NO_VALUE)).alias(name)
    return F.col(name).cast("double").alias(name)


def _feature_type(name: str, data_type: DataType) -> FeatureType:
    if isinstance(data_type, StringType):
        return "string"
    if isinstance(data_type, NumericType | BooleanType):
        return "double"
    raise ConfigError(
        f"models.yml: trait '{name}' is {data_type.simpleString()}: a feature is a number, a boolean or a string"
    )
