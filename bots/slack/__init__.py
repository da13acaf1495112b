"""The interview in Slack's direct messages and threads."""
