"""The model card: what a person must know before acting on a score."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from cdp_lake.scoring.evaluation import Evaluation
from cdp_lake.scoring.training import TrainedModel

# The registry gives the number, so the card is written with a mark in its place.
VERSION_MARK = "{version}"
_METRIC_NAMES = {
    "roc_auc": "ROC AUC (0.5 = blind, 1 = perfect)",
    "average_precision": "average precision",
    "top_decile_lift": "lift of the top decile",
    "log_loss": "log loss (lower is better)",
    "brier": "Brier score (lower is better)",
}


def model_card(trained: TrainedModel) -> str:
    """The card as Markdown: purpose, data, quality beside the baseline, what drives it, limits and law."""
    title = f"# Model card: {trained.spec.name}, version {VERSION_MARK}"
    sections = [_purpose(trained), _data(trained), _quality(trained), _drivers(trained), _limits(trained), _LAW]
    return "\n\n".join([title, *sections]) + "\n"


def _purpose(trained: TrainedModel) -> str:
    spec = trained.spec
    days = spec.label.no_purchase_in_days
    return (
        f"## Purpose\n{spec.about.strip() or spec.name}\n\n"
        f"The score is the probability, from 0 to 1, that a customer buys nothing in the next {days} days. "
        "Meant for choosing whom to contact and for reporting; not for prices, credit or refusing service."
    )


def _data(trained: TrainedModel) -> str:
    spec, cutoff = trained.spec, trained.origin.cutoff
    end = cutoff + timedelta(days=spec.label.no_purchase_in_days)
    who = spec.population
    versions = [f"{table}@{version}" for table, version in sorted(trained.origin.input_versions.items())]
    return "\n".join(
        [
            "## Data",
            f"- features: traits as they stood at {cutoff:%Y-%m-%d %H:%M} UTC; label: orders after it until "
            f"{end:%Y-%m-%d %H:%M} UTC",
            f"- population: known profiles with at least {who.min_order_count} orders, the last one within "
            f"{who.active_within_days} days; nobody else gets a score",
            f"- rows: {trained.evaluation.rows}, of which {trained.evaluation.positive_share:.1%} bought nothing",
            f"- table versions: {', '.join(versions) or 'not given'}",
            f"- training fingerprint: {trained.fingerprint[:16]}",
        ]
    )


def _quality(trained: TrainedModel) -> str:
    spec, model, baseline = trained.spec, trained.evaluation, trained.baseline
    mine, theirs = model.metrics(), baseline.metrics()
    metrics = [(_METRIC_NAMES[k], f"{mine[k]:.4f}", f"{theirs[k]:.4f}") for k in _METRIC_NAMES]
    verdict = "passed" if trained.passes_gate else "not passed: this version is a challenger, not the champion"
    return "\n\n".join(
        [
            f"## Quality\nMeasured on people the model did not learn from ({spec.folds} folds by hash of the "
            f"profile id). Algorithm: {spec.algorithm.name}. Baseline: rank by `{spec.baseline.rank_by}`.",
            _table(("metric", "model", "baseline"), metrics),
            f"Gate ({spec.gate.metric}): {verdict}.",
            "### Calibration\nFrom the lowest probabilities to the highest: expected and observed share.",
            _calibration(model),
        ]
    )


def _calibration(model: Evaluation) -> str:
    rows = [(str(b.rows), f"{b.expected:.3f}", f"{b.observed:.3f}") for b in model.calibration]
    return _table(("people", "expected", "observed"), rows)


def _drivers(trained: TrainedModel) -> str:
    rows = [
        (f"`{name}`", f"{loss:.4f}", f"{trained.filled[name]:.0%}" if name in trained.filled else "text")
        for name, loss in trained.influence.items()
    ]
    return "\n\n".join(
        [
            "## What drives it\nROC AUC lost when the feature is shuffled (on the training rows), and the share of "
            "people who have a value. Features that say the same thing share their influence.",
            _table(("feature", "influence", "filled"), rows),
        ]
    )


def _limits(trained: TrainedModel) -> str:
    return "\n".join(
        [
            "## Limits",
            "- One cutoff: held-out people come from the same weeks, so quality in another season may be lower. "
            "Compare the average score with the share of the data section: far apart means the features have moved.",
            "- Identity is taken as it is known today, so a profile may unite records that were apart at the cutoff.",
            "- A score is a statement about people like this one, not about this one; causes are not learned.",
            f"- With fewer than {trained.spec.min_rows_per_class} people of either kind no model is trained.",
        ]
    )


_LAW = (
    "## Automated decisions (PIPL article 24)\n"
    "Scoring is automated decision-making from personal information. Use it openly and fairly: no unreasonable "
    "difference in price or terms; marketing chosen by it must come with a way to refuse that is as easy, or an "
    "option not based on personal characteristics; where a decision weighs heavily on a person, they may ask for "
    "an explanation and refuse a purely automated one. An impact assessment (articles 55 and 56) precedes such use. "
    "This note is no legal advice."
)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
