"""Plots: numbers in, a picture out. Nothing here knows where the numbers came from."""
