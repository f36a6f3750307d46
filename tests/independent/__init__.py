"""Second calculations of each methodology, made without sight of the first."""
