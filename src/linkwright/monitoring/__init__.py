"""Looking at a database from outside: is it sound, is it well, how large is it."""
