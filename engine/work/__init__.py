"""The work that lanes carry: taking turns, grading answers, preparing scorecards, sending messages."""
