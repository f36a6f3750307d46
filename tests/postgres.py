"""A PostgreSQL server for tests: in a temporary folder, on a socket, without a network."""

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

BINARIES = os.pathsep.join([os.environ.get("PATH", ""), *map(str, Path("/usr/lib/postgresql").glob("*/bin"))])
USER = "reader"
PASSWORD = "correct horse battery"


@contextmanager
def server():
    """Yield the folder of the socket; without PostgreSQL the tests are skipped, in continuous integration they fail."""
    programs = {name: shutil.which(name, path=BINARIES) for name in ("initdb", "pg_ctl", "psql")}
    missing = ""
    if not all(programs.values()):
        missing = "PostgreSQL is missing: apt-get install --no-install-recommends postgresql"
    elif find_spec("adbc_driver_postgresql") is None:
        missing = "the driver of PostgreSQL is missing: pip install 'jcm-calc[postgresql]'"
    if missing:
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    # a path of pytest may be too long for a socket; the server does not run as root
    with tempfile.TemporaryDirectory(prefix="jcm_pg_", ignore_cleanup_errors=True) as name:
        folder, other = Path(name), os.geteuid() == 0
        (folder / "password").write_text(PASSWORD)
        if other:
            shutil.chown(folder, "postgres")
            shutil.chown(folder / "password", "postgres")

        def run(program, *arguments):
            command = [programs[program], *arguments]
            done = subprocess.run(
                ["runuser", "-u", "postgres", "--", *command] if other else command,
                capture_output=True,
                text=True,
                timeout=120,
                cwd=folder,
                env={**os.environ, "PATH": BINARIES},
            )
            assert done.returncode == 0, done.stdout + done.stderr

        data, log = str(folder / "data"), str(folder / "log")
        settings = ["-A", "scram-sha-256", f"--pwfile={folder / 'password'}", "--no-sync", "-E", "UTF8", "--locale=C"]
        run("initdb", "-D", data, "-U", USER, *settings)
        run("pg_ctl", "-D", data, "-w", "-s", "-l", log, "-o", f"-k {folder} -h '' -F", "start")
        try:
            yield folder
        finally:
            run("pg_ctl", "-D", data, "-w", "-s", "-m", "immediate", "stop")


def psql(folder, sql, *options):
    """Return what psql writes."""
    environment = {"PGHOST": str(folder), "PGUSER": USER, "PGPASSWORD": PASSWORD, "PGDATABASE": "postgres"}
    done = subprocess.run(
        [shutil.which("psql", path=BINARIES), "-X", "-q", "-v", "ON_ERROR_STOP=1", *options],
        input=sql,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PGTZ": "UTC", **environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def services(folder, path):
    """Write the connection service file and the password file of a user."""
    (path / "services").write_text(f"[plant]\nhost={folder}\nuser={USER}\ndbname=postgres\n")
    passwords = path / "passwords"
    passwords.write_text(f"*:*:*:{USER}:{PASSWORD}\n")
    passwords.chmod(0o600)
    return {"PGSERVICEFILE": str(path / "services"), "PGPASSFILE": str(passwords)}
