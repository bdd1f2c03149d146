"""The quality page: whole in itself, every picture with its words, and nothing on it that could be markup."""

from html.parser import HTMLParser

import pytest

from cdp_lake.quality.measures import Measure
from cdp_lake.quality.report import CheckRow, GateShare, page, report_of
from cdp_lake.quality.report.sparkline import HEIGHT, sparkline

RUNS = ["r20240301T020000-000001", "r20240302T020000-000002", "r20240303T020000-000003"]
EMPTY = CheckRow("null_share(email) between 0.0% and 6.0%", "error", False, "it is 100.0%")
FINE = CheckRow("column_values_to_be_unique(profile_id)", "error", True, "0 of 9 rows unexpected")


class Elements(HTMLParser):
    """The elements of a page, each with its attributes; raises where they are not closed in order."""

    VOID = ("meta", "circle", "polyline")

    def __init__(self, text):
        super().__init__()
        self.found, self._open = [], []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def of(self, tag):
        return [attrs for name, attrs in self.found if name == tag]


@pytest.fixture
def report():
    measures = [(run, Measure("crm", "records", "", 100.0 + n)) for n, run in enumerate(RUNS)]
    measures += [
        (run, Measure("crm", "null_share", "email", share)) for run, share in zip(RUNS, (0.1, 0.1, 1.0), strict=True)
    ]
    measures += [(run, Measure("crm", "null_share", "id", 0.0)) for run in RUNS]
    measures += [(RUNS[-1], Measure("crm", "value_share", "tier=<b>gold</b>", 0.5))]
    checks = [("crm", EMPTY), ("gold.profiles", FINE)]
    gate = [GateShare("refine_silver", RUNS[-1], 3.0, 10.0)]
    return report_of(RUNS[-1], measures, checks, gate, {"pos": ("no file yet",)})


def test_sources_come_first_and_each_has_its_state(report):
    assert [(one.name, one.kind, one.state) for one in report.things] == [
        ("crm", "source", "error"),
        ("pos", "source", "late"),
        ("gold.profiles", "table", "fine"),
    ]


def test_the_page_needs_nothing_but_itself(report):
    elements = Elements(page(report))
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in elements.found}
    links = [attrs["href"] for attrs in elements.of("a")]
    anchors = {f"#{attrs['id']}" for attrs in elements.of("h2") if "id" in attrs}
    assert {link for link in links if link.startswith("#")} == anchors
    assert {link for link in links if not link.startswith("#")} == {"index.html"}
    assert "http" not in page(report)


def test_every_picture_says_in_words_what_it_shows(report):
    pictures = Elements(page(report)).of("svg")
    assert all(attrs["role"] == "img" and attrs["aria-label"] for attrs in pictures)
    assert "empty email: lowest 10.0%, median 10.0%, highest 100%, now 100%" in {p["aria-label"] for p in pictures}
    assert [p["class"] for p in pictures if p["aria-label"].startswith("empty email")] == ["spark out"]


def test_what_is_wrong_stands_on_the_page(report):
    text = page(report)
    assert "error: expect null_share(email) between 0.0% and 6.0%: it is 100.0%" in text
    assert "late: no file yet" in text
    assert "Never empty: id." in text
    assert "30.0%" in text  # of refine_silver in its gate
    assert "2024-03-03 02:00" in text


def test_a_value_is_text_and_never_markup(report):
    assert "<b>gold</b>" not in page(report)
    assert "tier = &lt;b&gt;gold&lt;/b&gt;" in page(report)


def test_a_lake_without_any_measure_has_a_page():
    assert Elements(page(report_of(RUNS[0], [], [], [], {}))).of("h1")


def test_a_gap_is_a_gap_and_what_hardly_moves_looks_flat():
    assert sparkline([1.0, 2.0, None, 3.0, 4.0], "x").count("<polyline") == 2
    assert sparkline([None], "x") == ""
    flat = sparkline([100.0, 101.0], "x").split('points="')[1].split('"')[0]
    heights = [float(point.split(",")[1]) for point in flat.split()]
    assert abs(heights[0] - heights[1]) < HEIGHT / 10
