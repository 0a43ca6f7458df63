"""The pages of administrators: people, and all phones."""
