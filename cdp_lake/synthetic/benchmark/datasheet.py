"""The datasheet that travels with the benchmark: how it was made, how hard it is, how to score on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cdp_lake.synthetic.floor import Floor

_TRAPS = {
    "lent_loyalty_card": "somebody orders with the loyalty card of another household",
    "placeholder_phone": "a clerk types one and the same number for customers who give none",
    "recycled_phone": "a number that one person gave up and a stranger was given later",
    "same_name_birth": "two strangers of one name and one birthday, with different postcodes",
    "shared_address": "two families at one street address",
    "shared_family_phone": "two of one household who give the same mobile number",
    "test_email": "test@test.com where a clerk had to type something",
}


@dataclass(frozen=True)
class Facts:
    """What the datasheet says of one benchmark.

    `findable_pairs`: true pairs without the `unplaceable` records, which state nothing that another one states.
    `rates`: the shares of the noise model by name.
    """

    size: str
    seed: int
    faker: str
    by_source: Mapping[str, int]
    people: int
    households: int
    true_pairs: int
    findable_pairs: int
    unplaceable: int
    most_records: int
    rates: Mapping[str, float]


def datasheet(facts: Facts, traps: Mapping[str, int], floor: Floor) -> str:
    """The datasheet as Markdown; everything in it follows from size and seed."""
    sources = "\n".join(f"| {name} | {count:,} |" for name, count in sorted(facts.by_source.items()))
    planted = "\n".join(f"| {kind} | {_TRAPS[kind]} | {count} |" for kind, count in traps.items())
    rates = "\n".join(f"| {name} | {share:g} |" for name, share in facts.rates.items())
    return _TEXT.format(
        f=facts,
        floor=floor,
        records=sum(facts.by_source.values()),
        ceiling=facts.findable_pairs / facts.true_pairs,
        sources=sources,
        planted=planted,
        rates=rates,
    )


_TEXT = """# Identity benchmark, size {f.size}, seed {f.seed}

{records:,} records of {f.people:,} invented people in {f.households:,} households, as five source systems of one shop
would hold them; {f.true_pairs:,} true pairs, at most {f.most_records} records of one person. Made with
`cdp-lake synth --identity-benchmark --size {f.size} --seed {f.seed} --out DIR` and Faker {f.faker}: the same command
with the same Faker writes the same bytes.

| file | what |
|---|---|
| records.csv | one row per record: record_id, source, and the attributes as that source holds them |
| truth.csv | record_id, source, entity_id: whose record it is; never an input |
| traps.csv | trap_kind, trap_id, person_id, source, source_pk: the records in each planted trap; never an input |
| map.yml | which column means what, for `cdp-lake identity resolve` |

| source | records |
|---|---|
{sources}

## How it was made
Nobody in it exists. Households get an address in the US or in China; English names are drawn by census weight, Chinese
ones have characters, pinyin and mostly an English first name beside them. People change phone and e-mail address,
households move, women take another family name; a record shows what was true on its own day. Then each source writes
it down its own way: names in one field or two, in Latin letters or characters, phones in national or international
spelling, addresses short or long, dates in two formats. Numbers of records, cards and logins are random. Device and
visitor ids of the web are left out: a flat file of people has no events.

How often what happens, per record where it is about writing, per person or household and year where it is about life:

| what | share |
|---|---|
{rates}

## How hard it is
The floor, computed on these very records; e-mail addresses and phones are compared in canonical form:

- {floor.names_differ:.1%} of true pairs from two sources differ in name (lower case, single spaces); at least 25 %
- {floor.nothing_shared:.1%} of true pairs from two sources share no exact e-mail, phone, card or login; at least 12 %
- {floor.people_sharing:.1%} of people share a phone or a street address with another household or person; at least 3 %

{f.unplaceable} records state no name and no e-mail, phone, card or login that another record of their person states.
Nobody can place them, so the highest pairwise recall is {ceiling:.4f}.

| trap | what misleads | planted |
|---|---|---|
{planted}

A trap lists the records that show what misleads. It counts as merged when two of its people are given one id; those
traps that list one person (a placeholder anybody may have typed) are held against the others of their kind.

## How to score on it
Write a CSV `record_id,profile_id,source` with any tool, and

    cdp-lake identity evaluate --predicted OUT.csv --truth truth.csv --traps traps.csv

prints pairwise and B-cubed precision, recall and F1, and the merges by kind of trap. For cdp-lake itself:

    cdp-lake identity resolve --input records.csv --map map.yml --output OUT.csv

Do not tune on the seed that you report.

## Licence
The data: CC0 1.0, no rights reserved. The generator is part of cdp-lake, Apache-2.0; names and street names come from
Faker (MIT).
"""
