"""`jcm check`: methodologies compared with the checks of `jcm_calc.authoring.conformance`."""

from __future__ import annotations

import importlib
import importlib.util
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import TYPE_CHECKING, Any

import click

from jcm_calc.base.languages import Message, _, translated
from jcm_calc.cli import output
from jcm_calc.cli.codes import DIFFERS, UNUSABLE
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.rulebooks import BrokenModuleError, MethodologyNotFoundError, all_broken_by, broken, modules, versions

if TYPE_CHECKING:
    from jcm_calc.authoring.conformance import CheckOutcome

Checked = tuple[Declarations, "list[CheckOutcome]"]
# What a change of is looked for, and how often.
WATCHED, SECONDS = (".py", ".toml", ".csv"), 0.5
STATES = (_("passed"), _("waived"), _("failed"))


class UnusableError(Exception):
    """There is nothing to check or to show; the message has a line for each thing that is wrong."""

    def write(self) -> int:
        """Write it to standard error; return the exit code."""
        for line in str(self).splitlines():
            output.write(output.clean(line), err=True)
        return UNUSABLE


def check(subject: str | None, all_: bool, examples: int, watching: bool, page: Path | None, as_json: bool) -> int:
    """Check methodologies, once or whenever a file changes; return the exit code."""
    if (subject is None) != all_:
        raise click.UsageError(translated(_("name one methodology or module, or give --all")))
    if (watching and (subject is None or as_json)) or (page is not None and not watching):
        raise click.UsageError(translated(_("--watch goes with one methodology or module, and --html with --watch")))
    if watching and subject is not None:
        return watch(subject, examples, page)
    return check_methodologies(subject, examples, as_json)


def check_methodologies(subject: str | None, examples: int, as_json: bool) -> int:
    """Check one methodology, the methodologies of a module, or all methodology packages; return the exit code."""
    try:
        conform = _conform()
        found = _every() if subject is None else _named(subject)
    except UnusableError as error:
        return error.write()
    with _nothing_left_behind():
        checked = []
        for number, m in enumerate(found, 1):
            progress = _("checking {methodology} ({number} of {every})")
            with output.working(progress.format(methodology=m, number=number, every=len(found))):
                checked.append((m, conform(m, examples)))
    unusable = broken() if subject is None else ()
    if as_json:
        output.data([*(_as_data(m, outcomes) for m, outcomes in checked), *map(asdict, unusable)])
    elif subject is None:
        _overview(checked)
        output.broken(unusable)
    else:
        for m, outcomes in checked:
            _every_check(m, outcomes)
    failed = any(outcome.failure for _, outcomes in checked for outcome in outcomes)
    return DIFFERS if failed or unusable else 0


def _conform() -> Any:
    if importlib.util.find_spec("hypothesis") is None:
        needed = _("jcm check draws inputs with hypothesis, which is missing: pip install jcm-calc[check]")
        raise UnusableError(needed)
    from jcm_calc.authoring.conformance import conform

    return conform


@contextmanager
def _nothing_left_behind() -> Iterator[None]:
    """Keep hypothesis from writing into the directory that the command runs in."""
    from hypothesis.configuration import set_hypothesis_home_dir

    with TemporaryDirectory() as directory:
        set_hypothesis_home_dir(directory)
        try:
            yield
        finally:
            set_hypothesis_home_dir(None)


def watch(subject: str, examples: int, page: Path | None) -> int:
    """Check again, and write the page of the methodology again, whenever a file in the folder of its module changes."""
    folder = _folder(subject)
    if folder is None:
        return UnusableError(_("{subject}: there is no such module").format(subject=subject)).write()
    jcm = [sys.executable, "-c", "from jcm_calc.cli import main; main()"]
    before: dict[Path, float] = {}
    try:
        while True:
            now = {path: path.stat().st_mtime for path in sorted(folder.rglob("*")) if path.suffix in WATCHED}
            if now != before:
                before = now
                subprocess.run([*jcm, "check", subject, "--examples", str(examples)], check=False)
                if page is not None:
                    subprocess.run([*jcm, "show", subject, "--html", str(page), "--force"], check=False)
                output.paragraph(_("Watching {folder}; Ctrl+C ends it.").format(folder=folder))
                sys.stdout.flush()
            time.sleep(SECONDS)
    except KeyboardInterrupt:
        return 0


