"""Agents that run elsewhere, by what they are made with. Each needs an extra of the package: remit[langchain], remit[mcp]."""
