"""How far grades can be believed: a grader against a set of answers that experts have labelled."""
