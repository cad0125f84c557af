"""The simple models that a training is held against, one file a kind of task."""
