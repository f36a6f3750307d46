"""What is wrong on the calculation sheets, cell by cell.

Each cell that shows a quantity is checked by itself: its formula is evaluated while every cell that
it may refer to holds what the library gives for it, once for the inputs as they are, and for inputs
changed at random. So a formula is right if it means the declared equation, however it is spelled,
and a wrong cell does not make the cells that depend on it wrong.
"""
