"""Data Docs: Great Expectations' own rendering of each judged table, on pages that need no network.

Its site builder writes pages that load styles, scripts and a logo from other hosts, and an index that is
empty without them. So its renderer and section templates are used as they are, inside a page of our own.
"""

import json
import re
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any

from cdp_lake.adapters.expectations import GateResult, great_expectations

# The page of trends beside the index.
PAGE = "quality.html"
_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL | re.IGNORECASE)
_STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 68rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .8rem; border-bottom: 1px solid #8884; }
td p { margin: 0; } h5 { font-size: 1.1rem; margin: 1rem 0 0; } .badge { font-family: monospace; }
.collapse { color: #888; } .text-success { color: #2a8a4a; }
.text-danger { color: #c0392b; } .text-warning { color: #b9770e; }
i { font-style: normal; font-weight: bold; }
i.fa-check-circle::before { content: "\\2713"; } i.fa-times::before { content: "\\2717"; }
i.fa-exclamation-triangle::before { content: "!"; }
"""


def write_data_docs(results: Iterable[GateResult], folder: Path, run_id: str) -> Path:
    """The index page of `folder`, after one page and one JSON result per judged table were (re)written.

    Tables that were not judged this time keep their last page, and the index names the run of each.
    """
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    for result in results:
        write_page(folder / "tables" / f"{result.table}.json", json.dumps(_facts(result, run_id), indent=1))
        write_page(folder / "tables" / f"{result.table}.html", _page(result, run_id))
    index = folder / "index.html"
    kept = sorted((folder / "tables").glob("*.json"))
    write_page(index, _index([json.loads(path.read_text(encoding="utf-8")) for path in kept]))
    return index


def _facts(result: GateResult, run_id: str) -> dict[str, Any]:
    failed = [check for check in result.checks if not check.passed]
    return {
        "table": result.table,
        "run_id": run_id,
        "expectations": len(result.checks),
        "errors": sum(check.severity == "error" for check in failed),
        "warnings": sum(check.severity == "warning" for check in failed),
        "seconds": round(result.seconds, 2),
        "result": result.evidence.to_json_dict(),
    }


def _page(result: GateResult, run_id: str) -> str:
    great_expectations()
    from great_expectations.render.renderer import ValidationResultsPageRenderer
    from great_expectations.render.view.view import DefaultJinjaSectionView

    # The first section is an overview whose links lead to pages of the site builder.
    sections = ValidationResultsPageRenderer().render(result.evidence).to_json_dict()["sections"][1:]
    view = DefaultJinjaSectionView()
    numbered = enumerate(sections, start=1)
    body = "".join(view.render({"section": s, "section_loop": {"index": n}}) for n, s in numbered)
    kept = _summary(_facts(result, run_id))
    lead = f"<p>Run {escape(run_id)}. {kept} Counts only: no value of a row is shown.</p>"
    head = f'<p><a href="../index.html">All tables</a></p><h1>{escape(result.table)}</h1>{lead}'
    return _shell(result.table, head + _SCRIPT.sub("", body) + _records(result))


def _records(result: GateResult) -> str:
    """What the renderer leaves out: the severity and the reason of each expectation."""
    head = _row("th", "As recorded in ops.checks", "Severity", "Passed", "Observed", "Why")
    rows = (
        _row("td", c.expectation, c.severity, "yes" if c.passed else "no", c.observed, c.about) for c in result.checks
    )
    return f"<table>{head}{''.join(rows)}</table>"


def _row(cell: str, *texts: str) -> str:
    return f"<tr>{''.join(f'<{cell}>{escape(text)}</{cell}>' for text in texts)}</tr>"


def _index(facts: list[dict[str, Any]]) -> str:
    head = _row("th", "Table", "Verdict", "Expectations", "Seconds", "Run")
    rows = "".join(f"<tr>{_cells(table)}</tr>" for table in facts)
    lead = "What every table had to keep before it was published, judged by Great Expectations."
    trend = f'<p><a href="{PAGE}">The trend of every table and source</a></p>'
    return _shell("Data Docs", f"<h1>Data Docs</h1><p>{lead}</p>{trend}<table>{head}{rows}</table>")


def _cells(facts: dict[str, Any]) -> str:
    name = escape(facts["table"])
    link = f'<a href="tables/{name}.html">{name}</a>'
    cells = [link, _verdict(facts), facts["expectations"], facts["seconds"], escape(facts["run_id"])]
    return "".join(f"<td>{cell}</td>" for cell in cells)


def _verdict(facts: dict[str, Any]) -> str:
    if facts["errors"]:
        return f'<i class="fa-times text-danger"></i> {_summary(facts)}'
    if facts["warnings"]:
        return f'<i class="fa-exclamation-triangle text-warning"></i> {_summary(facts)}'
    return '<i class="fa-check-circle text-success"></i> passed'


def _summary(facts: dict[str, Any]) -> str:
    good = facts["expectations"] - facts["errors"] - facts["warnings"]
    return f"{good} of {facts['expectations']} kept, {facts['errors']} errors, {facts['warnings']} warnings."


def _shell(title: str, body: str) -> str:
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>'
    return f'<!DOCTYPE html><html lang="en"><head>{head}</head><body>{body}</body></html>\n'


def write_page(path: Path, text: str) -> None:
    """A page in the place of the one before; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written aside and renamed: a reader never meets half a page.
    aside = path.with_name(path.name + ".tmp")
    aside.write_text(text, encoding="utf-8")
    aside.replace(path)
