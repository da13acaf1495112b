"""An interviewer and a grader that need no model: they work from the role pack."""
