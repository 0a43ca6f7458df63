"""The directory of an organisation, which knows its people and their login passwords."""
