"""The interview in a terminal or a pipe."""
