"""Where pretrained models come from: embedded, hub, folder, own runs."""
