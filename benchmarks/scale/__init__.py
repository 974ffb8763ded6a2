"""How it grows, from ten thousand emails to ten million: `python -m benchmarks.scale --rows 100000`."""
