"""What a run taught."""
