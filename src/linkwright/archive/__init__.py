"""Archives: what a finished campaign is outside of the database. Files in, files out; no database here."""
