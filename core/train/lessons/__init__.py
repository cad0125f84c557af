"""The tasks at work on a model, one file each."""
