"""The pages of everybody: their phones, calendar, contacts and settings."""
