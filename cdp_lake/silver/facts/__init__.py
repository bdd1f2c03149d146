"""Facts: what happened, one builder per kind of feed; each row points at its source record by surrogate."""

from cdp_lake.silver.facts.build import fact_tables, facts

__all__ = ["fact_tables", "facts"]
