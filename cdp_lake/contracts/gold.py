"""Gold: ready for notebooks, BI and activation; readable by any Delta reader."""

from __future__ import annotations

from cdp_lake.contracts.table import Column, TableContract

_HASH = Column("_row_hash", "BIGINT", "hash of the value columns")
_ID = Column("profile_id", "STRING", "durable id of the person")

PROFILES = TableContract(
    name="gold.profiles",
    grain="one row per profile: the surviving value of each attribute",
    rebuilt_by="build_profiles",
    key=("profile_id",),
    portable=True,
    purpose="profiles",
    columns=(
        _ID,
        Column("is_known", "BOOLEAN", "true with at least one person identifier, not only device ids"),
        Column("given_name", "STRING", pii="name"),
        Column("family_name", "STRING", pii="name"),
        Column("native_name", "STRING", pii="name"),
        Column("email", "STRING", pii="email"),
        Column("phone", "STRING", pii="phone"),
        Column("birth_date", "DATE", pii="birth_date"),
        Column("gender", "STRING"),
        Column("language", "STRING"),
        Column("street", "STRING", pii="address"),
        Column("city", "STRING", pii="address"),
        Column("state", "STRING", pii="address"),
        Column("postcode", "STRING", pii="address"),
        Column("country", "STRING"),
        Column("household_id", "STRING", "durable id of the home; null when no record tells where the person lives"),
        Column("household_size", "BIGINT", "profiles of that household, this one too"),
        Column("record_count", "BIGINT", "source records in the profile"),
        Column("source_count", "BIGINT", "systems that know the person"),
        Column("sources", "ARRAY<STRING>"),
        Column("first_seen_at", "TIMESTAMP"),
        Column("last_seen_at", "TIMESTAMP"),
        Column(
            "identifiers",
            "ARRAY<STRUCT<namespace: STRING, value: STRING>>",
            "live identifiers, sorted",
            pii="identifier",
        ),
        _HASH,
    ),
)

TRAITS = TableContract(
    name="gold.traits",
    grain="one row per profile; the columns after profile_id are declared in traits.yml",
    rebuilt_by="compute_traits",
    key=("profile_id",),
    portable=True,
    purpose="traits",
    columns=(_ID,),
)

SCORES = TableContract(
    name="gold.scores",
    grain="one row per (profile, model)",
    rebuilt_by="score_profiles",
    key=("profile_id", "model"),
    portable=True,
    purpose="scores",
    columns=(
        _ID,
        Column("model", "STRING"),
        Column("model_version", "STRING"),
        Column("score", "DOUBLE", "calibrated probability where the model gives one"),
        Column("decile", "INT", "1 lowest to 10 highest"),
        Column("scored_at", "TIMESTAMP", "as_of of the run"),
        _HASH,
    ),
)

SEGMENT_MEMBERSHIPS = TableContract(
    name="gold.segment_memberships",
    grain="one row per (segment, profile, entered_at)",
    key=("segment", "profile_id", "entered_at"),
    portable=True,
    purpose="segments",
    columns=(
        Column("segment", "STRING"),
        _ID,
        Column("entered_at", "TIMESTAMP"),
        Column("exited_at", "TIMESTAMP", "null while the profile is in the segment"),
        _HASH,
    ),
)

SEGMENT_CHANGES = TableContract(
    name="gold.segment_changes",
    grain="one row per entry into or exit from a segment",
    key=("segment", "profile_id", "change", "changed_at"),
    portable=True,
    purpose="segments",
    columns=(
        Column("segment", "STRING"),
        _ID,
        Column("change", "STRING", "entered or exited"),
        Column("changed_at", "TIMESTAMP"),
        Column("run_id", "STRING"),
    ),
)

DELIVERIES = TableContract(
    name="activation.deliveries",
    grain="one row per (destination, profile): what was last sent",
    key=("destination", "profile_id"),
    purpose="activation",
    columns=(
        Column("destination", "STRING"),
        _ID,
        Column("segments", "ARRAY<STRING>", "segments delivered"),
        Column("payload_hash", "STRING", "keyed hash of the row as sent"),
        Column("state", "STRING", "added, updated or removed"),
        Column("delivered_at", "TIMESTAMP"),
        Column("receipt", "STRING", "file the row went out in"),
        _HASH,
    ),
)

GOLD_TABLES = (PROFILES, TRAITS, SCORES, SEGMENT_MEMBERSHIPS, SEGMENT_CHANGES)
ACTIVATION_TABLES = (DELIVERIES,)
