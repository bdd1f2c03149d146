"""The visit that the streaming act sends: the same for the same seed, and of somebody in no trap."""

import json
from datetime import datetime, timezone
from decimal import Decimal

from cdp_lake.synthetic.visit import Goods, Guest, anonymous_id, guests, visit

AT = datetime(2018, 1, 1, 22, 0, tzinfo=timezone.utc)
ANN = Guest("ann@example.org", "Ann", "Lee")
BASKET = [Goods("SKU-1", Decimal("2.50")), Goods("SKU-2", Decimal("0.99"))]


def test_the_same_seed_makes_the_same_visit_and_another_seed_another_one():
    assert visit(7, ANN, BASKET, AT) == visit(7, ANN, BASKET, AT)
    one, other = visit(7, ANN, BASKET, AT), visit(8, ANN, BASKET, AT)
    assert one.anonymous_id == anonymous_id(7) != other.anonymous_id
    assert not {call["messageId"] for call in one.calls} & {call["messageId"] for call in other.calls}


def test_a_visitor_is_anonymous_until_she_says_who_she_is_and_ends_with_an_order_of_what_she_looked_at():
    coming = visit(7, ANN, BASKET, AT)
    told = [call["type"] if "event" not in call else call["event"] for call in coming.calls]
    assert told == ["page", "Product Viewed", "Product Viewed", "page", "identify", "Order Completed"]
    assert [call["traits"] for call in coming.calls if call["type"] == "identify"] == [{"email": ANN.email}]
    assert ANN.email not in json.dumps([call for call in coming.calls if call["type"] != "identify"])
    assert {call["anonymousId"] for call in coming.calls} == {coming.anonymous_id}
    assert len({call["messageId"] for call in coming.calls}) == len(coming.calls)
    times = [call["timestamp"] for call in coming.calls]
    assert times == sorted(set(times))
    assert times[-1] == "2018-01-01T22:00:00Z"
    assert coming.calls[-1]["properties"]["total"] == 3.49


def test_the_system_of_the_order_tells_of_it_twice_the_newer_state_last():
    first, last = (json.loads(state) for state in visit(7, ANN, BASKET, AT).order_states)
    assert {first["id"], last["id"]} == {visit(7, ANN, BASKET, AT).order_id}
    assert (first["status"], last["status"]) == ("pending", "processing")
    assert first["date_modified_gmt"] < last["date_modified_gmt"]
    assert first["date_created_gmt"] == last["date_created_gmt"]
    assert last["total"] == "3.49"
    assert [line["product_id"] for line in last["line_items"]] == ["SKU-1", "SKU-2"]


def test_nobody_of_a_trap_comes_nor_anybody_whose_address_is_not_their_own():
    def row(person_id, email):
        return {"person_id": person_id, "email": email, "given_name": "G", "family_name": "F"}

    people = [
        *(row("p1", "trapped@example.org"), row("p2", "shared@example.org"), row("p3", "shared@example.org")),
        *(row("p4", ""), row("p5", "own@example.org"), row("p6", "too@example.org")),
    ]
    assert guests(people, [{"person_id": "p1"}]) == [
        Guest("own@example.org", "G", "F"),
        Guest("too@example.org", "G", "F"),
    ]
