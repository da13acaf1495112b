"""The channels learners talk through, and the command that starts them."""
