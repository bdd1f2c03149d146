"""The tour runs top to bottom on a small lake, shows what it promises, and gives nobody away."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.stages.lakes import Place

CHECKOUT = Path(__file__).parents[2]
TOUR = CHECKOUT / "notebooks" / "01_tour_the_lake.ipynb"
# A kernel starts Java and reads every table once; a stuck one must not hold up the others for ever.
SECONDS_PER_CELL = 300


@pytest.fixture(scope="module")
def tour(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[nbformat.NotebookNode]:
    """The notebook with the outputs of one run, started from a folder that is no checkout."""
    notebook = nbformat.read(TOUR, as_version=4)
    folder = tmp_path_factory.mktemp("reader")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CDP_LAKE_PATH", str(place.lake))
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, (str(CHECKOUT), os.environ.get("PYTHONPATH")))))
        client = NotebookClient(
            notebook,
            timeout=SECONDS_PER_CELL,
            kernel_name="python3",
            resources={"metadata": {"path": str(folder)}},
        )
        yield client.execute()


def test_the_tour_runs_from_top_to_bottom(tour: nbformat.NotebookNode) -> None:
    code = [cell for cell in tour.cells if cell.cell_type == "code"]
    errors = [output for cell in code for output in cell.outputs if output.output_type == "error"]
    assert errors == []
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))


def test_the_tour_shows_tables_and_pictures(tour: nbformat.NotebookNode) -> None:
    shown = _shown(tour)
    assert all(table in shown for table in ("silver.source_records", "identity.edges", "gold.profiles"))
    pictures = [o for o in _outputs(tour) if "image/png" in o.get("data", {})]
    assert len(pictures) >= 5


def test_no_address_of_anybody_is_shown(tour: nbformat.NotebookNode) -> None:
    assert "@" not in _shown(tour)


def test_the_tour_is_kept_without_outputs() -> None:
    kept = json.loads(TOUR.read_text(encoding="utf-8"))
    code = [cell for cell in kept["cells"] if cell["cell_type"] == "code"]
    assert len(kept["cells"]) <= 15
    assert code
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


def _outputs(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def _shown(notebook: nbformat.NotebookNode) -> str:
    """All text that a reader of the notebook sees."""
    texts = [str(o.get("text", "")) + str(o.get("data", {})) for o in _outputs(notebook)]
    return "\n".join(texts)
