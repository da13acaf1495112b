"""Benchmarks: whole processes over loopback platforms. They print figures; no test depends on them."""
