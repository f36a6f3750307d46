"""Methodologies of jcm-land-use-rules, one a module."""
