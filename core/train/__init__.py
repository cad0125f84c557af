"""Fine-tuning: settings, presets, batches, metrics, fit."""
