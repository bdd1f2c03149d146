"""MLflow: runs, the model registry with its aliases, and vectorised scoring on Spark.

Numbers, the card and the model itself are stored; no row, example or name of a person ever is.
"""

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import unquote, urlparse

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from cdp_lake.scoring.model_card import VERSION_MARK
from cdp_lake.scoring.model_files import ModelFiles
from cdp_lake.scoring.population import feature_column, require_columns
from cdp_lake.scoring.retraining import FINGERPRINT_TAG
from cdp_lake.scoring.training import FittedModel, TrainedModel

# Read once, at the import below: a data platform reports to nobody, and progress is the stage's to show.
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")

import mlflow
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature
from mlflow.pyfunc import spark_udf
from mlflow.pyfunc.model import PythonModel
from mlflow.types import ColSpec, Schema

CHAMPION, CHALLENGER = "champion", "challenger"
_PACKAGES = ("mlflow", "scikit-learn", "pandas", "numpy", "cloudpickle")
_ABSENT = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")
# MLflow would write down who ran it and from which path.
_RUN_TAGS = {"mlflow.user": "cdp-lake", "mlflow.source.name": "cdp-lake", "mlflow.source.type": "JOB"}


@dataclass(frozen=True)
class Registry:
    """One tracking store with its model registry and experiment."""

    tracking_uri: str
    registry_uri: str | None
    experiment: str
    artifact_root: str | None = None

    def log_and_register(self, trained: TrainedModel, card: str) -> str:
        """The new version's number; it becomes `champion` if it passes its gate, else `challenger`."""
        name = trained.spec.name
        with self._connected() as client:
            run_id, model_uri, model_id = self._log(client, trained)
            _make_sure_of_model(client, name, trained.spec.about.strip())
            registered = client.create_model_version(
                name, model_uri, run_id=run_id, model_id=model_id, tags=_version_tags(trained)
            )
            number = str(registered.version)
            client.log_text(run_id, card.replace(VERSION_MARK, number), "model_card.md")
            client.set_registered_model_alias(name, CHAMPION if trained.passes_gate else CHALLENGER, number)
            # Last: a version that was cut short before this is trained again.
            client.set_model_version_tag(name, number, FINGERPRINT_TAG, trained.fingerprint)
        return number

    def register_files(self, name: str, about: str, given: ModelFiles) -> str:
        """The number of a new version that is text files; it becomes `champion`."""
        with self._connected() as client:
            with mlflow.start_run(experiment_id=self._experiment_id(client), run_name=name, tags=_RUN_TAGS) as run:
                mlflow.log_params(dict(given.params))
                mlflow.log_metrics(dict(given.metrics))
                for file, text in given.files.items():
                    mlflow.log_text(text, f"{name}/{file}")
            _make_sure_of_model(client, name, about)
            source = f"{run.info.artifact_uri}/{name}"
            registered = client.create_model_version(name, source, run_id=run.info.run_id, tags=dict(given.params))
            number = str(registered.version)
            # Last: a version that was cut short before this is no champion.
            client.set_registered_model_alias(name, CHAMPION, number)
        return number

    def files(self, name: str, number: str) -> dict[str, str]:
        """The text files of a version, by name; none where there is no such version or its files are gone."""
        with self._connected() as client:
            try:
                is_there = _is_stored(client, name, number)
            except MlflowException as problem:
                if problem.error_code not in _ABSENT:
                    raise
                return {}
            if not is_there:
                return {}
            place = client.get_model_version_download_uri(name, number)
            folder = Path(mlflow.artifacts.download_artifacts(place))
            return {file.name: file.read_text(encoding="utf-8") for file in sorted(folder.iterdir())}

    def champion_version(self, name: str) -> str | None:
        """The version that scores, or None where no version has passed its gate or its files are gone."""
        with self._connected() as client:
            try:
                number = str(client.get_model_version_by_alias(name, CHAMPION).version)
            except MlflowException as problem:
                # A registry out of reach is an error, not an absent champion.
                if problem.error_code not in _ABSENT:
                    raise
                return None
            return number if _is_stored(client, name, number) else None

    def training_tags(self, name: str) -> dict[str, str]:
        """Tags of the newest version, champion or not; empty when there is none or its files are gone."""
        with self._connected() as client:
            numbers = sorted(int(v.version) for v in client.search_model_versions(f"name = '{name}'"))
            return self.tags_of(name, str(numbers[-1])) if numbers else {}

    def tags_of(self, name: str, number: str) -> dict[str, str]:
        """Tags of a version; empty when its files are gone."""
        with self._connected() as client:
            if not _is_stored(client, name, number):
                return {}
            return dict(client.get_model_version(name, number).tags)

    def model_card(self, name: str, number: str) -> str:
        """The card of one version, as Markdown."""
        with self._connected() as client:
            run_id = client.get_model_version(name, number).run_id
            return str(mlflow.artifacts.load_text(f"runs:/{run_id}/model_card.md"))

    def score(self, df: DataFrame, name: str) -> DataFrame | None:
        """The same rows with `score` and `model_version`, by the champion; None when there is no champion.

        Inputs are read from the champion's own signature: it keeps scoring while models.yml moves on.
        """
        number = self.champion_version(name)
        if number is None:
            return None
        with self._connected():
            # The number, not the alias: rows are stamped with the very version that scored them.
            predict = spark_udf(df.sparkSession, f"models:/{name}/{number}", result_type="double", env_manager="local")
        inputs = [(spec.name, spec.type.name) for spec in predict.metadata.get_input_schema().inputs]
        require_columns(df, [column for column, _ in inputs], f"model '{name}' version {number}")
        typed = [feature_column(c, cast(Literal["double", "string"], kind)) for c, kind in inputs]
        return df.withColumns({"score": predict(*typed), "model_version": F.lit(number)})

    def _log(self, client: MlflowClient, trained: TrainedModel) -> tuple[str, str, str]:
        """One run with parameters, metrics beside the baseline's, and the model."""
        with mlflow.start_run(experiment_id=self._experiment_id(client), run_name=trained.spec.name, tags=_RUN_TAGS):
            mlflow.log_params(_params(trained))
            mlflow.log_metrics(_metrics(trained))
            mlflow.set_tags({f"input.{table}": str(v) for table, v in trained.origin.input_versions.items()})
            logged = mlflow.pyfunc.log_model(
                name=trained.spec.name,
                python_model=probability_model(trained.fitted.pipeline),
                signature=signature(trained.fitted),
                tags=_RUN_TAGS,
                # Named here: inferring them would load the model in a second process.
                pip_requirements=[f"{package}=={installed_version(package)}" for package in _PACKAGES],
            )
        return str(logged.run_id), str(logged.model_uri), str(logged.model_id)

    def _experiment_id(self, client: MlflowClient) -> str:
        found = client.get_experiment_by_name(self.experiment)
        if found is not None:
            return str(found.experiment_id)
        return str(client.create_experiment(self.experiment, artifact_location=self.artifact_root))

    @contextmanager
    def _connected(self) -> Iterator[MlflowClient]:
        """A client, with MLflow's fluent calls on the same stores and its chatter held back."""
        registry_uri = self.registry_uri or self.tracking_uri
        for chatty in ("mlflow", "alembic"):
            logging.getLogger(chatty).setLevel(logging.ERROR)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            mlflow.set_tracking_uri(self.tracking_uri)
            mlflow.set_registry_uri(registry_uri)
            yield MlflowClient(self.tracking_uri, registry_uri)


