import os

from fastmcp import FastMCP

from notes import __version__
from notes.store import Store

mcp = FastMCP("python-pyproject", version=__version__)
store = Store()


@mcp.tool
def add_note(title: str, text: str) -> str:
    """Keep a note; answers the key to read it by."""
    return store.add(title, text)


@mcp.tool
def read_note(key: str) -> str:
    """Read a note by its key."""
    return store.get(key)


@mcp.resource("notes://title")
def title() -> str:
    """The title of this collection."""
    return os.environ.get("NOTES_TITLE", "Notes")


@mcp.prompt
def summarize(key: str) -> str:
    """Ask for a summary of one note."""
    return f"Summarize the note {key}."
