"""Numbers: what is counted, kept over processes and told to whoever asks for them."""
