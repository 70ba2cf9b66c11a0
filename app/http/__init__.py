"""The routes for programs, a door like commands and page: OpenAI's form, search, documents, answers and MCP."""
