"""The proofreader: reads a text, says what is wrong in it, why, and what to write."""
