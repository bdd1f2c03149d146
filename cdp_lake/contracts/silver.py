"""Silver: typed, standardised, checked. Facts carry `record_sk`, never `profile_id`."""

from __future__ import annotations

from cdp_lake.contracts.table import Column, TableContract

_SOURCE = Column("source", "STRING", "source contract the fact came from")
_RECORD_SK = Column("record_sk", "BIGINT", "surrogate of the source record (the person's node), may be null")
_BRAND = Column("brand", "STRING", "brand of the source")
_TRACE = (
    Column("_record_id", "STRING", "bronze record the row was built from"),
    Column("_row_hash", "BIGINT", "hash of the value columns"),
)

SOURCE_RECORDS = TableContract(
    name="silver.source_records",
    grain="one row per (source, source_pk) and version: a person as one system knows them",
    key=("record_sk", "version_no"),
    cluster_by=("record_sk",),
    present="deleted_at IS NULL",
    columns=(
        Column("record_sk", "BIGINT", "surrogate of (source, source_pk)"),
        _SOURCE,
        Column("source_pk", "STRING", "the source's key, or `namespace:value` of a carrier record", pii="key"),
        Column("version_no", "INT", "1 for the oldest version of the record"),
        Column("is_carrier", "BOOLEAN", "true when the record only carries identifiers seen on facts"),
        _BRAND,
        Column("region", "STRING", "ISO-2 default region of the source"),
        Column("valid_from", "TIMESTAMP", "version time by the source's clock"),
        Column("version_seq", "BIGINT", "order of versions of one moment by the source's own count"),
        Column("first_seen_at", "TIMESTAMP", "earliest fact or version time"),
        Column("last_seen_at", "TIMESTAMP", "latest fact or version time"),
        Column("raw_given_name", "STRING", pii="name"),
        Column("raw_family_name", "STRING", pii="name"),
        Column("raw_full_name", "STRING", pii="name"),
        Column("raw_native_name", "STRING", pii="name"),
        Column("raw_email", "STRING", pii="email"),
        Column("raw_phone", "STRING", pii="phone"),
        Column("raw_birth_date", "STRING", pii="birth_date"),
        Column("given_name", "STRING", pii="name"),
        Column("family_name", "STRING", pii="name"),
        Column("native_name", "STRING", pii="name"),
        Column("given_key", "STRING", "comparison key of the given name (nickname, pinyin)", pii="name"),
        Column("family_key", "STRING", "comparison key of the family name", pii="name"),
        Column("name_key", "STRING", "sorted name tokens: the same when the parts are swapped", pii="name"),
        Column("email", "STRING", "lower case, trimmed", pii="email"),
        Column("phone", "STRING", "E.164", pii="phone"),
        Column("birth_date", "DATE", pii="birth_date"),
        Column("gender", "STRING", "f, m, x or null"),
        Column("language", "STRING", "ISO 639-1"),
        Column("street", "STRING", pii="address"),
        Column("city", "STRING", pii="address"),
        Column("state", "STRING", "region, state or province", pii="address"),
        Column("postcode", "STRING", pii="address"),
        Column("country", "STRING", "ISO-2"),
        Column(
            "identifiers",
            "ARRAY<STRUCT<namespace: STRING, value: STRING, first_seen_at: TIMESTAMP, last_seen_at: TIMESTAMP>>",
            "normalised identifiers this version carries, sorted",
            pii="identifier",
        ),
        Column("is_deletion", "BOOLEAN", "true when this version says that the source deleted the record"),
        Column("deleted_at", "TIMESTAMP", "on all versions: when the source deleted the record; null while it stands"),
        *_TRACE,
    ),
)

EVENTS = TableContract(
    name="silver.events",
    grain="one row per event (source, event_id)",
    key=("source", "event_id"),
    cluster_by=("occurred_on",),
    # Events of bots and colleagues are kept and left out of every reading that does not ask for the whole table.
    # Rows written before there was such a column are taken for human.
    present="coalesce(traffic, 'human') = 'human'",
    columns=(
        _SOURCE,
        Column("event_id", "STRING", "messageId"),
        _RECORD_SK,
        Column("event_type", "STRING", "identify, track, page, screen, alias, group"),
        Column("event_name", "STRING", "name of a track event, page or screen"),
        Column("occurred_at", "TIMESTAMP", "clock-corrected event time"),
        Column("received_at", "TIMESTAMP"),
        Column("occurred_on", "DATE", "UTC date of occurred_at"),
        Column("clock_skew_seconds", "BIGINT", "received minus sent by the device's own clock"),
        Column("product_id", "STRING"),
        Column("order_id", "STRING"),
        Column("amount", "DECIMAL(18,4)"),
        Column("currency", "STRING"),
        Column("page_path", "STRING"),
        Column("device_type", "STRING"),
        Column("locale", "STRING"),
        _BRAND,
        Column("traffic", "STRING", "human, bot or internal: whose doing the event is"),
        Column("traffic_rule", "STRING", "what gave it away: user_agent, events_per_minute, network, email_domain"),
        *_TRACE,
    ),
)

