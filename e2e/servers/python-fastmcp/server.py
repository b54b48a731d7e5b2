import asyncio

import humanize
from fastmcp import FastMCP

mcp = FastMCP(
    "python-fastmcp",
    version="1.0.0",
    instructions="A small server to try things on: add numbers, greet people, wait.",
)


@mcp.tool
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


@mcp.tool
def greet(name: str) -> str:
    """Greet somebody by name."""
    return f"Hello, {name}!"


@mcp.tool
async def slow(seconds: float) -> str:
    """Answer after some seconds, 30 at most."""
    waited = min(max(seconds, 0), 30)
    await asyncio.sleep(waited)
    return f"Waited {humanize.naturaldelta(waited)}."


@mcp.resource("text://about")
def about() -> str:
    """What this server is."""
    return "A FastMCP server whose dependencies come from requirements.txt."


@mcp.prompt
def introduce(name: str) -> str:
    """Ask for an introduction of somebody."""
    return f"Introduce {name} in two sentences."


if __name__ == "__main__":
    mcp.run()
