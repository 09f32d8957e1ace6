"""State machine files (Amazon States Language with JSONPath), read as graphs."""
