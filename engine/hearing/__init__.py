"""From a received recording to words."""
