"""Bad records planted in every world: few, extra to the good ones, each of a kind that real feeds deliver."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cdp_lake.synthetic.chance import Rng, below, one_of
from cdp_lake.synthetic.landing import Bad

RATE_PER_KIND = 0.0003
ALWAYS_IN = (2, 3)  # these parts of the year carry at least one bad record of each kind
LAST_QUARTER, LAST_MONTH = 4, 12
Maker = Callable[[int], Bad]


def shop_damage(rng: Rng, rows: list[str], quarter: int) -> list[Bad]:
    """Order lines with a wrong type, amount, currency or quote, lines without an order, honest twins."""
    kinds: list[Maker] = [
        lambda n: Bad("wrong_type", (_order_line(f"HL-91{quarter}{n:04d}", quantity="two"),), "quantity is a word"),
        lambda n: Bad(
            "negative_price", (_order_line(f"HL-92{quarter}{n:04d}", price="-3.50"),), "unit price below zero"
        ),
        lambda n: Bad("unknown_currency", (_order_line(f"HL-93{quarter}{n:04d}", currency="XXZ"),), "no such currency"),
        lambda n: Bad(
            "missing_required_id",
            (_order_line("", sku=f"90{quarter}{n:04d}"),),
            "order line without an order name",
        ),
        lambda n: _twin_lines(rng, rows),
    ]
    bad = _planted(kinds, len(rows), quarter)
    if quarter == LAST_QUARTER:
        text = _order_line("HL-9500001").replace("damaged", '"damaged', 1)
        bad.append(Bad("broken_quote", (text,), "a quote opens and never closes", at_end=True))
    return bad


def _order_line(name: str, quantity: str = "1", price: str = "2.50", currency: str = "USD", sku: str = "900001") -> str:
    number = name.removeprefix("HL-") or sku
    paid = f"{name},damaged{number}@example.com,paid,2017-06-01 12:00:04 -0400,{currency},2.50,0.00,0.05,2.55"
    line = f",0.00,2017-06-01 12:00:00 -0400,{quantity},Sample,{price},{sku},0.00"
    return f"{paid},{line},Sam Sample,1 Main Street,Columbus,43215,OH,US,,{number},web"


def _twin_lines(rng: Rng, rows: list[str]) -> Bad:
    after = below(rng, len(rows))
    name, _, rest = rows[after].partition(",")
    line = f"{name},{rest.partition(',')[0]},{',' * 10}1,Free Sample,0.00,900000,0.00{',' * 9}"
    return Bad("identical_lines", (line, line), "two equal lines of one order: both are real", after=after)


def pos_damage(rows: list[str], quarter: int) -> list[Bad]:
    """Receipts that are no JSON, have no number, a wrong type, a negative amount or an unknown currency."""
    kinds: list[Maker] = [
        lambda n: Bad("invalid_json", (_receipt(f"91{quarter}{n:04d}")[:-2] + ",}",), "a brace too few"),
        lambda n: Bad(
            "missing_required_id",
            (_receipt("").replace('"receipt_no":""', '"receipt_no":null'),),
            "receipt without a number",
        ),
        lambda n: Bad("wrong_type", (_receipt(f"92{quarter}{n:04d}", quantity='"two"'),), "quantity is a word"),
        lambda n: Bad("negative_price", (_receipt(f"93{quarter}{n:04d}", amount="-3.50"),), "line amount below zero"),
        lambda n: Bad("unknown_currency", (_receipt(f"94{quarter}{n:04d}", currency="XXZ"),), "no such currency"),
    ]
    return _planted(kinds, len(rows), quarter)


def _receipt(number: str, quantity: str = "1", amount: str = "3.50", currency: str = "USD") -> str:
    line = f'{{"line_no":1,"product_id":"900001","quantity":{quantity},"amount":{amount},"discount":0.00}}'
    return (
        f'{{"receipt_no":"{number}","store_id":"1","terminal":"1","sold_at":"2017-06-01 12:00:00",'
        f'"loyalty_no":null,"phone":null,"currency":"{currency}","total":{amount},"lines":[{line}],"coupons":[]}}'
    )


def crm_damage(rows: list[str], part: int) -> list[Bad]:
    """Customers without a number, born in the system's year zero, or with a quote that never closes."""
    kinds: list[Maker] = [
        lambda n: Bad("missing_required_id", (_customer("", n),), "customer without a number"),
        lambda n: Bad(
            "birth_date_1900",
            (_customer(f"C91{part}{n:04d}", n, born="1900-01-01"),),
            "a default, not a birthday",
        ),
    ]
    bad = _planted(kinds, len(rows), ALWAYS_IN[0])
    if part > 1:
        text = _customer("C9500001", 1).replace("Sam", '"Sam', 1)
        bad.append(Bad("broken_quote", (text,), "a quote opens and never closes", at_end=True))
    return bad


def _customer(number: str, n: int, born: str = "1980-05-06") -> str:
    person = f"{number},Sam,Sample,,damaged.crm{number or n}@example.com,,,{born},F"
    return f"{person},1 Main Street,Columbus,OH,43215,US,en,2017-01-05T09:00:00-05:00,2017-03-05T09:00:00-05:00"


def event_damage(rng: Rng, rows: list[str], part: tuple[str, int, bool]) -> list[Bad]:
    """Events that are no JSON, name nobody, come twice, or happen in 2999 or after they were received."""
    app, number, last = part
    kinds: list[Maker] = [
        lambda n: Bad("invalid_json", (_event(f"{app}-1{number}-{n}")[:-3],), "cut inside an object, line complete"),
        lambda n: Bad("event_without_id", (_event(f"{app}-2{number}-{n}", who=""),), "neither anonymousId nor userId"),
        lambda n: Bad(
            "event_date_2999",
            (_event(f"{app}-3{number}-{n}", at="2999-12-31", sent="2999-12-31", got="2999-12-31"),),
            "an event of the year 2999",
        ),
        lambda n: Bad(
            "event_after_receipt",
            (_event(f"{app}-4{number}-{n}", at="2017-06-09"),),
            "happened days after it was received",
        ),
        lambda n: Bad("duplicate_message_id", (one_of(rng, rows),), "a second copy of an event"),
    ]
    bad = _planted(kinds, len(rows), number)
    if last:
        bad.append(
            Bad(
                "half_written",
                (_event(f"{app}-5{number}")[:90],),
                "the writer died inside the last line",
                at_end=True,
            )
        )
    return bad


def _event(
    key: str, who: str = "damaged", at: str = "2017-06-01", sent: str = "2017-06-01", got: str = "2017-06-01"
) -> str:
    person = f'"anonymousId":"{who}-{key}",' if who else ""
    return (
        f'{{"type":"track","messageId":"bad-{key}",{person}"event":"Product Viewed",'
        f'"properties":{{"product_id":"900001","price":2.50}},"context":{{"page":{{"path":"/p/900001"}}}},"originalTimestamp":"{at}T12:00:00.000Z","sentAt":"{sent}T12:00:01.000Z",'
        f'"receivedAt":"{got}T12:00:02.000Z","channel":"web"}}'
    )


def _planted(kinds: Iterable[Maker], good: int, part: int) -> list[Bad]:
    count = max(int(part in ALWAYS_IN), round(good * RATE_PER_KIND))
    return [make(n) for make in kinds for n in range(count)]