ORDERS = TableContract(
    name="silver.orders",
    grain="one row per order or receipt (source, order_id)",
    key=("source", "order_id"),
    cluster_by=("ordered_on",),
    columns=(
        _SOURCE,
        Column("order_id", "STRING"),
        _RECORD_SK,
        Column("channel", "STRING", "online or store"),
        Column("store_id", "STRING"),
        Column("ordered_at", "TIMESTAMP"),
        Column("ordered_on", "DATE", "UTC date of ordered_at"),
        Column("amount", "DECIMAL(18,4)", "total as the source gives it"),
        Column("currency", "STRING", "ISO 4217"),
        Column("discount_amount", "DECIMAL(18,4)"),
        Column("coupon_count", "INT"),
        Column("status", "STRING"),
        _BRAND,
        *_TRACE,
    ),
)

ORDER_LINES = TableContract(
    name="silver.order_lines",
    grain="one row per order line (source, order_id, line_key)",
    key=("source", "order_id", "line_key"),
    cluster_by=("ordered_on",),
    columns=(
        _SOURCE,
        Column("order_id", "STRING"),
        Column("line_key", "STRING", "the source's line number, or record hash and occurrence"),
        Column("ordered_on", "DATE", "UTC date of the order, null when the order's own row is missing"),
        Column("product_id", "STRING"),
        Column("quantity", "DECIMAL(18,4)"),
        Column("amount", "DECIMAL(18,4)", "what the line cost the customer"),
        Column("currency", "STRING"),
        Column("discount_amount", "DECIMAL(18,4)"),
        *_TRACE,
    ),
)

PRODUCTS = TableContract(
    name="silver.products",
    grain="one row per product",
    key=("product_id",),
    columns=(
        Column("product_id", "STRING"),
        Column("product_name", "STRING"),
        Column("product_name_zh", "STRING"),
        Column("product_brand", "STRING"),
        Column("department", "STRING"),
        Column("department_zh", "STRING"),
        Column("category", "STRING"),
        Column("product_type", "STRING"),
        Column("package_size", "STRING"),
        Column("unit_cost_amount", "DECIMAL(18,4)"),
        Column("currency", "STRING"),
        Column("updated_at", "TIMESTAMP"),
        *_TRACE,
    ),
)

AD_SPEND = TableContract(
    name="silver.ad_spend",
    grain="one row per campaign, channel and day",
    key=("campaign_id", "channel", "spent_on"),
    columns=(
        Column("campaign_id", "STRING"),
        Column("channel", "STRING"),
        Column("spent_on", "DATE"),
        Column("amount", "DECIMAL(18,4)"),
        Column("currency", "STRING"),
        Column("impression_count", "BIGINT"),
        Column("click_count", "BIGINT"),
        *_TRACE,
    ),
)

CAMPAIGN_CONTACTS = TableContract(
    name="silver.campaign_contacts",
    grain="one row per contact of a person by a campaign and channel",
    key=("campaign_id", "channel", "subject"),
    columns=(
        Column("campaign_id", "STRING"),
        Column("channel", "STRING"),
        Column("subject", "STRING", "source key the campaign tool knows the person by", pii="key"),
        _RECORD_SK,
        Column("contacted_at", "TIMESTAMP"),
        _BRAND,
        *_TRACE,
    ),
)

COUPON_OFFERS = TableContract(
    name="silver.coupon_offers",
    grain="one row per campaign, coupon and product it is good for",
    key=("campaign_id", "coupon_upc", "product_id"),
    columns=(
        Column("campaign_id", "STRING"),
        Column("coupon_upc", "STRING"),
        Column("product_id", "STRING"),
        *_TRACE,
    ),
)

COUPONS = TableContract(
    name="silver.coupons",
    grain="one row per coupon use",
    key=("source", "redemption_id"),
    columns=(
        _SOURCE,
        Column("redemption_id", "STRING"),
        Column("campaign_id", "STRING"),
        Column("coupon_upc", "STRING"),
        _RECORD_SK,
        Column("redeemed_on", "DATE"),
        _BRAND,
        *_TRACE,
    ),
)

CONSENTS = TableContract(
    name="silver.consents",
    grain="one row per consent decision",
    key=("source", "decision_id"),
    columns=(
        _SOURCE,
        Column("decision_id", "STRING"),
        _RECORD_SK,
        Column("purpose", "STRING"),
        Column("channel", "STRING", "email, sms, ads or any"),
        Column("recipient", "STRING", "named recipient (PIPL article 23), null for the brand itself"),
        Column("status", "STRING", "granted, denied or withdrawn"),
        Column("decided_at", "TIMESTAMP"),
        Column("source_system", "STRING"),
        _BRAND,
        *_TRACE,
    ),
)

FACT_TABLES = (EVENTS, ORDERS, ORDER_LINES, PRODUCTS, AD_SPEND, CAMPAIGN_CONTACTS, COUPON_OFFERS, COUPONS, CONSENTS)
SILVER_TABLES = (SOURCE_RECORDS, *FACT_TABLES)
