"""Every table of the lake by name; bronze tables follow from the sources."""

from __future__ import annotations

from cdp_lake.contracts.gold import ACTIVATION_TABLES, GOLD_TABLES
from cdp_lake.contracts.identity import IDENTITY_TABLES
from cdp_lake.contracts.ops import OPS_TABLES
from cdp_lake.contracts.silver import SILVER_TABLES
from cdp_lake.contracts.table import TableContract

TABLES: tuple[TableContract, ...] = (
    *SILVER_TABLES,
    *IDENTITY_TABLES,
    *GOLD_TABLES,
    *ACTIVATION_TABLES,
    *OPS_TABLES,
)
