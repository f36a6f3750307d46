"""The lowest versions that pyproject.toml allows, as constraints for pip: ``python tests/lowest.py > lowest.txt``."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def lowest():
    """Yield a constraint for each package that the library and its extras need."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for text in [*project["dependencies"], *sum(map(tuple, project["optional-dependencies"].values()), ())]:
        match = re.fullmatch(r"([\w.-]+)(?:\[[\w,]+\])?>=([\d.]+)", text)
        if match is not None:
            yield f"{match[1]}=={match[2]}"
        elif not text.startswith("jcm-calc["):
            raise ValueError(f"{text}: needs a lowest version")


if __name__ == "__main__":
    print("\n".join(lowest()))
