"""Files on Telegram's servers: kept under an id, readable under a path once getFile was asked."""

import itertools
import secrets
from dataclasses import dataclass, field

from tests.loopback.telegram_wire import Json, Upload, illegal, unlucky

LARGEST_DOWNLOAD = 20 * 1024 * 1024
LARGEST_UPLOAD = 50 * 1024 * 1024
_EXTENSIONS = {
    "voice": "oga", "audio": "mp3", "video_note": "mp4", "video": "mp4", "photo": "jpg", "sticker": "webp",
    "document": "bin",
}  # fmt: skip
_FOLDERS = {"video_note": "video_notes", "photo": "photos", "document": "documents", "sticker": "stickers"}


@dataclass(frozen=True)
class StoredFile:
    """`size` is what Telegram says it is; `told`: with the message already, so that the bot can know it."""

    file_id: str
    path: str
    data: bytes = field(repr=False)
    size: int
    kind: str
    told: bool = True

    @property
    def wire(self) -> Json:
        return {"file_id": self.file_id, "file_unique_id": f"u{self.file_id[-12:]}", "file_size": self.size}


class Files:
    def __init__(self) -> None:
        self.downloads: list[str] = []
        self._files: dict[str, StoredFile] = {}
        self._readable: dict[str, StoredFile] = {}
        self._numbers = itertools.count()

    def keep(self, data: bytes, kind: str, size: int | None = None, *, told: bool = True) -> StoredFile:
        path = f"{_FOLDERS.get(kind, kind)}/file_{next(self._numbers)}.{_EXTENSIONS[kind]}"
        size = len(data) if size is None else size
        stored = StoredFile(f"AwAC{secrets.token_hex(16)}", path, data, size, kind, told)
        self._files[stored.file_id] = stored
        return stored

    def find(self, file_id: str) -> StoredFile:
        if file_id not in self._files:
            raise illegal("wrong file identifier/HTTP URL specified")
        return self._files[file_id]

    def describe(self, file_id: str) -> Json:
        """What getFile answers: from then on the path can be read."""
        stored = self.find(file_id)
        if stored.size > LARGEST_DOWNLOAD:
            raise illegal("file is too big") if stored.told else unlucky("file is too big")
        self._readable[stored.path] = stored
        return stored.wire | {"file_path": stored.path}

    def read(self, path: str) -> bytes | None:
        """The bytes behind a path that getFile gave out, else None."""
        stored = self._readable.get(path)
        if stored is not None:
            self.downloads.append(path)
        return stored.data if stored else None

    def expire(self) -> None:
        """Links end after an hour: getFile has to be asked again."""
        self._readable.clear()


def is_voice(upload: Upload) -> bool:
    """OGG with Opus, MP3 and M4A are shown as voice notes; anything else as a plain file."""
    data = upload.data
    if data.startswith(b"OggS"):
        return b"OpusHead" in data[:200]
    return data.startswith(b"ID3") or data[4:8] == b"ftyp" or (data[:1] == b"\xff" and data[1:2] >= b"\xe0")
