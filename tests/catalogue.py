"""The texts that are translated, of the library and of its methodologies: `make messages` updates their catalogues."""

import io
import re
import string
import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from pathlib import Path

from babel.messages import Catalog, extract
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

from jcm_calc.authoring.conformance import CHECKS
from jcm_calc.base.languages import LANGUAGES, Message
from jcm_calc.cli import jcm
from jcm_calc.cli.helping import paragraphs
from jcm_calc.declarations.scheme import SCHEME_RULES
from jcm_calc.declarations.statements import declared
from jcm_calc.reference_data import partner_countries
from jcm_calc.rulebooks import modules, versions
from jcm_calc.verification.catalogue import TEXTS, checks, not_checked

REPOSITORY = Path(__file__).parents[1]
ROOT = REPOSITORY / "src" / "jcm_calc"
METHODOLOGIES = REPOSITORY / "methodologies" / "jcm_methodologies"
METHODS = [("**.py", "python"), ("**/templates/*.html", "jinja2.ext.babel_extract")]
# The files change only where a text does.
NO_DAY = datetime(2000, 1, 1, tzinfo=UTC)
PREFACE = "What {package} says, in {name}. Written by `make messages`; fill in the empty ones here.\n"


def path(code, suffix, root=ROOT):
    return root / "locale" / code / "LC_MESSAGES" / f"{root.name}.{suffix}"


def template(root=ROOT):
    return of_library() if root == ROOT else of_methodologies()


def of_methodologies():
    """Return what the methodologies state in words, and where."""
    found = Catalog(charset="utf-8")
    for number in modules():
        for text in stated(number):
            found.add(text, locations=[(f"{number.lower()}.py", 0)])
    return found


def stated(number):
    """Yield each text of a methodology that the library does not translate, but names of files."""
    of_library = {one.id for one in catalogue("ja")}
    for m in versions(number).values():
        texts = [m.note, *m.indices.values()]
        for one in (*declared(m), *m.identity.values()):
            texts += messages(getattr(one, "item", one))
        for text in texts:
            if not text.template and text not in of_library and re.search(r"(?<![./\w])[a-z]{3}(?!\S*\.\w+$)", text):
                yield str(text)


def messages(item):
    """Yield the texts in something declared."""
    if isinstance(item, Message):
        yield item
    elif isinstance(item, Mapping):
        for one in item.values():
            yield from messages(one)
    elif is_dataclass(item):
        for one in fields(item):
            yield from messages(getattr(item, one.name))


def of_library():
    """Return what is marked in the code and its templates, the help of the command, checks, rules and countries."""
    found = Catalog(charset="utf-8")
    for name, _, text, comments, context in extract.extract_from_dir(ROOT, METHODS, options_map={}):
        found.add(text, locations=[(name.replace("\\", "/"), 0)], auto_comments=comments, context=context)
    for text in (text for command in commands(jcm) for text in helps(command)):
        found.add(text, locations=[("cli/commands.py", 0)])
    texts = [text for check in checks().values() for text in (getattr(check, key) for key in TEXTS) if text]
    for text in (*texts, *(text for pair in not_checked().values() for text in pair)):
        found.add(text, locations=[("verification/catalogue.toml", 0)])
    for check_name, function in CHECKS.items():
        for text in (check_name, function.__doc__):
            found.add(text, locations=[(f"{function.__module__.replace('.', '/').removeprefix('jcm_calc/')}.py", 0)])
    for rule in SCHEME_RULES:
        for text in (rule.text, rule.section, rule.evidence.note):
            found.add(str(text), locations=[("declarations/scheme.py", 0)])
    for name in partner_countries().values():
        found.add(name, locations=[("reference_data/partner_countries.csv", 0)])
    return found


def helps(command):
    """Yield the texts of the help page of a command."""
    yield from (text for _, text in paragraphs(command.help))
    yield from (param.help for param in command.params if getattr(param, "help", None))


def commands(command):
    """Yield a command, and all those below it."""
    yield command
    for below in getattr(command, "commands", {}).values():
        yield from commands(below)


def catalogue(code, root=ROOT):
    with path(code, "po", root).open("rb") as file:
        return read_po(file, locale=code)


def compiled(code, root=ROOT):
    """Return the translations of the .mo file, which the library reads."""
    with path(code, "mo", root).open("rb") as file:
        found = [message for message in read_mo(file) if message.id]
    return {one.id if isinstance(one.id, str) else tuple(one.id): _as_written(one.string) for one in found}


def _as_written(translation):
    return translation if isinstance(translation, str) else tuple(translation)


def values(text):
    """Return the names in braces of a text, with how they are written."""
    return {(name, form) for _, name, form, _ in string.Formatter().parse(text) if name is not None}


def update(code, root=ROOT):
    """Take in new texts, leave out those that are gone; return what is not translated."""
    known = catalogue(code, root) if path(code, "po", root).exists() else Catalog(locale=code)
    preface = f"# {PREFACE.format(name=LANGUAGES[code], package=root.name)}"
    fresh = Catalog(locale=code, charset="utf-8", header_comment=preface, project=root.name, fuzzy=False)
    for message in template(root):
        if message.id:
            old = known.get(message.id)
            places = sorted({(name, None) for name, _ in message.locations})
            fresh.add(message.id, old.string if old else None, locations=places)
    file = io.BytesIO()
    write_po(file, fresh, width=None, sort_output=True, include_lineno=False)
    # without dates and versions: the file changes only where a text does
    left_out = ('"POT-Creation', '"PO-Revision', '"Report-Msgid', '"Last-', '"Generated-By')
    kept = [line for line in file.getvalue().decode().split("\n") if not line.startswith(left_out)]
    path(code, "po", root).write_text("\n".join(kept), encoding="utf-8", newline="\n")
    whole = catalogue(code, root)
    whole.creation_date = whole.revision_date = NO_DAY
    with path(code, "mo", root).open("wb") as compiled_file:
        write_mo(compiled_file, whole)
    return [message.id for message in fresh if message.id and not all(strings(message))]


def strings(message):
    return message.string if isinstance(message.string, tuple) else (message.string,)


if __name__ == "__main__":
    roots = (ROOT, METHODOLOGIES)
    missing = {(code, root): update(code, root) for code in LANGUAGES if code != "en" for root in roots}
    for (code, root), texts in missing.items():
        for text in texts:
            print(f"{code}: {root.name}: not translated: {text!r}")
    sys.exit(any(missing.values()))
