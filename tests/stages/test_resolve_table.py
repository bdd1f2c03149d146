"""One file of anybody's, resolved without labels or tuning: as good as promised, and safe where a file is odd."""

from itertools import combinations
from pathlib import Path

import pandas as pd
import pytest

from cdp_lake.errors import ConfigError
from cdp_lake.identity.evaluation import Evaluation, evaluate
from cdp_lake.stages.resolve_table import Files, resolve_table
from tests.conftest import FOR_FEW_ROWS

DATA = Path(__file__).parents[1] / "data"
PEOPLE = "fields: {first_name: given_name, surname: family_name, dob: birth_date, city: city, email: email}\n"


def silent(_: str) -> None:
    """Nobody listens."""


@pytest.fixture
def compiling(spark):
    """The session as it is shipped: half a million pairs are worth compiling for."""
    before = {key: spark.conf.get(key) for key in FOR_FEW_ROWS}
    for key in before:
        spark.conf.unset(key)
    yield spark
    for key, value in before.items():
        spark.conf.set(key, value)


@pytest.fixture
def resolved(compiling, tmp_path):
    """Resolves a file (or a text that becomes one) with a map; the output's path."""

    def run(file: Path | str, field_map: str, out: str = "out.csv", labels: Path | None = None) -> Path:
        source = file if isinstance(file, Path) else tmp_path / "in.csv"
        if isinstance(file, str):
            source.write_text(file, encoding="utf-8")
        (tmp_path / "map.yml").write_text(field_map, encoding="utf-8")
        resolve_table(compiling, Files(source, tmp_path / "map.yml", tmp_path / out, labels), silent)
        return tmp_path / out

    return run


def score(out: Path, truth: pd.Series) -> Evaluation:
    predicted = pd.read_csv(out, dtype=str).assign(source="-")
    known = pd.DataFrame({"source": "-", "record_id": predicted["record_id"], "entity_id": truth})
    return evaluate(predicted, known)


def test_people_with_typos_are_found(resolved):
    people = pd.read_csv(DATA / "fake_1000.csv", dtype=str)
    out = resolved(DATA / "fake_1000.csv", f"record_id: unique_id\n{PEOPLE}")
    found = score(out, people["cluster"])
    assert found.pairwise.f1 >= 0.93
    assert found.b_cubed.f1 >= 0.948
    rows = pd.read_csv(out, dtype=str)
    assert list(rows.columns) == ["record_id", "profile_id", "cluster_size", "confidence"]
    assert rows["record_id"].tolist() == people["unique_id"].tolist()
    assert rows["confidence"].astype(float).between(0, 1).all()


def test_labels_teach_and_decide_nothing(resolved, tmp_path):
    people = pd.read_csv(DATA / "fake_1000.csv", dtype=str).head(300)
    pairs = people.merge(people, on="cluster", suffixes=("_l", "_r")).query("unique_id_l < unique_id_r").head(40)
    labels = pairs.rename(columns={"unique_id_l": "record_id_l", "unique_id_r": "record_id_r"}).assign(is_match="true")
    wrong = pd.DataFrame({"record_id_l": ["0"], "record_id_r": ["299"], "is_match": ["yes"]})
    told = pd.concat([labels, wrong])[["record_id_l", "record_id_r", "is_match"]]
    told.to_csv(tmp_path / "labels.csv", index=False)
    field_map = f"record_id: unique_id\n{PEOPLE}"

    out = resolved(people.to_csv(index=False), field_map, "taught.csv", tmp_path / "labels.csv")
    rows = pd.read_csv(out, dtype=str).set_index("record_id")["profile_id"]

    assert score(out, people["cluster"]).pairwise.f1 >= 0.93
    assert rows["0"] != rows["299"]


@pytest.mark.parametrize("said", ["true", "false"])
def test_no_label_makes_one_of_a_person_and_an_organisation(resolved, tmp_path, said):
    (tmp_path / "labels.csv").write_text(f"record_id_l,record_id_r,is_match\n1,2,{said}\n", encoding="utf-8")
    out = resolved(
        "id,person,firm,mail,phone\n"
        "1,Ann Acme,,ann@acme.com,+1 212 555 2368\n"
        "2,,Acme Trading Ltd.,ann@acme.com,+1 212 555 2368\n"
        "3,Bob Stone,,bob@stone.org,\n",
        "record_id: id\nfields: {person: full_name, firm: org_name, mail: email, phone: phone}\n",
        labels=tmp_path / "labels.csv",
    )
    assert pd.read_csv(out)["profile_id"].nunique() == 3


def test_the_same_file_gives_the_same_bytes(resolved):
    people = pd.read_csv(DATA / "fake_1000.csv", dtype=str).head(150).to_csv(index=False)
    once, twice = (resolved(people, f"record_id: unique_id\n{PEOPLE}", out) for out in ("once.csv", "twice.csv"))
    assert once.read_bytes() == twice.read_bytes()


