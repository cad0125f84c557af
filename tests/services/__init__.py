"""Translation services on 127.0.0.1 that speak the protocols of the real ones, with delays and faults on demand."""
