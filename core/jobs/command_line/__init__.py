"""`python -m core.jobs`: the queue for a person at a terminal, with the same code and the same store as the pages."""
