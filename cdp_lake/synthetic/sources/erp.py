"""The product list of the enterprise system, in GBK: Chinese names make a wrong decoder visible."""

from __future__ import annotations

from cdp_lake.synthetic.landing import Landing, csv_field, utc_times
from cdp_lake.synthetic.shopdata import DAY, YEAR_START
from cdp_lake.synthetic.world import World

HEADER = (
    "product_id,product_name,product_name_zh,brand,department,department_zh,category,product_type,package_size,"
    "unit_cost,currency,updated_at"
)
LOWEST_COST_SHARE, COST_SHARE_SPAN = 0.55, 0.3


def write_products(world: World, landing: Landing) -> None:
    """One row per catalogue product."""
    rng, products, catalogue = world.chance("erp"), world.shop.products, world.catalogue
    shares = LOWEST_COST_SHARE + COST_SHARE_SPAN * rng.random(len(products.ids))
    updated = utc_times(YEAR_START - rng.integers(1, 300, len(products.ids)) * DAY)
    rows = []
    for n in range(len(products.ids)):
        if not products.in_catalogue[n]:
            continue
        texts = (
            catalogue.skus[n], catalogue.names[n], catalogue.names_zh[n], catalogue.brands[n],
            products.department[n], catalogue.departments_zh[n], products.category[n],
            products.kind[n], products.package[n], f"{catalogue.cents[n] * shares[n] / 100:.2f}", "USD", updated[n],
        )  # fmt: skip
        rows.append(",".join(map(csv_field, texts)))
    landing.write("erp/products.csv", rows, header=HEADER, encoding="gbk")
