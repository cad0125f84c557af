"""The bars into which ranks are counted: for the figures, and for pages, which do without numpy."""

EDGES = (1, 2, 3, 5, 10, 20, 50, 100)
"""Last rank of each bar; a further one has what comes later."""
