"""What a plan of identity rules is: the same words whether it was made now, is read from its file, or is kept."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cdp_lake import __version__
from cdp_lake.adapters.plan_folders import PlanFolder
from cdp_lake.config.settings import Settings, load_settings
from cdp_lake.errors import ConfigError
from cdp_lake.stages.session import Options

Rows = list[dict[str, Any]]
MAKE_ONE = "cdp-lake identity plan --rules"


@dataclass(frozen=True)
class NewRules:
    """Rules that are not in force yet: the settings with them and without them."""

    file: Path
    settings: Settings
    former: Settings

    @classmethod
    def of(cls, options: Options, file: Path) -> NewRules:
        """The rules of a file that stands in for the project's identity.yml. Raises ConfigError as any layer does."""
        settings = options.loaded(file).settings
        root = settings.lake.path
        if "://" in root:
            raise ConfigError(
                f"lake.path: {root}: identity rules are planned beside a lake in a folder, by links to its files. "
                "Copy the tables into a folder and plan there, with --set lake.path=FOLDER"
            )
        # Only loaded: a source may name a namespace that the new rules bring.
        former = load_settings(options.conf, options.env, options.all_sets).settings
        return cls(file, settings, former)

    @property
    def digest(self) -> str:
        """What tells these rules from others."""
        return self.settings.digest(("identity",))

    @property
    def home(self) -> Path:
        """The folder of the lake."""
        return Path(self.settings.lake.path).absolute()

    @property
    def folder(self) -> PlanFolder:
        """Where the plan of these rules lies."""
        return PlanFolder(self.home, self.digest)


@dataclass(frozen=True)
class Listed:
    """A list in a file of the plan's folder: how many rows it has, and the first of them."""

    file: str
    count: int
    first: Rows


@dataclass(frozen=True)
class People:
    """Who is who, before and after. `people` is the partition: equal numbers are equal people, whatever their ids."""

    people: int
    records: int
    moved: int
    profiles: dict[str, int]
    largest: dict[str, int]
    merges: Listed
    splits: Listed
    created: Listed
    edges: Rows
    sizes: Rows


@dataclass(frozen=True)
class Audiences:
    """Members of segments or destinations, before and after; those who do not stay are in the file."""

    rows: Rows
    movers: Listed


@dataclass(frozen=True)
class Effects:
    """What differs: people, and segments and destinations where the lake has them."""

    people: People
    segments: Audiences | None
    destinations: Audiences | None


@dataclass(frozen=True)
class IdentityPlan:
    """What rules would do to one publication of a lake: rules by digest, `changes` as the stitch counted them."""

    rules: str
    code: str
    publication: int
    as_of: str
    stages: list[str]
    changed_rules: list[str]
    notes: list[str]
    changes: dict[str, int]
    effects: Effects
    shadow: str | None
    seconds: dict[str, float]

    @property
    def changes_nothing(self) -> bool:
        """True when everybody stays who and where they are."""
        found = self.effects
        audiences = [one.movers.count for one in (found.segments, found.destinations) if one is not None]
        return not any([*self.changes.values(), found.people.moved, *audiences])

    def as_dict(self) -> dict[str, Any]:
        """The plan as plain values."""
        return asdict(self)

    def as_json(self) -> str:
        """The plan as one JSON object."""
        return json.dumps(self.as_dict(), indent=2, ensure_ascii=False)


@dataclass(frozen=True)
class Promise:
    """The part of a plan that its carrying out has to keep."""

    changes: dict[str, int]
    people: int


def promise(rules: NewRules, publication: int) -> Promise:
    """What was planned for exactly these rules on exactly this publication. Raises ConfigError when nothing was."""
    plan = rules.folder.load()
    if plan is None:
        raise ConfigError(f"{rules.file}: there is no plan of these rules for this lake; {_again(rules)}")
    if plan["publication"] != publication:
        raise ConfigError(
            f"plan again: the lake has gone on from publication {plan['publication']} to {publication}; {_again(rules)}"
        )
    if plan["code"] != __version__:
        raise ConfigError(f"plan again: the plan was made by cdp-lake {plan['code']}; {_again(rules)}")
    return Promise(plan["changes"], plan["effects"]["people"]["people"])


def _again(rules: NewRules) -> str:
    return f"see what they would do first: {MAKE_ONE} {rules.file} (or say --unplanned)"
