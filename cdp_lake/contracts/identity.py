"""Identity: the evidence, the decision, and the history of both."""

from __future__ import annotations

from cdp_lake.contracts.table import Column, TableContract

_HASH = Column("_row_hash", "BIGINT", "hash of the value columns")

IDENTIFIERS = TableContract(
    name="identity.identifiers",
    grain="one row per (record, namespace, value)",
    key=("record_sk", "namespace", "value"),
    cluster_by=("record_sk",),
    columns=(
        Column("record_sk", "BIGINT"),
        Column("identifier_sk", "BIGINT", "surrogate of (namespace, value)"),
        Column("namespace", "STRING"),
        Column("value", "STRING", "normalised value", pii="identifier"),
        Column("valid_from", "TIMESTAMP", "first seen with this record"),
        Column("valid_to", "TIMESTAMP", "last seen; null while the record's newest version carries it"),
        Column("is_live", "BOOLEAN", "false when blocked or refused as evidence"),
        Column("refused_by", "STRING", "rule that refused it, null when live"),
        Column("is_named", "BOOLEAN", "true when the record gives a name; one without takes the name its values tell"),
        _HASH,
    ),
)

EDGES = TableContract(
    name="identity.edges",
    grain="one row per piece of evidence between two records",
    key=("src_record_sk", "dst_record_sk", "rule", "identifier_sk"),
    cluster_by=("src_record_sk",),
    columns=(
        Column("src_record_sk", "BIGINT", "smaller end"),
        Column("dst_record_sk", "BIGINT", "larger end"),
        Column("rule", "STRING", "namespace or rule that links the ends"),
        Column("identifier_sk", "BIGINT", "the shared value, by surrogate; the number of a must-link"),
        Column("weight", "DOUBLE", "1.0 for a deterministic rule"),
        Column("model_version", "STRING", "null for a deterministic rule"),
        Column("first_seen_at", "TIMESTAMP"),
        Column("last_seen_at", "TIMESTAMP"),
        Column("is_live", "BOOLEAN"),
        Column("refused_by", "STRING", "the rule that refused the edge, null when live"),
        Column("via_record_sk", "BIGINT", "the record both ends shared the value with and were cut off from, if so"),
        _HASH,
    ),
)

ASSIGNMENTS = TableContract(
    name="identity.assignments",
    grain="one row per (entity_type, record_sk) and known interval",
    key=("entity_type", "record_sk", "known_from"),
    cluster_by=("record_sk",),
    columns=(
        Column("entity_type", "STRING", "person or household"),
        Column("record_sk", "BIGINT"),
        Column("profile_id", "STRING", "durable id: P and a number for a person, H for a household"),
        Column("valid_from", "TIMESTAMP", "first time the record is evidence of anything"),
        Column("known_from", "TIMESTAMP", "as_of of the run that decided it"),
        Column("known_to", "TIMESTAMP", "as_of of the run that changed it, null while it stands"),
        _HASH,
    ),
)

CHANGES = TableContract(
    name="identity.changes",
    grain="one row per change of one profile in one run",
    key=("run_id", "change", "profile_id", "other_profile_id"),
    columns=(
        Column("run_id", "STRING"),
        Column("change", "STRING", "created, merged, split, or unmerged: split by a person"),
        Column("profile_id", "STRING", "the profile after the change"),
        Column(
            "other_profile_id", "STRING", "merged: the retired id; split or unmerged: the id it came from; else empty"
        ),
        Column("record_count", "BIGINT", "records that moved"),
        Column(
            "evidence", "STRING", "merged: rules that join the parts; split: rules refused between them, and by what"
        ),
        Column("effective_at", "TIMESTAMP"),
        Column("actor", "STRING"),
    ),
)

DECISIONS = TableContract(
    name="identity.decisions",
    grain="one row per record that a person's decision names",
    key=("decision_no", "record_sk"),
    columns=(
        Column("decision_no", "BIGINT"),
        Column("kind", "STRING", "must_link or cannot_link"),
        Column("side", "INT", "1 or 2: which of the two people the record is said to be"),
        Column("record_sk", "BIGINT"),
        Column("reason", "STRING", pii="free text"),
        Column("actor", "STRING", pii="name"),
        Column("decided_at", "TIMESTAMP"),
        Column("withdrawn_at", "TIMESTAMP", "null while it is in force"),
        Column("withdrawn_by", "BIGINT", "the later decision that says the opposite"),
        _HASH,
    ),
)

HOLDINGS = TableContract(
    name="identity.holdings",
    grain="one row per span of time in which one person held a device that several people use",
    key=("record_sk", "holding_no"),
    cluster_by=("record_sk",),
    columns=(
        Column("record_sk", "BIGINT", "the record that carries the device"),
        Column("holding_no", "INT", "1 for the first span; the spans of a device leave no gap"),
        Column("holder_record_sk", "BIGINT", "a record of the person who held it"),
        Column("held_from", "TIMESTAMP", "null: from the beginning"),
        Column("held_to", "TIMESTAMP", "the first moment it was somebody else's; null: it still is"),
        _HASH,
    ),
)

_NAME = (
    *("given", "given_kind", "formal", "formal_too", "given_sound", "middle", "generation"),
    *("family", "family_sound", "native_given", "native_family"),
)
_ADDRESS = ("house_number", "street", "city", "region", "postcode", "country")

COMPARABLES = TableContract(
    name="identity.comparables",
    grain="one row per record that says a name, where rules ask who resembles whom",
    key=("record_sk",),
    cluster_by=("record_sk",),
    columns=(
        Column("record_sk", "BIGINT"),
        Column("kind", "STRING", "person; records of two kinds are never compared"),
        *(Column(part, "STRING", "a form of the name that is compared", pii="name") for part in _NAME),
        Column("birth_date", "STRING", "ISO 8601", pii="birth_date"),
        Column("gender", "STRING", "f or m"),
        Column("email", "STRING", "canonical; null for a mailbox of a role", pii="email"),
        Column("phone", "STRING", "E.164", pii="phone"),
        *(Column(part, "STRING", "a part of the address as it is compared", pii="address") for part in _ADDRESS),
        _HASH,
    ),
)

IDENTITY_TABLES = (IDENTIFIERS, EDGES, ASSIGNMENTS, CHANGES, DECISIONS, HOLDINGS, COMPARABLES)
