"""A tracking plan: an event that breaks it is set aside by name, one that nobody planned is told of or set aside."""

import json

import pytest
from pydantic import ValidationError

from cdp_lake.silver.parse import parsed
from cdp_lake.silver.planned import unplanned_events
from tests.unit.silver.feeds import bronze, contract

COLUMNS = [
    {"name": "event", "field": "event_name"},
    {"name": "order_id", "path": "properties.order_id"},
    {"name": "value", "path": "properties.value"},
]
BOUGHT = {"name": "Order Completed", "required": ["order_id", "value"], "types": {"value": "decimal"}}
PLAN = {"events": [BOUGHT, {"name": "Order Cancelled", "required": ["order_id"]}, {"name": "Searched"}]}


def feed(**plan):
    return contract(COLUMNS, kind="event", format="ndjson", plan={**PLAN, **plan})


def event(name, **properties):
    return json.dumps({"event": name, "properties": properties})


EVENTS = {
    event("Order Completed", order_id="o1", value="9.50"): [],
    event("Order Completed", value="much"): ["planned_required:order_id", "planned_type:value"],
    event("Order Cancelled"): ["planned_required:order_id"],
    # What it stands for in another event is that event's business.
    event("Searched", value="red shoes"): [],
    # A page view has no event's name.
    event(None): [],
}
STRAY = event("order completed", value="much")


@pytest.mark.spark
def test_an_event_that_breaks_the_plan_names_what_it_breaks(spark):
    found = parsed(bronze(spark, *EVENTS), feed(), {}).orderBy("_record_no").collect()
    assert [row["rules"] for row in found] == list(EVENTS.values())


@pytest.mark.spark
def test_an_event_that_nobody_planned_is_told_of_or_set_aside(spark):
    rows = parsed(bronze(spark, *EVENTS, STRAY, STRAY), feed(), {})
    assert tuple(unplanned_events(rows, feed()).first()) == (2, 1)
    strict = parsed(bronze(spark, *EVENTS, STRAY), feed(unplanned="quarantine"), {}).orderBy("_record_no").collect()
    assert [row["rules"] for row in strict] == [*EVENTS.values(), ["unplanned_event"]]


@pytest.mark.parametrize(
    ("columns", "plan", "told"),
    [
        (COLUMNS, {"events": [{"name": "Searched", "required": ["valu"]}]}, "Did you mean 'value'?"),
        (COLUMNS, {"events": [{"name": "Searched", "types": {"value": "number"}}]}, "Input should be 'integer'"),
        (COLUMNS[1:], PLAN, "it needs kind event and a column with `field: event_name`"),
    ],
)
def test_a_plan_speaks_of_columns_that_the_feed_has(columns, plan, told):
    with pytest.raises(ValidationError) as caught:
        contract(columns, kind="event", format="ndjson", plan=plan)
    assert told in str(caught.value)
