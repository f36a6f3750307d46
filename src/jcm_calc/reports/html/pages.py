"""HTML pages from their templates, and what the templates need."""

from __future__ import annotations

import re
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from jcm_calc.base import notebook
from jcm_calc.base.languages import Message, _, language, ngettext, translated
from jcm_calc.reports.html import amounts
from jcm_calc.reports.html.sections import grade

if TYPE_CHECKING:
    from jinja2 import Environment

# At the end of every document that is handed to others.
DISCLAIMER = _(
    "jcm_calc is independent software. It is not endorsed by the bodies of the JCM. The third-party entity and the "
    "Joint Committee decide."
)
_numbers = count(1)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    found = Environment(
        loader=PackageLoader("jcm_calc.reports.html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_translated,
    )
    found.globals |= {"_": Message, "ngettext": ngettext, "language": language, "disclaimer": DISCLAIMER}
    found.filters |= {
        "tonnes": amounts.tonnes,
        "amount": amounts.value,
        "grade": grade,
        "linked": linked,
        "coded": coded,
    }
    return found


def _translated(value: Any) -> Any:
    """Return what a template shows: messages in the language of the context."""
    if hasattr(value, "__html__"):
        return value
    return translated(value if isinstance(value, str) else str(value))


def page(template: str, **content: Any) -> str:
    """Fill in a template."""
    return notebook.visible(_environment().get_template(template).render(**content))


def linked(text: str) -> Markup:
    """Return a text in which addresses of the web are links."""
    parts = re.split(r"(https?://[^\s<>\"')\]]+)", translated(text))
    links = (Markup('<a href="{0}">{0}</a>').format(part) for part in parts[1::2])
    return Markup("").join(part for pair in zip(parts[::2], [*links, ""], strict=True) for part in pair)


def coded(text: str) -> Markup:
    """Return a text in which what is between backticks is code."""
    parts = translated(text).split("`")
    return Markup("").join(Markup("<code>{}</code>").format(part) if n % 2 else part for n, part in enumerate(parts))


def prefix() -> str:
    """Return the beginning of the anchors of a separate page."""
    return f"jcm{next(_numbers)}-"
