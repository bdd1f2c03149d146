"""Show a model: the card of the version that scores."""

from __future__ import annotations

from cdp_lake.config.settings import Settings
from cdp_lake.errors import ConfigError, did_you_mean
from cdp_lake.stages.models import registry_of


def champion_card(settings: Settings, name: str) -> str:
    """The champion's model card as Markdown. Raises ConfigError for an unknown model or one without champion."""
    known = [model.name for model in settings.models.models]
    if name not in known:
        raise ConfigError(f"no model '{name}'; {did_you_mean(name, known)}")
    registry = registry_of(settings)
    version = registry.champion_version(name)
    if version is None:
        raise ConfigError(f"model '{name}' has no champion yet: run train_models on enough history first")
    return registry.model_card(name, version)
