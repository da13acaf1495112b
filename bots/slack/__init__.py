"""The interview in Slack: direct messages to the app, and threads in channels."""

NAME = "slack"
