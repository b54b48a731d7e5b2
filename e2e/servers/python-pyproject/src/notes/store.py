from slugify import slugify


class Store:
    def __init__(self) -> None:
        self._notes: dict[str, str] = {}

    def add(self, title: str, text: str) -> str:
        key = slugify(title)
        self._notes[key] = text
        return key

    def get(self, key: str) -> str:
        return self._notes[key]
