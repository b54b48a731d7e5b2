from fastmcp import FastMCP

from .numbers import total

mcp = FastMCP("Sums")


@mcp.tool
def add(a: int, b: int) -> int:
    """The sum of two numbers."""
    return total(a, b)


def main() -> None:
    mcp.run()
