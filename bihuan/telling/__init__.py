"""Messages on their way out of the house: digests by e-mail and robots, and calendars of deadlines."""
