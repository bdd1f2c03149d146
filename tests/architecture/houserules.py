"""The rules of the house, each with its reason, and the few ways to read the code they speak about."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "cdp_lake"

ROOMS = (
    *("bronze", "silver", "identity", "gold", "traits", "scoring"),
    *("segments", "activation", "privacy", "quality", "synthetic"),
)
# A module imports from below, or from its own part of the house.
LEVELS = {
    "errors": 0,
    "contracts": 1,
    "config": 2,  # settings name columns, so they are checked against the contracts
    **dict.fromkeys(ROOMS, 3),
    "adapters": 4,
    "stages": 5,
    "console": 6,  # shows what stages found, and decides nothing
    "cli": 7,
    "jobs": 8,
}

TOP_LEVEL = {
    *("pyproject.toml", "README.md", "jobs", "cdp_lake", "conf", "notebooks", "tests", "infra"),
    *("Makefile", "LICENSE", "CHANGELOG.md", "constraints.txt"),
}
# Written by runs and builds, and git-ignored.
MADE_BY_RUNS = {"lake", "demo", "build", "dist", "mlruns", "spark-warehouse", "metastore_db", "derby.log"}

# Names a room may not touch, and why.
CLASSIC = "Spark Connect does not have it"
WORLD = "a room is DataFrame in, DataFrame out; the world is behind adapters"
CHANCE = "time and chance are arguments: same inputs, same table"
ACTION = "a room describes a table; a stage decides when it is computed"
BANNED_ATTRIBUTES = {
    **dict.fromkeys(("rdd", "_jvm", "_jdf", "_jsc", "sparkContext"), CLASSIC),
    **dict.fromkeys(("write", "writeTo", "writeStream", "read", "readStream", "environ", "getenv"), WORLD),
    **dict.fromkeys(("cache", "persist", "checkpoint", "localCheckpoint"), ACTION),
    **dict.fromkeys(("collect", "toPandas", "toLocalIterator", "foreachPartition", "show"), ACTION),
    **dict.fromkeys(("current_timestamp", "current_date", "localtimestamp", "now", "utcnow", "today"), CHANCE),
    **dict.fromkeys(("rand", "randn", "uuid", "uuid4", "monotonically_increasing_id"), CHANCE),
}
BANNED_IN_SQL = r"\b(current_timestamp|current_date|now|rand|randn|uuid|monotonically_increasing_id)\s*\("
BANNED_IMPORTS = {
    **dict.fromkeys(("pyspark.sql.SparkSession", "pyspark.SparkContext", "pyspark.SparkConf"), WORLD),
    **dict.fromkeys(("os", "socket", "subprocess", "tempfile", "shutil"), WORLD),
    **dict.fromkeys(("time", "uuid", "secrets"), CHANCE),
}
# How long something took is no part of what it made.
ALLOWED_IMPORTS = {"time.perf_counter"}
# Its product is files, as the source systems would have delivered them.
WRITES_FILES = {"synthetic"}
# Services reached through one adapter each.
WORLD_PACKAGES = ("delta", "mlflow", "great_expectations", "graphframes", "kafka", "py4j", "starlette", "uvicorn")
# Marks of code that needs a JVM in this process.
CLASSIC_NAMES = {
    *("_jvm", "_jdf", "_jsc", "_gateway", "sparkContext", "SparkContext"),
    *("spark_udf", "registerJavaFunction", "GraphFrame", "launch_gateway"),
}

FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "base", "manager", "common", "misc"}
LONGEST_MODULE = 300
LONGEST_CATALOGUE = 400  # contracts are data
LONGEST_JOB = 10  # lines of code: a job is a shim
LONGEST_FUNCTION = 40


@cache
def parsed(file: Path) -> ast.Module:
    """The syntax tree of one file."""
    return ast.parse(file.read_text(encoding="utf-8"), filename=str(file))


def modules(*parts: str) -> list[Path]:
    """Every module of the package, or of some of its parts."""
    places = [PACKAGE / part for part in parts] or [PACKAGE]
    return sorted(file for place in places for file in place.rglob("*.py"))


def named(file: Path) -> str:
    """A file as a person would name it."""
    return file.relative_to(ROOT).as_posix()


def part_of(file: Path) -> str:
    """The part of the house a module belongs to: `identity`, `adapters`, `cli`, ..."""
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports_of(file: Path) -> Iterator[tuple[int, str]]:
    """One (line, dotted name) per imported thing, whether at the top or inside a function."""
    package = ".".join(file.relative_to(ROOT).parts[:-1])
    for node in ast.walk(parsed(file)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            origin = ".".join([*above, node.module] if node.module else above)
            yield from ((node.lineno, f"{origin}.{alias.name}") for alias in node.names)


def functions_of(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a module."""
    for node in ast.walk(parsed(file)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of a function's body, its docstring left out."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def code_lines(file: Path) -> int:
    """The lines that are neither empty, comment nor docstring."""
    skipped: set[int] = set()
    for node in ast.walk(parsed(file)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            skipped |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    lines = enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
    return sum(
        1 for number, line in lines if line.strip() and not line.strip().startswith("#") and number not in skipped
    )


def text_files() -> list[Path]:
    """Every file that is, or would be, under version control."""
    try:
        listed = subprocess.run(
            ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines()
        return [ROOT / name for name in listed if (ROOT / name).is_file()]
    except (OSError, subprocess.CalledProcessError):
        skip = {".git", ".venv", ".jars", *MADE_BY_RUNS}
        return [file for file in ROOT.rglob("*") if file.is_file() and skip.isdisjoint(file.relative_to(ROOT).parts)]
