"""The SQL that a database is asked: every row once, whatever the parts."""
# ruff: noqa: S608 - the questions under test, asked of a database in memory

import re
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_lake.adapters import sql_texts as sql
from cdp_lake.bronze.extracts import Window
from cdp_lake.config.ways_in import Database, TableFeed

POSTGRES = Database(name="crm", url="jdbc:postgresql://db/crm")
MYSQL = Database(name="shop", url="jdbc:mysql://db/shop")


def answer(values, question):
    """What a table `t` with a column `w` of these values answers."""
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE TABLE t (w)")
        database.executemany("INSERT INTO t VALUES (?)", [(value,) for value in values])
        return database.execute(question).fetchall()


@given(
    values=st.lists(st.none() | st.integers(-(2**40), 2**40)),
    most=st.integers(1, 64),
    bounds=st.tuples(st.integers(-(2**40), 2**40), st.integers(0, 2**20)),
)
def test_every_row_is_in_one_part_whatever_came_since_the_bounds_were_asked(values, most, bounds):
    found = sql.parts("w", bounds[0], bounds[0] + bounds[1], most)
    assert 1 <= len(found) <= most
    counts = " + ".join(f"COALESCE({condition}, 0)" for condition in [f"({one})" for one in found])
    assert {row[0] for row in answer(values, f"SELECT {counts} FROM t")} <= {1}


def test_a_range_is_shared_out_evenly():
    assert sql.parts("id", 1, 10, 3) == ["id < 4 OR id IS NULL", "id >= 4 AND id < 7", "id >= 7"]
    assert sql.parts("id", 5, 5, 4) == ["1 = 1"]
    assert len(sql.parts("id", 1, 3, 8)) == 3


@pytest.mark.parametrize(
    ("window", "read"),
    [
        (Window(None, "5"), [1, 5]),
        (Window("1", "5"), [1, 5]),
        (Window("2", "5"), [5]),
        (Window("2", "5", undated=True), [None, 5]),
        (Window("2", "5", ceiling="8"), [5, 9]),
        (Window(None, None), []),
        (Window(None, None, ceiling="8", undated=True), [None, 9]),
    ],
)
def test_a_window_has_both_its_ends_and_the_odd_rows_that_are_asked_for(window, read):
    where = sql.condition("w", window, "number")
    found = answer([9, 1, None, 5], f"SELECT w FROM t WHERE {where} ORDER BY w")
    assert [row[0] for row in found] == read


def test_the_bounds_are_one_answer():
    asked = f"SELECT * FROM {sql.bounds('t', 'w', Window(ceiling='8'), 'number')}"
    assert answer([9, 1, None, 5], asked) == [(5, 1, 1)]
    assert answer([], asked) == [(None, 0, 0)]
    unlimited = f"SELECT * FROM {sql.bounds('t', 'w', Window(), 'number')}"
    assert answer([9, 1, None, 5], unlimited) == [(9, 1, 0)]
    assert answer([9, 1, 5], f"SELECT * FROM {sql.extremes('t', 'w', 'w < 9')}") == [(1, 5, 2)]


def test_times_are_texts_and_numbers_are_not():
    assert "w >= '2026-01-02'" in sql.condition("w", Window("2026-01-02", "2026-01-03"), "date")
    assert "w >= 7 " in sql.condition("w", Window("7", "9"), "number")


def test_names_are_taken_literally():
    assert sql.quoted('Odd "Name"', POSTGRES) == '"Odd ""Name"""'
    assert sql.quoted("Odd `Name`", MYSQL) == "`Odd ``Name```"


def test_a_query_stands_in_brackets():
    assert sql.relation(TableFeed(connection="crm", table="public.people")) == "public.people"
    query = sql.relation(TableFeed(connection="crm", query="SELECT w FROM t WHERE w > 1;\n"))
    assert re.sub(r"\s+", " ", query) == "(SELECT w FROM t WHERE w > 1) feed"
    assert answer([1, 2], f"SELECT * FROM {query} WHERE 1 = 1") == [(2,)]
