"""One file per attack on pages, phones and codes; docs/security.md says which shows what."""
