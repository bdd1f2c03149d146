"""The notebooks run top to bottom on a small lake, show what they promise, and give nobody away."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import nbformat
import pytest
from nbclient import NotebookClient

from tests.stages.lakes import Place

CHECKOUT = Path(__file__).parents[2]
FOLDER = CHECKOUT / "notebooks"
# A kernel starts Java and reads every table once; a stuck one must not hold up the others for ever.
SECONDS_PER_CELL = 300


class Promise(NamedTuple):
    """What a reader of a notebook is to see."""

    words: tuple[str, ...]
    pictures: int


PROMISES = {
    "01_tour_the_lake": Promise(("silver.source_records", "identity.edges", "gold.profiles"), pictures=5),
    "02_explain_a_cluster": Promise(("would have to be wrong", "records lost", "created", "no evidence"), pictures=3),
}


class Read(NamedTuple):
    """A notebook with the outputs of one run, and what was promised of it."""

    cells: list[nbformat.NotebookNode]
    promise: Promise

    @property
    def code(self) -> list[nbformat.NotebookNode]:
        """The cells that run."""
        return [cell for cell in self.cells if cell.cell_type == "code"]

    @property
    def outputs(self) -> list[nbformat.NotebookNode]:
        """Everything the run gave back."""
        return [output for cell in self.code for output in cell.outputs]

    @property
    def shown(self) -> str:
        """All text that a reader sees."""
        return "\n".join(str(o.get("text", "")) + str(o.get("data", {})) for o in self.outputs)


@pytest.fixture(scope="module", params=PROMISES)
def notebook(request: pytest.FixtureRequest, place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Read]:
    """Each notebook after one run, started from a folder that is no checkout."""
    kept = nbformat.read(FOLDER / f"{request.param}.ipynb", as_version=4)
    folder = tmp_path_factory.mktemp("reader")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CDP_LAKE_PATH", str(place.lake))
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, (str(CHECKOUT), os.environ.get("PYTHONPATH")))))
        client = NotebookClient(
            kept,
            timeout=SECONDS_PER_CELL,
            kernel_name="python3",
            resources={"metadata": {"path": str(folder)}},
        )
        yield Read(client.execute().cells, PROMISES[request.param])


def test_it_runs_from_top_to_bottom(notebook: Read) -> None:
    assert [output for output in notebook.outputs if output.output_type == "error"] == []
    assert [cell.execution_count for cell in notebook.code] == list(range(1, len(notebook.code) + 1))


def test_it_shows_words_and_pictures(notebook: Read) -> None:
    assert [word for word in notebook.promise.words if word not in notebook.shown] == []
    pictures = [output for output in notebook.outputs if "image/png" in output.get("data", {})]
    assert len(pictures) >= notebook.promise.pictures


def test_no_address_of_anybody_is_shown(notebook: Read) -> None:
    assert "@" not in notebook.shown


def test_every_notebook_is_promised_something() -> None:
    assert {file.stem for file in FOLDER.glob("*.ipynb")} == set(PROMISES)


@pytest.mark.parametrize("name", PROMISES)
def test_it_is_kept_short_and_without_outputs(name: str) -> None:
    kept = json.loads((FOLDER / f"{name}.ipynb").read_text(encoding="utf-8"))
    code = [cell for cell in kept["cells"] if cell["cell_type"] == "code"]
    assert len(kept["cells"]) <= 15
    assert code
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
