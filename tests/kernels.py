"""Run cells in a real kernel, and say what each of them shows."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

RUN = """
import sys, nbformat
from nbclient import NotebookClient
notebook = nbformat.read(sys.argv[1], as_version=4)
NotebookClient(notebook, timeout=300, kernel_name="python3", allow_errors=True).execute()
nbformat.write(notebook, sys.argv[1])
"""
# A kernel has no settings of the person who runs the tests.
SETTINGS = ("IPYTHON", "JCM_", "JUPYTER", "MPL", "PYTEST", "PYTHON")


def environment(folder, python):
    """Return the variables of a process: the tests' own Python looks where they do, another one only at itself."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}
    kept |= {name: str(Path(folder) / name) for name in ("JUPYTER_DATA_DIR", "IPYTHONDIR", "XDG_CONFIG_HOME")}
    kept |= {"JUPYTER_PREFER_ENV_PATH": "1", "JCM_LANG": "en"}
    if python == sys.executable:
        kept["PYTHONPATH"] = os.environ.get("PYTHONPATH", "")
    return kept


def run(cells, python=sys.executable):
    """Run cells one after the other in a new kernel of a Python, in an empty folder; return the outputs of each."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "notebook.ipynb"
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        nbformat.write(notebook, path)
        command = [python, "-c", RUN, path]
        done = subprocess.run(
            command, cwd=folder, env=environment(folder, python), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return [cell.outputs for cell in nbformat.read(path, as_version=4).cells]


def pictures(outputs):
    """Count the pictures among the outputs of a cell."""
    return sum("image/png" in one.get("data", {}) for one in outputs)


def errors(outputs):
    """Return what a cell shows in red: exceptions, warnings, and anything else on the error stream."""
    return [
        f"{one.ename}: {one.evalue}" if one.output_type == "error" else one.text
        for one in outputs
        if one.output_type == "error" or one.get("name") == "stderr"
    ]


def text(outputs):
    """Return the plain text that a cell shows."""
    return "\n".join(one.get("text") or one.get("data", {}).get("text/plain", "") for one in outputs).strip()
