"""The official files of a methodology that a user has, compared with what the library declares."""
