"""The shop's catalogue: names, brands and prices for products that the data set knows only by category."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cdp_lake.synthetic.chance import Rng
from cdp_lake.synthetic.shopdata import Shop
from cdp_lake.synthetic.words import (
    BRAND_ENDINGS,
    BRANDS,
    CATEGORIES_ZH,
    DEPARTMENTS_ZH,
    OTHER_DEPARTMENT_ZH,
    STORE_BRAND,
)


@dataclass(frozen=True)
class Catalogue:
    """One entry per product row: number as text, names in both languages, brand, usual price in cents."""

    skus: list[str]
    names: list[str]
    names_zh: list[str]
    brands: list[str]
    departments_zh: list[str]
    cents: list[int]


def catalogue_of(shop: Shop, rng: Rng) -> Catalogue:
    """The catalogue of a shop's products."""
    products = shop.products
    departments = [DEPARTMENTS_ZH.get(d, OTHER_DEPARTMENT_ZH) for d in products.department]
    brands = [
        STORE_BRAND if private else _brand(maker)
        for private, maker in zip(products.private, products.manufacturer, strict=True)
    ]
    return Catalogue(
        [str(i) for i in products.ids.tolist()],
        [_name(*row) for row in zip(brands, products.kind, products.category, products.package, strict=True)],
        [_name_zh(*row) for row in zip(departments, products.category, products.package, strict=True)],
        brands,
        departments,
        _usual_cents(shop, rng),
    )


def _brand(maker: int) -> str:
    return f"{BRANDS[maker % len(BRANDS)]} {BRAND_ENDINGS[maker // len(BRANDS) % len(BRAND_ENDINGS)]}"


def _name(brand: str, kind: str, category: str, package: str) -> str:
    return " ".join(f"{brand} {(kind or category or 'Item').title()} {package}".split())


def _name_zh(department: str, category: str, package: str) -> str:
    return " ".join(f"{CATEGORIES_ZH.get(category, department)} {package}".split())


def _usual_cents(shop: Shop, rng: Rng) -> list[int]:
    """The mean price paid per unit; a seeded price for products that nobody bought."""
    lines, count = shop.lines, len(shop.products.ids)
    paid = np.bincount(lines.product, weights=lines.cents, minlength=count)
    units = np.bincount(lines.product, weights=np.maximum(lines.quantity, 1), minlength=count)
    guessed = rng.integers(99, 1999, count)
    usual: list[int] = np.where(paid > 0, np.maximum(paid / np.maximum(units, 1), 1), guessed).astype(np.int64).tolist()
    return usual
