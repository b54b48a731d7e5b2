from fastmcp import FastMCP

import nonexistent_weather_client

mcp = FastMCP("broken-import")


@mcp.tool
def forecast(city: str) -> str:
    """The weather of tomorrow."""
    return nonexistent_weather_client.forecast(city)
