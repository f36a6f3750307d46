"""Methodologies of jcm-example-rules, one a module."""
