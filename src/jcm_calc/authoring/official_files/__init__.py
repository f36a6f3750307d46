"""An official monitoring spreadsheet becomes a methodology module that equals it, or is refused."""
