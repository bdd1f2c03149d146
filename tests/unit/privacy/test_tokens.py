"""Tokens: recognisable, keyed, and made without the key being written anywhere but in its file."""

import hashlib
import hmac
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from pyspark.cloudpickle import dumps
from pyspark.sql import SparkSession

from cdp_lake.adapters.keys import hmac_key
from cdp_lake.errors import EnvironmentProblem
from cdp_lake.privacy import token, tokens, with_keyed_values, with_token


def test_the_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    first, again = hmac_key(tmp_path), hmac_key(tmp_path)
    assert first == again
    assert first.secret() == again.secret()
    file = tmp_path / ".keys" / "hmac-1"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["hmac-1"]


def test_two_lakes_have_two_keys(tmp_path: Path) -> None:
    assert hmac_key(tmp_path / "a").secret() != hmac_key(tmp_path / "b").secret()


def test_a_token_is_the_keyed_hash_with_the_key_version_in_front(tmp_path: Path) -> None:
    key = hmac_key(tmp_path)
    expected = hmac.new(key.secret(), b"email\x00ana@x.org", hashlib.sha256).hexdigest()
    assert token("ana@x.org", "email", key) == f"k1:{expected}"
    assert token("ana@x.org", "phone", key) != token("ana@x.org", "email", key)


def test_the_newest_key_is_used_and_names_itself(tmp_path: Path) -> None:
    old = hmac_key(tmp_path)
    newer = tmp_path / ".keys" / "hmac-2"
    newer.write_bytes(bytes(32))
    newer.chmod(0o600)
    assert hmac_key(tmp_path).version == "k2"
    assert token("x", "email", hmac_key(tmp_path)) != token("x", "email", old)


def test_a_damaged_or_open_key_is_refused_without_being_shown(tmp_path: Path) -> None:
    folder = tmp_path / ".keys"
    folder.mkdir()
    (folder / "hmac-1").write_bytes(b"short")
    with pytest.raises(EnvironmentProblem, match="damaged"):
        hmac_key(tmp_path).secret()
    (folder / "hmac-2").write_bytes(os.urandom(32))
    (folder / "hmac-2").chmod(0o644)
    with pytest.raises(EnvironmentProblem, match="chmod 600"):
        hmac_key(tmp_path).secret()
    (folder / "hmac-3").mkdir()
    with pytest.raises(EnvironmentProblem, match="cannot be read") as caught:
        hmac_key(tmp_path).secret()
    assert str(tmp_path) not in str(caught.value)


def test_what_travels_with_the_key_object_is_a_path(tmp_path: Path) -> None:
    key = hmac_key(tmp_path)
    secret = key.secret()
    assert secret not in dumps(key) and secret.hex() not in repr(key)


@pytest.mark.spark
def test_spark_makes_the_same_tokens_and_its_plan_knows_no_key(
    spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    key, sent_to_workers = hmac_key(tmp_path), []
    real = tokens.arrow_udf

    def watched(function: Any, *args: Any, **kwargs: Any) -> Any:
        sent_to_workers.append(dumps(function))
        return real(function, *args, **kwargs)

    monkeypatch.setattr(tokens, "arrow_udf", watched)
    rows = spark.createDataFrame([("ana@x.org",), (None,)], "email string")
    tokened = with_token(rows, "email", "email_token", key)
    tokened.explain(True)
    plan = capsys.readouterr().out
    assert "email_token" in plan
    secret = key.secret()
    assert secret.hex() not in plan and repr(secret)[2:-1] not in plan
    # The plan carries the pickled function as well.
    assert len(sent_to_workers) == 1 and secret not in sent_to_workers[0]
    found = {row["email"]: row["email_token"] for row in tokened.collect()}
    assert found == {"ana@x.org": token("ana@x.org", "email_token", key), None: None}


@pytest.mark.spark
def test_only_values_of_hashed_namespaces_become_tokens_and_masked_ones_become_stars(
    spark: SparkSession, tmp_path: Path
) -> None:
    key = hmac_key(tmp_path)
    rows = [("national_id", "A1"), ("national_id", "A****1"), ("national_id", None), ("email", "A1"), (None, "A1")]
    found = with_keyed_values(
        spark.createDataFrame(rows, "namespace STRING, value STRING"), "namespace", "value", ("national_id",), key
    )

    assert [tuple(row) for row in found.collect()] == [
        ("national_id", token("A1", "national_id", key)),
        ("national_id", "***"),
        ("national_id", None),
        ("email", "A1"),
        (None, "A1"),
    ]
