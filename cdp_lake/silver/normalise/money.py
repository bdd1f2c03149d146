"""Amounts as DECIMAL(18,4) and currencies as ISO 4217 codes: money is never a float here."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from cdp_lake.silver.normalise.text import folded_text

_ISO_4217 = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF "
    "CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD "
    "HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD "
    "MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN "
    "PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY "
    "TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG"
)
CURRENCIES = frozenset(_ISO_4217.split())

_SIGNS = r"(?i)\s|(?<![A-Z])(?:RMB|US\$|HK\$|[A-Z]{3})(?![A-Z])|\p{Sc}|[元圆圓块]"
# A comma must group digits and the last group has three: `12,50` is not 1250.
_NUMBER = r"^[+-]?(?:\d+|\d{1,3}(?:,\d{2,3})*,\d{3})(?:\.\d*)?$|^[+-]?\.\d+$"


def amount(raw: Column) -> Column:
    """The amount as DECIMAL(18,4), without currency sign and thousands commas; null when it is not a number."""
    text = F.regexp_replace(F.translate(folded_text(raw), "\u2212\u2013", "--"), _SIGNS, "")
    # Ledgers write a negative amount as (12.50) or 12.50-.
    bare = F.regexp_replace(text, r"^\(([^()+-]+)\)$|^([^()+-]+)-$", "-$1$2")
    return F.when(bare.rlike(_NUMBER), F.replace(bare, F.lit(","), F.lit("")).try_cast("decimal(18,4)"))


def currency_code(raw: Column) -> Column:
    """The ISO 4217 code in upper case; null when it is none. A bare sign is none: $ and ¥ are several currencies."""
    code = F.upper(folded_text(raw))
    # What shops in China write for CNY.
    iso = F.when(code == "RMB", F.lit("CNY")).otherwise(code)
    return F.when(iso.isin(*sorted(CURRENCIES)), iso)
