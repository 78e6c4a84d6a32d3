// For both.
