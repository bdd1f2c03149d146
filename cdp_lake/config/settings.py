"""The whole configuration as one frozen object, and the loader that reports every problem at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cdp_lake.config.collector import CollectorSettings
from cdp_lake.config.consent import ConsentRules
from cdp_lake.config.destinations import DestinationRules
from cdp_lake.config.identity import IdentityRules
from cdp_lake.config.lake import LakeSettings, MlflowSettings
from cdp_lake.config.layers import (
    Layer,
    NamedItems,
    Where,
    as_plain,
    assignments,
    misread,
    overlay,
    read_as,
    read_folder,
    read_yaml,
)
from cdp_lake.config.models import ModelRules
from cdp_lake.config.presets import IdentityPresets, with_presets
from cdp_lake.config.quality import QualityRules
from cdp_lake.config.segments import Segment
from cdp_lake.config.shipped import conf_dir
from cdp_lake.config.source_presets import SourcePreset, with_source_presets
from cdp_lake.config.sources import SourceContract
from cdp_lake.config.spark import SparkSettings
from cdp_lake.config.strict import Strict
from cdp_lake.config.survivorship import SurvivorshipRules
from cdp_lake.config.traits import TraitRules
from cdp_lake.config.ways_in import Connections
from cdp_lake.errors import ConfigError, did_you_mean

OWN_SETTINGS = "settings.yml"
IDENTITY = "identity"


class Settings(Strict):
    """Everything a company can set, validated; one field per file or folder of conf/."""

    lake: LakeSettings = LakeSettings()
    spark: SparkSettings = SparkSettings()
    mlflow: MlflowSettings = MlflowSettings()
    connections: Connections = Connections()
    collector: CollectorSettings = CollectorSettings()
    sources: tuple[SourceContract, ...] = ()
    source_presets: tuple[SourcePreset, ...] = ()
    identity: IdentityRules
    identity_presets: IdentityPresets = IdentityPresets()
    survivorship: SurvivorshipRules
    traits: TraitRules
    models: ModelRules
    segments: tuple[Segment, ...] = ()
    consent: ConsentRules
    quality: QualityRules
    destinations: DestinationRules

    def source(self, name: str) -> SourceContract:
        """The source of that name. Raises ConfigError when there is none."""
        found = {source.name: source for source in self.sources}
        if name not in found:
            raise ConfigError(f"no source '{name}'; {did_you_mean(name, found)}")
        return found[name]

    def with_scopes_in_use(self) -> Settings:
        """The same settings with a namespace for every `type@scope` that a source maps into."""
        names = {name for source in self.sources for _, name in source.namespaces_used()}
        return self.model_copy(update={"identity": self.identity.scoped(names)})

    def digest(self, names: Iterable[str]) -> str:
        """A hash of some parts of the configuration, such as `traits` or `lake.catalog`: what a stage depends on.

        Not covered is what says only how something is computed: another engine is no reason to compute it again.
        """
        parts = {
            name: self.model_dump(mode="json", include=_included(name), exclude=_HOW_NOT_WHAT) for name in sorted(names)
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


# Whatever these say, the same comes out: the tests of the engines and of the incremental stitch hold them to it.
_HOW_NOT_WHAT = {"identity": {"components": True, "incremental": True}}


@dataclass(frozen=True)
class Loaded:
    """Settings and where each value came from."""

    settings: Settings
    layer: Layer


def load_settings(
    conf: Path | None = None, env: str | None = None, sets: Sequence[str] = (), rules: Path | None = None
) -> Loaded:
    """Shipped conf, then the project's, then the lake's own, then the environment of each, then `--set`.

    rules: a file that stands in for the project's identity.yml.

    Raises ConfigError listing every problem with file, line and hint.
    """
    folders = [(conf_dir(), "conf")]
    if conf is not None:
        if not conf.is_dir():
            raise ConfigError(f"--conf {conf}: there is no such folder; make one with: cdp-lake init DIR")
        folders.append((conf, conf.as_posix()))
    layer = Layer()
    for place, (folder, label) in enumerate(folders):
        stood_in = IDENTITY if rules is not None and place else None
        layer = overlay(layer, read_folder(folder, label, without=stood_in))
    if rules is not None:
        layer = overlay(layer, _rules_in(rules))
    over = Layer()
    for found in [*_environments(folders, env), assignments(sets)]:
        over = overlay(over, found)
    layer = overlay(overlay(layer, _own_settings(overlay(layer, over))), over)
    layer, problems = with_presets(layer)
    layer, others = with_source_presets(layer)
    return Loaded(_validated(layer, [*problems, *others]).with_scopes_in_use(), layer)


def _rules_in(file: Path) -> Layer:
    if not file.is_file():
        raise ConfigError(f"--rules {file}: there is no such file; write one in the shape of conf/identity.yml")
    return read_as(IDENTITY, file)


def _own_settings(layer: Layer) -> Layer:
    """What a lake says of itself, whoever opens it from wherever: LAKE/settings.yml, below environment and `--set`."""
    path = Path(str(layer.tree.get("lake", {}).get("path", "lake"))) / OWN_SETTINGS
    return read_yaml(path, path.as_posix()) if path.is_file() else Layer()


def _included(name: str) -> Any:
    part, _, key = name.partition(".")
    return {part: {key}} if key else {part}


def _environments(folders: list[tuple[Path, str]], env: str | None) -> list[Layer]:
    if env is None:
        return []
    files = {label: folder / "env" / f"{env}.yml" for folder, label in folders}
    found = [read_yaml(path, f"{label}/env/{env}.yml") for label, path in files.items() if path.is_file()]
    if not found:
        known = [path.stem for folder, _ in folders for path in (folder / "env").glob("*.yml")]
        raise ConfigError(f"--env {env}: no such environment; {did_you_mean(env, known)}")
    return found


def _validated(layer: Layer, problems: Sequence[tuple[Where, str]]) -> Settings:
    """The settings, unless there are problems, found here or before. Those hide what only follows from them."""
    lines, hidden = [located(where, text, layer) for where, text in problems], [where[:-1] for where, _ in problems]
    try:
        settings = Settings.model_validate(as_plain(layer.tree))
    except ValidationError as problem:
        own = [e for e in problem.errors() if _named_path(e["loc"], layer.tree)[:-1] not in hidden]
        lines += [described(dict(error), layer) for error in own]
    if lines:
        raise ConfigError("\n".join(dict.fromkeys(lines)))
    return settings


def described(error: Mapping[str, Any], layer: Layer) -> str:
    """One problem in one line: file and line, the key, what is wrong."""
    where = _named_path(error["loc"], layer.tree)
    key = error.get("ctx", {}).get("key")
    message = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "missing":
        message = "is needed and not given"
    if error["type"] == "string_type":
        message = misread(error["input"]) or message
    return located((*where, key) if key else where, message, layer)


def located(where: tuple[str, ...], message: str, layer: Layer) -> str:
    """A problem with the file and line of the setting it is about."""
    origin = next((layer.origins[where[:n]] for n in range(len(where), 0, -1) if where[:n] in layer.origins), "conf")
    return f"{origin}: {'.'.join(where)}: {message}"


def _named_path(loc: tuple[str | int, ...], tree: Any) -> tuple[str, ...]:
    """The validator's path with list numbers turned into the names of the items."""
    path: list[str] = []
    for step in loc:
        if isinstance(step, int) and isinstance(tree, NamedItems) and step < len(tree):
            path.append(list(tree)[step])
            tree = tree[path[-1]]
            continue
        if isinstance(tree, dict):
            tree = tree.get(step)
        elif isinstance(tree, list) and isinstance(step, int) and step < len(tree):
            tree = tree[step]
        path.append(str(step))
    return tuple(path)
