"""MLflow keeps the model, its quality and its card: and nothing about a person."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import pytest
from pyspark.sql import SparkSession

from cdp_lake.adapters.mlflow_registry import Registry, local_registry
from cdp_lake.scoring import TrainedModel, TrainingOrigin, model_card, needs_training, train
from cdp_lake.scoring.training import probability
from tests.unit.scoring.people import shop_rows, spec_with

ORIGIN = TrainingOrigin(datetime(2017, 11, 3, tzinfo=timezone.utc), {"silver.orders": 4})


@pytest.fixture(scope="module")
def trained() -> TrainedModel:
    return train(shop_rows(), spec_with(), ORIGIN)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return local_registry(tmp_path_factory.mktemp("a lake") / "mlflow", "cdp-lake")


@pytest.fixture(scope="module")
def champion(registry: Registry, trained: TrainedModel) -> str:
    return registry.log_and_register(trained, model_card(trained))


def named(trained: TrainedModel, name: str) -> TrainedModel:
    """The same model under another name: one store serves several tests."""
    return replace(trained, spec=trained.spec.model_copy(update={"name": name}))


def below_gate(trained: TrainedModel) -> TrainedModel:
    """The same model, judged worse than its baseline, from a later cutoff."""
    later = replace(ORIGIN, cutoff=datetime(2017, 12, 3, tzinfo=timezone.utc))
    return replace(trained, origin=later, evaluation=replace(trained.evaluation, roc_auc=0.1))


def test_a_version_that_passes_its_gate_becomes_the_champion(registry: Registry, champion: str) -> None:
    assert registry.champion_version("churn") == champion == "1"


def test_the_newest_version_says_what_it_was_made_from(
    registry: Registry, champion: str, trained: TrainedModel
) -> None:
    tags = registry.training_tags("churn")
    assert not needs_training(tags, trained.fingerprint)
    assert tags["input.silver.orders"] == "4"
    assert registry.training_tags("never_trained") == {}
    assert registry.champion_version("never_trained") is None


def test_the_card_is_stored_with_the_number_of_its_version(registry: Registry, champion: str) -> None:
    card = registry.model_card("churn", champion)
    assert card.startswith("# Model card: churn, version 1\n")


def test_a_version_below_its_gate_never_scores_but_is_not_trained_again(
    registry: Registry, trained: TrainedModel
) -> None:
    good = named(trained, "weak_at_first")
    failed = below_gate(good)
    registry.log_and_register(failed, model_card(failed))
    assert registry.champion_version("weak_at_first") is None
    assert not needs_training(registry.training_tags("weak_at_first"), failed.fingerprint)
    assert registry.log_and_register(good, model_card(good)) == "2"
    assert registry.champion_version("weak_at_first") == "2"


def test_a_registration_cut_short_is_done_again(
    registry: Registry, trained: TrainedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = named(trained, "cut_short")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as cut, pytest.raises(KeyboardInterrupt):
        cut.setattr("mlflow.MlflowClient.set_registered_model_alias", killed)
        registry.log_and_register(model, model_card(model))
    assert needs_training(registry.training_tags("cut_short"), model.fingerprint)
    assert registry.log_and_register(model, model_card(model)) == "2"
    assert registry.champion_version("cut_short") == "2"


def test_a_model_whose_files_are_gone_is_trained_again(tmp_path: Path, trained: TrainedModel) -> None:
    registry = local_registry(tmp_path / "mlflow", "cdp-lake")
    registry.log_and_register(trained, model_card(trained))
    (tmp_path / "mlflow" / "artifacts").rename(tmp_path / "elsewhere")
    assert registry.champion_version("churn") is None
    assert needs_training(registry.training_tags("churn"), trained.fingerprint)


def test_mlflow_learns_no_row_no_user_and_no_path_of_the_program(registry: Registry, champion: str) -> None:
    folder = Path(registry.tracking_uri.removeprefix("sqlite:///")).parent
    names = {path.name for path in folder.rglob("*") if path.is_file()}
    assert not [name for name in names if "example" in name or name.endswith((".csv", ".parquet"))]
    with closing(sqlite3.connect(folder / "mlflow.db")) as store:
        told = store.execute(
            "select key, value from tags union select tag_key, tag_value from logged_model_tags"
        ).fetchall()
    assert {value for key, value in told if key in ("mlflow.user", "mlflow.source.name")} == {"cdp-lake"}


def test_the_stored_model_opens_without_this_package(registry: Registry, champion: str, tmp_path: Path) -> None:
    program = f"""
import sys, mlflow, pandas
mlflow.set_tracking_uri({registry.tracking_uri!r})
mlflow.set_registry_uri({registry.tracking_uri!r})
model = mlflow.pyfunc.load_model("models:/churn@champion")
rows = dict(days_since_last_order=[5.0, 170.0], order_count=[40.0, None], favourite_channel=["store", "(none)"])
low, high = model.predict(pandas.DataFrame(rows))
assert 0 <= low < high <= 1, (low, high)
assert not [name for name in sys.modules if name.startswith("cdp_lake")]
"""
    # -I: neither the checkout nor PYTHONPATH is on the path.
    ran = subprocess.run(
        [sys.executable, "-I", "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr


@pytest.mark.spark
def test_spark_gives_the_probability_the_model_gives_in_memory(
    spark: SparkSession, registry: Registry, champion: str, trained: TrainedModel
) -> None:
    rows = shop_rows(50, seed=9)
    wanted = probability(trained.fitted, rows)
    people = spark.createDataFrame(rows.assign(profile_id=[f"p{i:02}" for i in range(50)]))
    as_in_gold = people.selectExpr(
        # Another order than the signature's, the types of gold.traits, and a column the model does not know.
        "favourite_channel",
        "cast(order_count as decimal(18,4)) order_count",
        "true is_known",
        "cast(days_since_last_order as bigint) days_since_last_order",
        "profile_id",
    ).replace("(none)", None, subset=["favourite_channel"])
    scored = registry.score(as_in_gold, "churn")
    assert scored is not None
    found = {row.profile_id: row for row in scored.collect()}
    assert np.allclose([found[f"p{i:02}"].score for i in range(50)], wanted, atol=1e-9)
    assert {row.model_version for row in found.values()} == {champion}


@pytest.mark.spark
def test_without_a_champion_nothing_is_scored(spark: SparkSession, registry: Registry) -> None:
    assert registry.score(spark.range(1), "never_trained") is None