def local_registry(folder: Path, experiment: str) -> Registry:
    """A registry in one folder of the lake: a SQLite store beside its artifacts."""
    root = folder.resolve()
    root.mkdir(parents=True, exist_ok=True)
    return Registry(f"sqlite:///{root / 'mlflow.db'}", None, experiment, (root / "artifacts").as_uri())


def signature(fitted: FittedModel) -> ModelSignature:
    """What the model reads and gives: numbers as double, text as string, one probability back."""
    numbers = [ColSpec("double", name) for name in fitted.numeric]
    texts = [ColSpec("string", name) for name in fitted.categorical]
    return ModelSignature(inputs=Schema([*numbers, *texts]), outputs=Schema([ColSpec("double")]))


def probability_model(pipeline: Pipeline) -> PythonModel:
    """The pipeline as MLflow serves it: one probability per row, that of the label."""

    # A class inside a function travels with the model, so a worker or server opens it without this package.
    class Probability(PythonModel):
        def predict(self, context: Any, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> Any:
            # Spark runs one task per core already.
            with threadpool_limits(limits=1):
                return pipeline.predict_proba(model_input)[:, 1]

    return Probability()


def _params(trained: TrainedModel) -> dict[str, Any]:
    spec = trained.spec
    return {
        **{f"algorithm.{key}": value for key, value in spec.algorithm.model_dump().items()},
        "label.no_purchase_in_days": spec.label.no_purchase_in_days,
        "population.min_order_count": spec.population.min_order_count,
        "population.active_within_days": spec.population.active_within_days,
        "cutoff": trained.origin.cutoff.isoformat(),
        "features": ", ".join(trained.fitted.features),
        "seed": spec.seed,
    }


def _metrics(trained: TrainedModel) -> dict[str, float]:
    baseline = {f"baseline_{name}": value for name, value in trained.baseline.metrics().items()}
    return trained.evaluation.metrics() | baseline


def _version_tags(trained: TrainedModel) -> dict[str, str]:
    inputs = {f"input.{table}": str(v) for table, v in trained.origin.input_versions.items()}
    gate = "passed" if trained.passes_gate else "not passed"
    return {"cutoff": trained.origin.cutoff.isoformat(), "gate": gate} | inputs


def _make_sure_of_model(client: MlflowClient, name: str, about: str) -> None:
    try:
        client.create_registered_model(name, description=about or None)
    except MlflowException as problem:
        if problem.error_code != "RESOURCE_ALREADY_EXISTS":
            raise


def _is_stored(client: MlflowClient, name: str, number: str) -> bool:
    """False when the model's folder is gone, as after a lake was moved: MLflow keeps absolute paths."""
    place = urlparse(client.get_model_version_download_uri(name, number))
    return place.scheme != "file" or Path(unquote(place.path)).exists()
