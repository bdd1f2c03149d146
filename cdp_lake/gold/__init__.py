"""Gold: the golden record. For each profile the records of all systems are laid side by side, and a declared rule
says which value survives, attribute by attribute; nothing is averaged, nothing invented, and the losers stay in silver.
"""

from cdp_lake.gold.profiles import build_profiles

__all__ = ["build_profiles"]
