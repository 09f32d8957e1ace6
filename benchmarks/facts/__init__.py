"""Memory measured: what is served after it changed, what is retired by mistake, and what a read costs by its history."""
