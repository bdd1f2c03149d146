"""Train: each model learns from the past as it was at its cutoff, and is registered beside its baseline."""

from __future__ import annotations

from cdp_lake.config.models import ModelSpec
from cdp_lake.contracts.silver import ORDERS
from cdp_lake.scoring import (
    TrainingOrigin,
    cutoff_before,
    labels,
    model_card,
    needs_training,
    too_little_to_learn,
    training_fingerprint,
    training_rows,
)
from cdp_lake.scoring import (
    train as fitted,
)
from cdp_lake.stages.job import Job
from cdp_lake.stages.models import registry_of
from cdp_lake.stages.trait_inputs import trait_facts, traits_at

PURPOSE = "scores"


def train(job: Job) -> None:
    """Trains the models whose inputs or settings changed since their newest version."""
    for spec in job.settings.models.models:
        _train_one(job, spec)


def _train_one(job: Job, spec: ModelSpec) -> None:
    registry = registry_of(job.settings)
    horizon, zone = spec.label.no_purchase_in_days, job.settings.lake.business_timezone
    cutoff = cutoff_before(job.as_of, horizon, zone)
    bought = labels(trait_facts(job, PURPOSE)["orders"], cutoff, horizon)
    features = traits_at(job, cutoff, PURPOSE)
    versions = {name: v for name, v in job.lake.reads.items() if name.startswith((ORDERS.layer, "identity", "gold"))}
    origin = TrainingOrigin(cutoff, versions)
    if not needs_training(registry.training_tags(spec.name), training_fingerprint(spec, origin)):
        job.progress.step(f"{spec.name}: the newest version was trained from exactly this")
        return
    rows = training_rows(features, bought, spec).toPandas()
    problem = too_little_to_learn(rows, spec)
    if problem:
        job.facts[spec.name] = problem
        job.progress.step(problem)
        return
    trained = fitted(rows, spec, origin)
    number = registry.log_and_register(trained, model_card(trained))
    _report(job, spec, number, trained.evaluation.metrics(), trained.baseline.metrics())
    job.facts[f"{spec.name}: gate"] = "passed" if trained.passes_gate else "not passed"


def _report(job: Job, spec: ModelSpec, number: str, metrics: dict[str, float], baseline: dict[str, float]) -> None:
    job.facts[f"{spec.name}: version"] = number
    for name, value in metrics.items():
        job.facts[f"{spec.name}: {name}"] = f"{value:.4f} (baseline {baseline[name]:.4f})"
    job.progress.step(
        f"{spec.name} version {number}: ROC AUC {metrics['roc_auc']:.3f}, baseline {baseline['roc_auc']:.3f}"
    )
