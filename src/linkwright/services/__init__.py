"""Rules and verbs, a class per noun. A service receives a session and never commits."""
