"""Pure rules: what an appointment, a contact, a phone or a person may become, and why not."""
