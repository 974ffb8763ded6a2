"""The shapes that come in and go out: per noun, what may be created, changed and read."""
