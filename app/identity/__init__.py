"""Who somebody is, and by what: secrets, codes, guesses, and what they are worth."""
