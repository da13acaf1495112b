"""The interview itself: it knows no platform, no SQL and no HTTP."""
