"""Mail as it leaves this server."""
