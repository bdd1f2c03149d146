"""The first records of one file of each source, each damaged in one way, and what must be said of the damage."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

FEW = 30
BOM = b"\xef\xbb\xbf"
# A byte that begins no character, in UTF-8 or in GBK.
NO_TEXT = b"\xff"

Lines = list[bytes]
Damage = Callable[[Lines, int], None]


class Case(NamedTuple):
    """A file, how it is damaged at one of its lines (0 is a CSV's header), and the rule its record then breaks."""

    file: str
    damage: Damage
    line: int
    rule: str | None
    bad_record: int = 0


def cut_short(lines: Lines, at: int) -> None:
    """The writer died behind the first comma of the record."""
    lines[at:] = [lines[at][: lines[at].index(b",") + 1]]


def overwritten(lines: Lines, at: int) -> None:
    """The byte behind the first comma is no text."""
    place = lines[at].index(b",") + 1
    lines[at] = lines[at][:place] + NO_TEXT + lines[at][place + 1 :]


def word_for_number(lines: Lines, at: int) -> None:
    """The last field of the record, a number, is written over."""
    *fields, last = lines[at].rstrip(b"\n").split(b",")
    lines[at] = b",".join([*fields, b"#" * len(last)]) + b"\n"


def open_quote(lines: Lines, at: int) -> None:
    """A quote opens the second field and never closes."""
    lines[at] = lines[at].replace(b",", b',"', 1)


def no_brace(lines: Lines, at: int) -> None:
    """The last brace of the object is missing."""
    lines[at] = lines[at].rstrip(b"}\n") + b"\n"


def marked(lines: Lines, at: int) -> None:
    """A byte order mark in front."""
    lines[at] = BOM + lines[at]


def emptied(lines: Lines, at: int) -> None:
    """Nothing is left."""
    del lines[at:]


CASES = {
    "crm": Case("crm/customers_2017-06-30.csv", open_quote, 11, "open_quote", 11),
    "shop": Case("shop/orders_2017Q1.csv", marked, 0, None),
    "products": Case("erp/products.csv", overwritten, 7, "undecodable_bytes", 7),
    "ads": Case("ads/spend.csv", word_for_number, 9, "type:clicks", 9),
    "campaigns": Case("campaigns/contacts.csv", emptied, 0, "empty_file"),
    "coupons": Case("coupons/offers.csv", cut_short, 20, "wrong_column_count", 20),
    "consents": Case("consents/decisions_2017.csv", cut_short, 12, "wrong_column_count", 12),
    "redemptions": Case("redemptions/redemptions.csv", marked, 0, None),
    "pos": Case("pos/receipts_2017Q1.json", no_brace, 3, "invalid_json", 4),
    "app": Case("app/events_2017Q1.ndjson", cut_short, 17, "invalid_json", 18),
    "web": Case("web/events_2017-01.ndjson", overwritten, 5, "undecodable_bytes", 6),
    # Ten lines an object: this one is the second of the third object.
    "social": Case("social/leads_2017.json", cut_short, 26, "open_object", 3),
}


def write_damaged(landing: Path, to: Path) -> dict[str, int]:
    """Writes every case below `to`; returns the records each source must have landed."""
    landed = {}
    for source, case in CASES.items():
        lines = (landing / case.file).read_bytes().splitlines(keepends=True)[: FEW + 1]
        case.damage(lines, case.line)
        place = to / case.file
        place.parent.mkdir(parents=True)
        place.write_bytes(b"".join(lines))
        landed[source] = _records(source, case, lines)
    return landed


def _records(source: str, case: Case, lines: Lines) -> int:
    if source == "social" or not lines:
        return case.bad_record
    return len(lines) - case.file.endswith(".csv")
