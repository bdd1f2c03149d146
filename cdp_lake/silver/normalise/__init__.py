"""Normalisers: the one spelling of every value a source can write in many ways.

Text is folded first (full-width to ordinary width, one space, empty means null); e-mails, addresses, dates and
money are Column -> Column; phones and names need Python libraries, so each has a plain Python kernel that is
tested without Spark and remembers what it has seen. A value that cannot be read becomes null, never an exception:
deciding what a null means belongs to the row rules.
"""

from cdp_lake.silver.normalise.addresses import address_key, country_code, normalised_street
from cdp_lake.silver.normalise.dates import parsed_date, parsed_timestamp
from cdp_lake.silver.normalise.emails import canonical_email, normalised_email
from cdp_lake.silver.normalise.money import amount
from cdp_lake.silver.normalise.name_columns import with_parsed_names
from cdp_lake.silver.normalise.phones import with_normalised_phones
from cdp_lake.silver.normalise.text import folded_text

__all__ = [
    "address_key",
    "amount",
    "canonical_email",
    "country_code",
    "folded_text",
    "normalised_email",
    "normalised_street",
    "parsed_date",
    "parsed_timestamp",
    "with_normalised_phones",
    "with_parsed_names",
]
