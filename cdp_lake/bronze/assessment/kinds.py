"""What kind of feed a file is, told from what its columns mean, and which silver field each of them fills."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import NamedTuple

from cdp_lake.config.source_kinds import KIND_FIELDS, Kind


class KindGuess(NamedTuple):
    """The kind, why, and whether a person must decide because nothing really fits."""

    kind: Kind
    reason: str
    is_sure: bool


# kind -> groups of meanings: of each group one is needed. The first kind that fits is taken.
_PEOPLE = "given_name family_name full_name native_name email phone birth_date loyalty_id crm_id"
_SIGNS: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    ("consent", ("purpose", "status", "decided_at updated_at created_at occurred_at date")),
    (
        "event",
        (
            "event_type event_name",
            "message_id anonymous_id",
            "occurred_at original_at received_at sent_at created_at date",
        ),
    ),
    ("receipt", ("order_id", "lines")),
    ("order_rows", ("order_id", "product_id line_no product_name", "quantity unit_price")),
    ("redemption", ("coupon_upc", "redeemed_on redemption_id")),
    ("coupon_offer", ("campaign_id", "coupon_upc", "product_id")),
    ("ad_spend", ("campaign_id", "impression_count click_count spend")),
    ("campaign_contact", ("campaign_id", "crm_id user_id email phone subject_value", "contacted_at sent_at")),
    ("event", ("page_path event_name", "user_id anonymous_id email phone", "occurred_at created_at date")),
    ("order_rows", ("order_id", "amount ordered_at paid_at quantity")),
    ("product", ("product_id", "product_name category product_brand unit_price unit_cost_amount")),
    ("person", (_PEOPLE,)),
)
# Where a kind says another word for what a column means; the first column that fills a field keeps it.
_OTHER_FIELDS: dict[str, dict[str, tuple[str, ...]]] = {
    "person": {"updated_at": ("valid_from",), "created_at": ("first_seen_at",)},
    "event": {
        **{"message_id": ("event_id",), "lead_id": ("event_id",), "created_at": ("occurred_at",)},
        **{"date": ("occurred_at",), "updated_at": ("occurred_at",), "quantity": ()},
    },
    "order_rows": {
        **dict.fromkeys(("created_at", "occurred_at", "date"), ("ordered_at",)),
        **{"paid_at": (), "given_name": (), "family_name": (), "native_name": ("full_name",)},
    },
    "receipt": dict.fromkeys(("created_at", "occurred_at", "date", "paid_at"), ("ordered_at",)),
    "product": {"unit_price": (), "created_at": ("updated_at",)},
    "ad_spend": {"date": ("spent_on",), "spend": ("amount",), "unit_cost_amount": ("amount",)},
    "campaign_contact": {
        **dict.fromkeys(("crm_id", "user_id", "subject_value"), ("subject",)),
        **dict.fromkeys(("sent_at", "date", "occurred_at", "created_at"), ("contacted_at",)),
    },
    "redemption": {"date": ("redeemed_on",), "lead_id": ("redemption_id",), "created_at": ("redeemed_on",)},
    "consent": {
        **dict.fromkeys(("updated_at", "created_at", "occurred_at", "date"), ("decided_at",)),
        "lead_id": ("decision_id",),
    },
}
# A path that means something else in one kind: the name of an event's screen is nobody's name.
_PATHS: dict[tuple[str, str], str] = {("event", "name"): "screen_name"}
_NEEDED: dict[str, tuple[str, ...]] = {
    "person": ("valid_from",),
    "event": ("event_type",),
    "order_rows": ("order_id", "ordered_at", "amount", "product_id"),
    "receipt": ("order_id", "ordered_at", "amount", "lines"),
    "product": ("product_id", "product_name"),
    "ad_spend": ("campaign_id", "channel", "spent_on", "amount"),
    "campaign_contact": ("campaign_id", "channel", "subject", "contacted_at"),
    "coupon_offer": ("campaign_id", "coupon_upc", "product_id"),
    "redemption": ("redemption_id", "campaign_id", "coupon_upc", "redeemed_on"),
    "consent": ("subject_namespace", "subject_value", "purpose", "status", "decided_at"),
}
_VERSIONS: dict[str, tuple[str, ...]] = {
    "person": ("updated_at", "created_at"),
    "event": ("received_at",),
    "product": ("updated_at",),
}


def likely_kind(meanings: Set[str]) -> KindGuess:
    """The kind of a file whose columns mean this."""
    for kind, groups in _SIGNS:
        found = [next((word for word in group.split() if word in meanings), None) for group in groups]
        if all(found):
            told = [word for word in groups[0].split() if word in meanings] if kind == "person" else found
            return KindGuess(kind, f"it tells {', '.join(str(word) for word in told)}", True)
    return KindGuess("person", "nothing tells what its records are", False)


def meanings_in(kind: Kind, meanings: Mapping[str, str]) -> dict[str, str]:
    """The meanings by column, with what they are in a feed of this kind."""
    return {column: _PATHS.get((kind, column), meaning) for column, meaning in meanings.items()}


def fields_filled(kind: Kind, meanings: Mapping[str, str]) -> dict[str, str]:
    """Field by column, for `meanings` by column: each field is filled by one column, the best first."""
    taken: dict[str, str] = {}
    other = _OTHER_FIELDS.get(kind, {})
    for is_renamed in (False, True):
        for column, meaning in meanings.items():
            plain = () if meaning in other else (meaning,)
            for field in other.get(meaning, ()) if is_renamed else plain:
                if field in KIND_FIELDS[kind] and field not in taken and column not in taken.values():
                    taken[field] = column
    if kind == "person" and "valid_from" not in taken and "first_seen_at" in taken:
        # A feed that never says when it was changed has one version a record: the one it was made with.
        taken["valid_from"] = taken.pop("first_seen_at")
    return {column: field for field, column in taken.items()}


def unfilled(kind: Kind, fields: Set[str]) -> tuple[str, ...]:
    """Fields without which facts of this kind say too little, and which no column fills."""
    return tuple(field for field in _NEEDED.get(kind, ()) if field not in fields)


def version_meanings(kind: Kind) -> tuple[str, ...]:
    """Meanings of columns that order the versions of a record, the best first."""
    return _VERSIONS.get(kind, ("updated_at",))
