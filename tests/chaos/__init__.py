"""Chaos: whole interviews while processes are killed and stopped and every part misbehaves; afterwards message by
message is compared."""
