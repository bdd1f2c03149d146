"""Facts: what happened, one builder per kind of feed; each row points at its source record by surrogate."""

from cdp_lake.silver.facts.build import facts

__all__ = ["facts"]
