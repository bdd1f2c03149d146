"""Where this lake keeps its models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cdp_lake.config.settings import Settings

if TYPE_CHECKING:
    from cdp_lake.adapters.mlflow_registry import Registry


def registry_of(settings: Settings) -> Registry:
    """The registry the settings name, else a SQLite store inside the lake."""
    # MLflow takes seconds to import, and most commands never need it.
    from cdp_lake.adapters.mlflow_registry import Registry, local_registry

    own = settings.mlflow
    if own.tracking_uri is None:
        return local_registry(Path(settings.lake.path) / "mlflow", own.experiment)
    return Registry(own.tracking_uri, own.registry_uri, own.experiment)


def champions(settings: Settings) -> str:
    """The version of each model that scores now, as text: part of what scoring depends on."""
    if not settings.models.models:
        return ""
    registry = registry_of(settings)
    return ",".join(f"{model.name}@{registry.champion_version(model.name)}" for model in settings.models.models)
