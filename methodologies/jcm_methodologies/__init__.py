"""The rule book of the Joint Crediting Mechanism: one module a methodology."""
