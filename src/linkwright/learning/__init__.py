"""Learning and its statistics: pure functions of numbers, with chance as an argument."""
