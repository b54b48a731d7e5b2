from fastmcp import FastMCP

mcp = FastMCP("broken-build")
