"""One landing batch: content that was seen before is not landed again, a refused file says why."""

from cdp_lake.bronze.batch import file_rows


def fact(path: str, file_id: str, problems: tuple[str, ...] = ()) -> dict[str, object]:
    shape = {"bytes": 1, "modified_ns": 1, "header": [], "notes": [], "problems": list(problems)}
    return {"source": "crm", "path": path, "file_id": file_id, **shape}


def fates(facts: list[dict[str, object]], known: set[tuple[str, str]] = frozenset()) -> list[tuple[str, str]]:
    rows = file_rows(facts, set(known), 3, {"crm": "utf-8"})
    return [(str(row["path"]), str(row["fate"])) for row in rows]


def test_of_two_copies_in_one_batch_the_first_by_path_is_landed():
    assert fates([fact("b.csv", "x"), fact("a.csv", "x"), fact("c.csv", "y")]) == [
        ("a.csv", "landed"),
        ("c.csv", "landed"),
    ]


def test_content_landed_before_adds_no_row():
    assert fates([fact("again.csv", "x")], {("crm", "x")}) == []


def test_a_refused_file_keeps_what_is_wrong_with_it():
    rows = file_rows([fact("a.csv", "x", ("missing_column:id",))], set(), 3, {"crm": "gbk"})
    assert [(r["fate"], r["notes"], r["batch_id"], r["encoding"]) for r in rows] == [
        ("quarantined", ["missing_column:id"], 3, "gbk")
    ]
