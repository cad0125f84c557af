"""What translates: one file a family, all of them as core.augment.engines.engine says."""
