"""Lines in a feed of their own say whose lines they are."""

import pytest

from cdp_lake.errors import ConfigError
from cdp_lake.stages.configuration import configured

ORDERS = """
name: heads
kind: receipt
format: csv
files: heads/*.csv
key: [doc]
columns: [{name: doc, field: order_id, required: true}, {name: placed, field: ordered_at, type: timestamp}]
"""
LINES = """
name: items
kind: order_line
format: csv
files: items/*.csv
key: [doc, line]
lines_of: heads
columns: [{name: doc, field: order_id, required: true}, {name: line, field: line_no, required: true}]
"""


def test_they_are_those_of_a_feed_of_orders(project):
    found = configured(project(sources__heads=ORDERS, sources__items=LINES)).settings.source("items")
    assert found.lines_of == "heads"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (LINES.replace("lines_of: heads", "lines_of: head"), "Did you mean 'heads'?"),
        # Receipts of the tills have their lines within them.
        (LINES.replace("lines_of: heads", "lines_of: pos"), "'pos' is no source of kind receipt without lines"),
        (LINES.replace("lines_of: heads\n", ""), "`kind: order_line` and `lines_of`, the source of the orders"),
        (LINES.replace("field: order_id", "field: line_no"), "say which column has `field: order_id`"),
    ],
)
def test_what_they_cannot_belong_to_is_told(project, text, told):
    with pytest.raises(ConfigError) as caught:
        configured(project(sources__heads=ORDERS, sources__items=text))
    assert told in str(caught.value)
