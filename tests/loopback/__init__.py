"""Strict stand-ins for the platforms, over real sockets."""
