"""One TableContract per table, grouped by layer: what each table promises to whoever reads it."""

from cdp_lake.contracts.conform import conform
from cdp_lake.contracts.table import Column, TableContract

__all__ = ["Column", "TableContract", "conform"]
