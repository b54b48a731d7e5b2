import argparse
import asyncio

from .server import serve


def main() -> None:
    parser = argparse.ArgumentParser(description="Sums for a model")
    parser.add_argument("--offset", type=int, default=0)
    asyncio.run(serve(parser.parse_args().offset))