def _folder(subject: str) -> Path | None:
    """Return the folder of a module, without importing it."""
    if is_path(subject):
        path = Path(subject).resolve()
        return path.parent if path.is_file() else None
    held = modules().get(subject.upper())
    found = importlib.util.find_spec(held) if held else None
    return Path(found.origin).parent if found is not None and found.origin else None


# What is checked


def _every() -> list[Declarations]:
    found: list[Declarations] = []
    for number in modules():
        with suppress(BrokenModuleError):  # reported after the others are checked
            found += versions(number).values()
    return found


def _named(subject: str) -> list[Declarations]:
    if is_path(subject):
        return every_of_file(Path(subject))
    try:
        return list(versions(subject.upper()).values())
    except MethodologyNotFoundError as error:
        raise UnusableError(str(error)) from None


def is_path(subject: str) -> bool:
    """Whether a file is named, not the number of a methodology."""
    return subject.endswith(".py") or len(Path(subject).parts) > 1


def of_file(path: Path, version: str | None = None) -> Declarations:
    """Return the latest methodology of a module, or a version of it."""
    found = {item.version: item for item in every_of_file(path)}
    if version is not None and version not in found:
        message = _("{path}: there is no version {version}; known are {known}")
        raise UnusableError(message.format(path=path, version=version, known=", ".join(found)))
    return found[version] if version is not None else list(found.values())[-1]


def every_of_file(path: Path) -> list[Declarations]:
    """Return the methodologies that a module declares."""
    if not path.is_file():
        raise UnusableError(_("{path}: there is no such file").format(path=path))
    try:
        module = _import(path.resolve())
        found = [item for item in vars(module).values() if isinstance(item, Declarations)]
        for item in found:
            item.check()
    except (Exception, SystemExit) as error:
        faults = all_broken_by("", str(path), error, path.resolve())
        raise UnusableError(Message("\n").join(one.text for one in faults)) from None
    if not found:
        raise UnusableError(_("{path}: declares no Methodology").format(path=path))
    return list({id(item): item for item in found}.values())


def _import(path: Path) -> ModuleType:
    """Import a file by the name that it has in its package, so that it finds its neighbours."""
    package, root = [path.stem], path.parent
    while (root / "__init__.py").is_file():
        package, root = [root.name, *package], root.parent
    name = ".".join(package)
    known = sys.modules.get(name)
    if known is not None and Path(known.__file__ or "").resolve() == path:
        return known
    sys.path.insert(0, str(root))
    try:
        if len(package) > 1:
            importlib.import_module(name.rpartition(".")[0])
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    finally:
        sys.path.remove(str(root))


# What is written


def _counts(outcomes: Sequence[CheckOutcome]) -> dict[str, int]:
    found = Counter(outcome.state for outcome in outcomes)
    return {state: found[state] for state in STATES}


def _as_data(m: Declarations, outcomes: Sequence[CheckOutcome]) -> dict[str, Any]:
    checks = [{"check": one.check, "state": one.state, "text": one.failure or one.waived} for one in outcomes]
    return {"number": m.number, "version": m.version, **_counts(outcomes), "checks": checks}


def _overview(checked: Sequence[Checked]) -> None:
    output.table(
        [_("number"), _("ver"), *map(Message, STATES)],
        [[m.number, m.version, *map(str, _counts(outcomes).values())] for m, outcomes in checked],
    )
    for title, state in ((_("Failed"), "failed"), (_("Waived by the module"), "waived")):
        found = [(m, one) for m, outcomes in checked for one in outcomes if one.state == state]
        if found:
            output.heading(title)
            output.table(
                [_("number"), _("ver"), _("check")],
                [[m.number, m.version, Message(one.check)] for m, one in found],
                [[one.failure or one.waived] for _, one in found],
            )


def _every_check(m: Declarations, outcomes: Sequence[CheckOutcome]) -> None:
    found = _counts(outcomes).items()
    counts = _(", ").join(Message("{} {}").format(count, Message(state)) for state, count in found if count)
    output.paragraph(Message("{}: {}").format(m, counts), bold=True)
    output.table(
        [_("check"), ""],
        [[Message(one.check), Message(one.state)] for one in outcomes],
        [[one.failure or one.waived or one.asked] for one in outcomes],
    )
