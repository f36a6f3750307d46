"""The methodology package of the Joint Crediting Mechanism: one module a methodology."""
