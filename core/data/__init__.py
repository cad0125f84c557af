"""From a file to examples: reading, roles, split."""
