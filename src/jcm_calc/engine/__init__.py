"""Equations over arrays: evaluation, exact derivatives, many cases at once, parts by unit."""
