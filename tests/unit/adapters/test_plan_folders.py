"""A shadow of a lake takes no room, and nothing that happens in it happens to the lake."""

import os

import pytest

from cdp_lake.adapters import plan_folders
from cdp_lake.adapters.plan_folders import PlanFolder
from cdp_lake.errors import LakeLocked


@pytest.fixture
def lake(tmp_path):
    home = tmp_path / "lake"
    for name, text in {
        "gold/profiles/_delta_log/00000000000000000000.json": "{}",
        "gold/profiles/_delta_log/_last_checkpoint": "0",
        "gold/profiles/part-0.parquet": "rows",
        "gold/half_made/part-0.parquet": "no log",
        "bronze/crm/_delta_log/00000000000000000000.json": "{}",
        "mlflow/mlflow.db": "register",
        "mlflow/artifacts/model.pkl": "model",
    }.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return home


@pytest.fixture
def plan(lake):
    found = PlanFolder(lake, "abc")
    with found.held():
        yield found


TABLES = ("gold.profiles", "gold.half_made", "gold.not_there")


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_data_is_linked_and_what_is_written_over_is_copied(lake, plan):
    with plan.shadow(TABLES) as shadow:
        assert files(shadow) == [
            "gold/profiles/_delta_log/00000000000000000000.json",
            "gold/profiles/_delta_log/_last_checkpoint",
            "gold/profiles/part-0.parquet",
            "mlflow/mlflow.db",
        ]
        assert (shadow / "gold/profiles/part-0.parquet").samefile(lake / "gold/profiles/part-0.parquet")
        for name in ("gold/profiles/_delta_log/_last_checkpoint", "mlflow/mlflow.db"):
            (shadow / name).write_text("written over", encoding="utf-8")
            assert (lake / name).read_text(encoding="utf-8") != "written over"
    assert (lake / "gold/profiles/part-0.parquet").read_text(encoding="utf-8") == "rows"


def test_where_nothing_can_be_linked_it_is_copied(lake, plan, monkeypatch):
    def refused(source, target):
        raise OSError("cross-device link")

    monkeypatch.setattr(plan_folders.os, "link", refused)
    with plan.shadow(TABLES) as shadow:
        copy = shadow / "gold/profiles/part-0.parquet"
        assert copy.read_text(encoding="utf-8") == "rows"
        assert not copy.samefile(lake / "gold/profiles/part-0.parquet")


def test_a_file_that_goes_away_meanwhile_is_no_error(tmp_path):
    plan_folders._linked(str(tmp_path / "gone"), str(tmp_path / "here"))
    plan_folders._copied(str(tmp_path / "gone"), str(tmp_path / "here"))
    assert not (tmp_path / "here").exists()


def test_a_shadow_goes_in_the_end_unless_it_is_kept_and_then_before_the_next(plan):
    with plan.shadow(TABLES, keep=True) as first:
        pass
    assert first.is_dir()
    with pytest.raises(KeyboardInterrupt), plan.shadow(TABLES) as second:
        assert not first.exists()
        assert second != first
        raise KeyboardInterrupt
    assert not second.exists()


def test_a_plan_is_kept_until_it_is_forgotten_and_nobody_else_may_look_into_its_folder(plan):
    assert plan.load() is None
    plan.save({"publication": 3})
    assert plan.load() == {"publication": 3}
    assert os.stat(plan.folder).st_mode & 0o077 == 0
    plan.forget()
    assert plan.load() is None


def test_a_list_is_written_whole_and_its_beginning_is_shown(plan):
    rows = [{"profile_id": f"P{n}", "retired": ["P8", "P9"], "records": n} for n in range(3)]
    assert plan.write_list("merged.csv", ["profile_id", "retired", "records"], iter(rows), 2) == (3, rows[:2])
    text = (plan.folder / "merged.csv").read_text(encoding="utf-8")
    assert text.splitlines() == ["profile_id,retired,records", "P0,P8 P9,0", "P1,P8 P9,1", "P2,P8 P9,2"]


def test_two_do_not_plan_the_same_rules_at_once(lake, plan):
    with pytest.raises(LakeLocked, match="identity plan"), PlanFolder(lake, "abc").held():
        pass