def test_addresses_and_exchanged_names_are_found_through_a_header_that_begins_with_blanks(resolved):
    ids = pd.read_csv(DATA / "febrl3.csv", dtype=str).iloc[:, 0].str.strip()
    found = score(resolved(DATA / "febrl3.csv", (DATA / "febrl3.yml").read_text()), ids.str.extract(r"rec-(\d+)-")[0])
    assert found.pairwise.f1 >= 0.997


def test_people_of_three_sources_are_found_beside_fathers_twins_and_shared_desks(resolved):
    records, truth = (pd.read_csv(DATA / f"{name}.csv", dtype=str) for name in ("senzing", "senzing_truth"))
    answer = pd.read_csv(resolved(DATA / "senzing.csv", (DATA / "senzing.yml").read_text()), dtype=str)
    kinds = records[["DATA_SOURCE", "RECORD_ID", "RECORD_TYPE"]].set_axis(["source", "record_id", "kind"], axis=1)
    known = answer.merge(truth, on=["source", "record_id"]).merge(kinds, on=["source", "record_id"])
    wanted, found = (_pairs(known[known["kind"] == "PERSON"], by) for by in ("entity_id", "profile_id"))

    assert len(known) == len(answer) == 159
    assert len(wanted) == 102
    assert len(wanted & found) >= 94
    assert len(found - wanted) <= 1
    assert (known.groupby("profile_id")["kind"].nunique() == 1).all()


def _pairs(records, cluster):
    groups = records.groupby(cluster).groups.values()
    return {pair for members in groups for pair in combinations(sorted(members), 2)}


def test_records_link_across_sources_and_within_them_and_ids_keep_their_zeros(resolved):
    out = resolved(
        "shop,number,name,mail,phone\n"
        "a,007,王小明,xm.wang@qq.com,13812345678\n"
        "a,008,Ann Lee,ann.lee@mail.com,\n"
        "b,007,Wang Xiaoming,xm.wang@qq.com,+86 138 1234 5678\n"
        "b,008,Bob Stone,bob@stone.org,\n",
        "record_id: number\nsource: shop\nfields: {name: full_name, mail: email, phone: phone}\n",
    )
    rows = pd.read_csv(out, dtype=str)
    assert rows[["record_id", "source"]].to_numpy().tolist() == [["007", "a"], ["008", "a"], ["007", "b"], ["008", "b"]]
    assert rows["profile_id"].tolist() == ["R000000001", "R000000002", "R000000001", "R000000003"]
    assert rows["cluster_size"].tolist() == ["2", "1", "2", "1"]


def test_organisations_link_among_themselves_and_never_with_people(resolved):
    out = resolved(
        "id,person,firm,phone\n"
        "1,,Acme Trading Ltd.,+1 212 555 2368\n"
        "2,,ACME TRADING LIMITED,+1 212 555 2368\n"
        "3,Ann Acme,,+1 212 555 2368\n"
        "4,,Zenith Foods Inc,+1 415 555 2671\n",
        "record_id: id\nfields: {person: full_name, firm: org_name, phone: phone}\n",
    )
    assert pd.read_csv(out)["profile_id"].tolist() == ["R000000001", "R000000001", "R000000002", "R000000003"]


def test_a_file_of_one_record_is_one_entity(resolved):
    out = resolved("id,name\n1,Ann Lee\n", "record_id: id\nfields: {name: full_name}\n")
    assert out.read_text() == "record_id,profile_id,cluster_size,confidence\n1,R000000001,1,1.0\n"


def test_two_records_of_one_person_are_one_entity(resolved):
    out = resolved(
        "id,name,mail\n1,Bob Stone,bob@stone.org\n2,Robert Stone,bob@stone.org\n",
        "record_id: id\nfields: {name: full_name, mail: email}\n",
    )
    assert pd.read_csv(out)["cluster_size"].tolist() == [2, 2]


def test_a_column_that_says_the_same_everywhere_or_nothing_joins_nobody(resolved):
    names = ("Ann Lee", "Bob Stone", "Cy Young", "Di Wood", "Ed Ross", "Flo King", "Gus Hall", "Hal Ford", "Ida Bell")
    rows = "".join(f"{n},{name},US,\n" for n, name in enumerate((*names, "Joe Cole")))
    out = resolved(
        f"id,name,country,mail\n{rows}", "record_id: id\nfields: {name: full_name, country: country, mail: email}\n"
    )
    assert pd.read_csv(out)["profile_id"].nunique() == 10


def test_two_records_of_one_key_are_refused_with_examples(resolved):
    rows = "".join(f"{n},Ann\n{n},Bob\n" for n in range(7))
    with pytest.raises(ConfigError, match=r"7 keys stand more than once: 0; 1; 2; 3; 4$"):
        resolved(f"id,name\n{rows}", "record_id: id\nfields: {name: full_name}\n")


def test_a_record_without_id_is_refused(resolved):
    with pytest.raises(ConfigError, match="1 records have no id: record 2"):
        resolved("id,name\n1,Ann\n,Bob\n", "record_id: id\nfields: {name: full_name}\n")
