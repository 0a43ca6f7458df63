"""The log as a tool: found in, told, explained, looked back at, undone, replayed and proved."""
