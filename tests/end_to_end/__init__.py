"""Whole interviews, from the first message to the scorecard."""
