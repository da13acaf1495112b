"""What a transcript of speech most likely means where a role's terms were misheard."""
