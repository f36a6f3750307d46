"""Methodologies that are declared a second time, by the module that is written from them."""

from jcm_calc.authoring.module_source import module_source


def declared_again(m, file="xx_am001.py"):
    """Return what a module declares that is written from a methodology."""
    scope = {"__name__": "written", "__file__": file}
    exec(compile(module_source(m), file, "exec"), scope)
    return scope["m"]
