"""The one room that knows which database is underneath."""
