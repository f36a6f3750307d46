"""Skeletons for authors: a methodology module, its case and test, a revision, a new methodology package."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from jcm_calc.authoring.module_source import module_source
from jcm_calc.base.languages import _
from jcm_calc.declarations.items import Kind
from jcm_calc.declarations.methodology import Declarations, version_key
from jcm_calc.rulebooks import versions

NUMBER = re.compile(r"[A-Z]{2}_AM\d{3}")
MARK = "FILL IN"


# By sectoral scope what a skeleton is about, if not energy, and for each kind what its worked case gives.
KINDS = {13: "waste", 14: "forest", 15: "agriculture"}
UNITS = {"energy": "the machines", "waste": "the sites", "agriculture": "the fields", "forest": "the strata"}
AMOUNT, CLASS = "a number and", "the name of a class"
INPUTS = {
    "energy": (("EC_PJ", f"{AMOUNT} MWh"), ('"η_PJ"', "a number"), ('"η_RE"', "a number"),
               ("EF_elec", f"{AMOUNT} tCO2/MWh")),
    "waste": (("W", f"{AMOUNT} t"), ("EC_PJ", f"{AMOUNT} MWh"), ("waste", CLASS), ("DOC", "a number"),
              ("MCF", "a number"), ("GWP_CH4", "a number"), ("EF_elec", f"{AMOUNT} tCO2/MWh")),
    "agriculture": (("A", f"{AMOUNT} ha"), ("region", CLASS), ("regime_RE", CLASS), ("regime_PJ", CLASS),
                    ("EF_c", f"{AMOUNT} t/ha"), ("SF_RE", "a number"), ("SF_PJ", "a number"),
                    ("GWP_CH4", "a number")),
    "forest": (("AL_RL", f"{AMOUNT} ha"), ("AL_PJ", f"{AMOUNT} ha"), ("forest", CLASS), ("C", f"{AMOUNT} t/ha")),
}  # fmt: skip


@cache
def _environment() -> Environment:
    found = Environment(
        loader=PackageLoader("jcm_calc.authoring"),
        autoescape=False,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
    )
    found.filters["text"] = lambda text: json.dumps(text, ensure_ascii=False)
    return found


def _written(template: str, **content: Any) -> str:
    return _environment().get_template(f"{template}.jinja").render(**content)


def methodology_files(
    number: str, package: str, *, version: str = "1.0", title: str = "", scope: int = 0, index: str = ""
) -> dict[str, str]:
    """Return the text of a module, a case and a test, by their paths in a methodology package.

    What is not given is marked to be filled in: the title, the sectoral scope, which decides what the skeleton is
    about, and what the index i counts.

    Examples
    --------
    >>> sorted(methodology_files("XX_AM001", "my_rules"))
    ['cases/xx_am001.toml', 'tests/test_xx_am001.py', 'xx_am001.py']
    """
    kind = KINDS.get(scope, "energy")
    known = {
        "number": number,
        "version": version,
        "title": title or f"{MARK}: the official title",
        "scope": scope,
        "index": index or f"{MARK}: what {UNITS[kind]} i are",
        "kind": kind,
    }
    return _files(number, package, version, _written("module.py", **known), INPUTS[kind])


def written_files(m: Declarations, package: str) -> dict[str, str]:
    """Return the text of a module, a case and a test of a methodology, by their paths in a methodology package."""
    inputs = [
        (item.name if item.name.isascii() else json.dumps(item.name, ensure_ascii=False),
         CLASS if item.textual else f"{AMOUNT} {item.unit}" if item.unit else "a number")
        for item in m.inputs.values() if not item.supplied and item.kind is not Kind.CONSTANT
    ]  # fmt: skip
    return _files(m.number, package, m.version, module_source(m), inputs)


def _files(number: str, package: str, version: str, module: str, inputs: Iterable[tuple[str, str]]) -> dict[str, str]:
    known, stem = {"number": number, "package": package, "version": version, "inputs": list(inputs)}, number.lower()
    return {
        f"{stem}.py": module,
        f"cases/{stem}.toml": _written("case.toml", **known),
        f"tests/test_{stem}.py": _written("test.py", **known),
    }


def package_files(project: str, number: str, contents: Mapping[str, str]) -> dict[str, str]:
    """Return the files of a new methodology package, such as "my-rules", with the files of a methodology in it."""
    package = package_name(project)
    known = {"project": project, "package": package, "number": number}
    found = {
        "pyproject.toml": _written("pyproject.toml", **known),
        "README.md": _written("README.md", **known),
        ".github/workflows/test.yml": _written("workflow.yml", origin=_origin()),
        f"src/{package}/__init__.py": f'"""Methodologies of {project}, one a module."""\n',
    }
    for path, text in contents.items():
        found[path if path.startswith("tests/") else f"src/{package}/{path}"] = text
    return found


def _origin() -> str:
    """Return from where this library was installed, as pip records it, if others can install it from there, too."""
    try:
        recorded = json.loads(distribution("jcm_calc").read_text("direct_url.json") or "{}")
    except (PackageNotFoundError, ValueError):
        recorded = {}
    if known := recorded.get("vcs_info"):
        return f"{known['vcs']}+{recorded['url']}@{known['commit_id']}"
    return f"{MARK}: git+https://… (the repository of jcm-calc) @ a version"


def package_name(project: str) -> str:
    """Return the name of the package of a project.

    Examples
    --------
    >>> package_name("my-rules")
    'my_rules'
    """
    return re.sub(r"\W", "_", project).lower()


def revision_files(number: str, earlier: str, version: str = "") -> dict[str, str]:
    """Return the text of a module that revises a version, or corrects it where no later version is named.

    Raises
    ------
    KeyError
        If the version cannot be calculated, or the later one is there already or is not later.
    """
    known = versions(number)
    if earlier not in known:
        complaint = _("{number} has no version {earlier!r} that can be calculated; there are {known}")
        raise KeyError(complaint.format(number=number, earlier=earlier, known=", ".join(known)))
    if version in known:
        raise KeyError(_("{number} ver {version} is there already").format(number=number, version=version))
    if version and version_key(version) <= version_key(earlier):
        complaint = _("got version {version}; must be later than {earlier}, which it revises")
        raise KeyError(complaint.format(version=version, earlier=earlier))
    base, name = home(known[earlier])
    text = _written(
        "revision.py", number=number, earlier=earlier, version=version, corrects=not version, base=base, name=name
    )
    suffix = f"_ver{version.replace('.', '_')}" if version else "_corrected"
    return {f"{number.lower()}{suffix}.py": text}


def home(m: Declarations) -> tuple[str, str]:
    """Return module and name of a methodology."""
    from jcm_calc.rulebooks import modules_of

    for path in modules_of(m.number):
        for name, item in vars(importlib.import_module(path)).items():
            if item is m:
                return path, name
    raise AssertionError(f"{m} is in no module")
