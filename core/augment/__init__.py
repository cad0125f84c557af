"""Augment: paraphrases by translating to another language and back, judged, and decided by a person."""
