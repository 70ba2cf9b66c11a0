"""What the page, the commands, HTTP and LangChain say alike: JSON, the candidates' table, filters."""
