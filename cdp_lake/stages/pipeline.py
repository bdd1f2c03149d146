"""The stages of the lake, named once, in order."""

from __future__ import annotations

from cdp_lake.contracts.catalogue import TABLES
from cdp_lake.errors import ConfigError, did_you_mean
from cdp_lake.stages.activate_segments import activate
from cdp_lake.stages.build_profiles import build
from cdp_lake.stages.build_segments import build as build_memberships
from cdp_lake.stages.compute_traits import compute
from cdp_lake.stages.expiry import expiring_on
from cdp_lake.stages.job import Stage
from cdp_lake.stages.land_bronze import land
from cdp_lake.stages.models import champions
from cdp_lake.stages.refine_silver import refine
from cdp_lake.stages.score_profiles import score
from cdp_lake.stages.stitch_identity import beyond_the_records, stitch
from cdp_lake.stages.train_models import train

_TRAIT_FACTS = ("silver.orders", "silver.order_lines", "silver.events", "silver.products",
                "silver.campaign_contacts", "silver.coupons")  # fmt: skip

STAGES: tuple[Stage, ...] = (
    Stage(
        name="land_bronze",
        about="every new file becomes records, exactly as received",
        reads=(),
        writes=("bronze.*", "ops.files", "ops.positions", "ops.quarantine"),
        run=land,
        settings_used=("sources", "connections"),
        always_looks=True,
    ),
    Stage(
        name="refine_silver",
        about="each record gets its one fate; what passes becomes source records and facts",
        reads=("bronze.*", "ops.files", "ops.corrections"),
        writes=("silver.*", "ops.fates", "ops.quarantine", "ops.redrives", "ops.sequences"),
        run=refine,
        settings_used=("sources", "identity", "quality"),
        depends_on_time=False,
        watches=expiring_on,
    ),
    Stage(
        name="stitch_identity",
        about="which records are one person, and under which durable id",
        reads=("silver.source_records",),
        writes=(
            "identity.identifiers",
            "identity.edges",
            "identity.assignments",
            "identity.changes",
            "identity.decisions",
            "identity.holdings",
            "identity.comparables",
            "ops.health",
            "ops.sequences",
        ),
        run=stitch,
        settings_used=("identity", "mlflow"),
        depends_on_time=False,
        resumes=True,
        watches=beyond_the_records,
    ),
    Stage(
        name="build_profiles",
        about="one golden record per person",
        reads=("silver.source_records", "identity.assignments", "identity.identifiers"),
        writes=("gold.profiles",),
        run=build,
        settings_used=("survivorship", "quality"),
        depends_on_time=False,
    ),
    Stage(
        name="compute_traits",
        about="facts per person: demography, behaviour, transactions, engagement",
        reads=("gold.profiles", "identity.assignments", "identity.holdings", *_TRAIT_FACTS),
        writes=("gold.traits",),
        run=compute,
        settings_used=("traits", "lake.business_timezone", "quality"),
    ),
    Stage(
        name="train_models",
        about="models from traits as they were, judged beside a simple rule, registered in MLflow",
        reads=("gold.profiles", "identity.assignments", "identity.holdings", *_TRAIT_FACTS),
        writes=(),
        run=train,
        settings_used=("models", "traits", "mlflow", "lake.business_timezone"),
    ),
    Stage(
        name="score_profiles",
        about="the champion of each model scores everybody it is for",
        reads=("gold.traits",),
        writes=("gold.scores",),
        run=score,
        settings_used=("models", "mlflow", "quality"),
        watches=champions,
    ),
    Stage(
        name="build_segments",
        about="who is in which segment since when",
        reads=("gold.profiles", "gold.traits", "gold.scores"),
        writes=("gold.segment_memberships", "gold.segment_changes"),
        run=build_memberships,
        settings_used=("segments", "models", "quality"),
    ),
    Stage(
        name="activate_segments",
        about="what changed since the last delivery goes out, for people whose consent covers it",
        reads=("gold.profiles", "gold.segment_memberships", "silver.consents", "identity.assignments"),
        writes=("activation.deliveries",),
        run=activate,
        settings_used=("destinations", "consent", "segments"),
    ),
)


def made_anew_by(stages: tuple[Stage, ...]) -> tuple[str, ...]:
    """Tables that a rebuild of these stages makes from other tables alone."""
    names = {stage.name for stage in stages}
    return tuple(table.name for table in TABLES if table.rebuilt_by in names)


def stages_named(names: tuple[str, ...]) -> tuple[Stage, ...]:
    """The stages of those names in pipeline order; all of them for no names."""
    known = {stage.name: stage for stage in STAGES}
    for name in names:
        if name not in known:
            raise ConfigError(f"no stage '{name}'; {did_you_mean(name, known)}")
    return tuple(stage for stage in STAGES if not names or stage.name in names)
