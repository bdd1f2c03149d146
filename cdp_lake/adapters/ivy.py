"""Fetch JARs with the Ivy that Spark brings: no tool to install, no Maven settings touched."""

import os
import subprocess
from pathlib import Path

import pyspark

from cdp_lake.adapters.machine import java_command
from cdp_lake.errors import EnvironmentProblem

# One resolver only: Spark's own chain also asks the local Maven repository, where a POM without its
# JAR makes Ivy give up. CDP_LAKE_IVY_SETTINGS names a settings file for a company's own repository.
_SETTINGS = """<ivysettings>
  <settings defaultResolver="central"/>
  <caches defaultCacheDir="{cache}"/>
  <resolvers><ibiblio name="central" m2compatible="true" usepoms="false"/></resolvers>
</ivysettings>"""
_MODULE = """<ivy-module version="2.0">
  <info organisation="cdp-lake" module="jars"/>
  <configurations><conf name="default"/></configurations>
  <dependencies>{dependencies}</dependencies>
</ivy-module>"""
_DEPENDENCY = '<dependency org="{}" name="{}" rev="{}" transitive="false"/>'


def fetch(coordinates: list[str], target: Path) -> None:
    """Put the JAR of each group:artifact:version into the folder, and nothing it depends on."""
    java = java_command()
    if java is None:
        raise EnvironmentProblem("no Java found to fetch the JARs with; install Java 17 or set JAVA_HOME")
    answer = subprocess.run(_command(java, coordinates, target), capture_output=True, text=True, check=False)
    if answer.returncode:
        said = "\n".join((answer.stdout + answer.stderr).strip().splitlines()[-15:])
        raise EnvironmentProblem(f"could not fetch {', '.join(coordinates)}; is the network up? Ivy said:\n{said}")


def _command(java: str, coordinates: list[str], target: Path) -> list[str]:
    ivy = next((Path(pyspark.__file__).parent / "jars").glob("ivy-*.jar"))
    settings, module = target / "ivysettings.xml", target / "ivy.xml"
    settings.write_text(_SETTINGS.format(cache=target / "cache"), encoding="utf-8")
    dependencies = "".join(_DEPENDENCY.format(*coordinate.split(":")) for coordinate in coordinates)
    module.write_text(_MODULE.format(dependencies=dependencies), encoding="utf-8")
    return [
        *(java, "-cp", str(ivy), "org.apache.ivy.Main", "-warn"),
        *("-settings", os.environ.get("CDP_LAKE_IVY_SETTINGS") or str(settings), "-ivy", str(module)),
        *("-types", "jar", "bundle", "-retrieve", f"{target}/[artifact]-[revision].[ext]"),
    ]
