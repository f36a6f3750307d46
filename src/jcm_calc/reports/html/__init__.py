"""Results, methodologies and explanations as pages: for a notebook, and as a report in one file.

Every page is written by Jinja2 from the templates in this folder, which escapes everything that comes from
outside. A page needs no network and holds no script.
"""
