"""Interviewer, grader and ears behind an OpenAI-compatible server."""
