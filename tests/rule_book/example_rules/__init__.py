"""A rule book of somebody else: two methodologies that exist for tests only."""
