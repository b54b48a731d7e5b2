import argparse
import os
from pathlib import Path

from fastmcp import FastMCP
from sums import total

parser = argparse.ArgumentParser()
parser.add_argument("--offset", type=int, required=True)
offset = parser.parse_args().offset


def create() -> FastMCP:
    mcp = FastMCP(os.environ["TITLE"], instructions=Path("about.txt").read_text())

    @mcp.tool
    def add(a: int, b: int) -> int:
        """The sum of two numbers."""
        return total(a, b, offset)

    return mcp
