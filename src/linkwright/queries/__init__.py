"""Statements as values: nothing here touches a database."""
