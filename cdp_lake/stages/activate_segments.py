"""Activate: tell each destination what changed since we last told it, for people whose consent covers it."""

from __future__ import annotations

from pyspark.sql import DataFrame

from cdp_lake.activation import delivery_changes, delivery_rows, outcome_counts, payloads, removal_brake, rows_to_send
from cdp_lake.adapters.destinations import Delivery, Receipt, deliver_csv
from cdp_lake.adapters.keys import hmac_key
from cdp_lake.config.destinations import Destination
from cdp_lake.contracts.gold import DELIVERIES, PROFILES, SEGMENT_MEMBERSHIPS
from cdp_lake.contracts.identity import ASSIGNMENTS
from cdp_lake.contracts.silver import CONSENTS
from cdp_lake.errors import QualityGateFailed
from cdp_lake.privacy import consent_by_profile, current_consent, with_token
from cdp_lake.stages.job import Job

PURPOSE = "activation"


def activate(job: Job) -> None:
    """Delivers to every destination; a destination with nothing new gets no file."""
    assignments = job.lake.read(ASSIGNMENTS, PURPOSE)
    consents = current_consent(job.lake.read(CONSENTS, PURPOSE), assignments, job.as_of).persist()
    for destination in job.settings.destinations.destinations:
        _activate_one(job, destination, consents)


def _activate_one(job: Job, destination: Destination, consents: DataFrame) -> None:
    profiles = job.lake.read(PROFILES, PURPOSE)
    members = job.lake.read(SEGMENT_MEMBERSHIPS, PURPOSE)
    wanted = with_token(payloads(members, profiles, destination), "payload", "payload_hash", hmac_key(job.home))
    consent = consent_by_profile(consents, profiles, destination.consent_need(job.settings.consent))
    changes = delivery_changes(wanted, consent, job.lake.head(DELIVERIES), destination).persist()
    counts = {(r["change"], r["reason"]): r["profile_count"] for r in outcome_counts(changes).collect()}
    brake = removal_brake(counts, destination)
    if brake:
        raise QualityGateFailed(brake)
    _note(job, destination, counts, _send(job, destination, changes))


def _send(job: Job, destination: Destination, changes: DataFrame) -> Receipt | None:
    delivery = Delivery(job.run_id, job.as_of, dict(job.lake.versions), {})
    rows = rows_to_send(changes).toLocalIterator()
    receipt = deliver_csv(rows, destination, job.home / "activation" / "files", delivery)
    if receipt is not None:
        job.upsert(DELIVERIES, delivery_rows(changes, destination, job.as_of, receipt.file).persist())
        job.facts[f"{destination.name}: file"] = f"activation/files/{receipt.file}"
    return receipt


def _note(
    job: Job, destination: Destination, counts: dict[tuple[str, str | None], int], receipt: Receipt | None
) -> None:
    for (change, reason), count in sorted(counts.items(), key=str):
        label = change if reason is None else f"{change} ({reason})"
        job.facts[f"{destination.name}: {label}"] = str(count)
    sent = f"{receipt.rows:,} rows sent" if receipt else "nothing new"
    held = sum(count for (change, _), count in counts.items() if change == "held_back")
    job.progress.step(f"{destination.name}: {sent}, {held:,} people held back")
