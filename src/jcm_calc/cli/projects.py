"""`jcm projects`: the projects of the scheme, and the methodologies that they use."""

from __future__ import annotations

import json

from jcm_calc.base.languages import Message, _, ngettext
from jcm_calc.cli import output
from jcm_calc.reference_data import AS_OF, LIST_DAY, listed_projects
from jcm_calc.rulebooks.catalogue import projects


def list_projects(country: str | None, methodology: str | None, status: str | None, as_json: bool) -> None:
    """List the projects that fit all options, and say of which day the list is."""
    frame = projects(country=country, methodology=methodology, status=status)
    if as_json:
        rows = json.loads(frame.astype({"registered": "string"}).reset_index().to_json(orient="records"))
        output.data({"as_of": LIST_DAY.isoformat(), "projects": rows})
        return
    records = frame.reset_index().to_dict("records")
    output.table(
        [
            *(_("number"), _("methodologies"), _("status"), _("registered")),
            *(_("planned, tCO2 a year"), _("calculable"), _("grade")),
        ],
        [
            [
                *(row["number"], row["methodologies"], Message(row["status"]), str(row["registered"] or "")),
                *(f"{row['planned']:,}", _("yes") if row["calculable"] else _("no"), Message(row["grade"])),
            ]
            for row in records
        ],
        [[row["title"], row["page"]] for row in records],
    )
    counted = ngettext("{count} project", "{count} projects", len(frame)).format(count=len(frame))
    message = _("{counted}, as of {month}. Source: {source}.")
    source = next(iter(listed_projects().values())).evidence.source
    output.paragraph(message.format(counted=counted, month=AS_OF, source=source))
