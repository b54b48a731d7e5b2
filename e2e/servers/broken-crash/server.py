import sys
import time

from fastmcp import FastMCP

mcp = FastMCP("broken-crash")

print("Looking for the licence server ...", flush=True)
time.sleep(1)
print("Fatal: the licence server did not answer", file=sys.stderr)
sys.exit(3)
