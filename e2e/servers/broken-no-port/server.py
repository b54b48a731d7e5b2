import time

from fastmcp import FastMCP

mcp = FastMCP("broken-no-port")

print("Warming up the model ...")
while True:
    time.sleep(1)
