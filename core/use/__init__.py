"""A trained model at work: predictions, the zip, its card."""
