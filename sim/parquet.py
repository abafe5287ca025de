"""What reading a Parquet table would take, found before anything in it is unpacked.

A table's footer says how large it is, and so may say anything. What a reader acts on are the headers of its pages: for as
many bytes as a header promises it makes room, and unpacks. So the headers are read here, one after another, as the reader
will find them; a table whose headers promise too much, or use what durand's own tables do not, is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.words.language import N_

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

# What any table may come to: so many bytes unpacked, and of a large file so many times its size. Numbers that differ pack to
# a third at the best; a table that is all alike packs to next to nothing, and unpacks to whatever it likes.
_ROOM, _TIMES = 128 * 2**20, 100
MOST_FOOTER, MOST_COLUMNS, MOST_GROUPS = 2 * 2**20, 2000, 1000
_DATA, _DICTIONARY, _DATA_2 = 0, 2, 3  # kinds of pages
_ABOUT = {
    _DATA: (5, 1, 2),
    _DICTIONARY: (7, 1, 2),
    _DATA_2: (8, 1, 4),
}  # where each tells its values, and how they are written
_PLAIN, _PLAIN_DICTIONARY, _RUNS, _RUNS_DICTIONARY = 0, 2, 3, 8
_WRITTEN = (_PLAIN, _PLAIN_DICTIONARY, _RUNS, _RUNS_DICTIONARY)  # none in which a value is made from the one before
_DEEPEST = 8


class TableError(ValueError):
    """A table is not what a reader may be given; the message says why."""


@dataclass
class Room:
    """What may still be taken, by all tables of an archive together: bytes unpacked, figures, pages."""

    bytes: int
    figures: int
    pages: int

    def take(self, bytes: int = 0, figures: int = 0, pages: int = 0) -> None:
        """Take some of it. Raises TableError when there is not that much."""
        self.bytes, self.figures, self.pages = self.bytes - bytes, self.figures - figures, self.pages - pages
        if min(self.bytes, self.figures, self.pages) < 0:
            raise TableError(N_("too large"))


def room_for(content: bytes) -> Room:
    """What one table that somebody has on a disk may take, its content being the whole file."""
    most = _ROOM + _TIMES * len(content)
    return Room(most, most // 8, most // 1024)


def whole(content: bytes, rows: int | None = None) -> pa.Table:
    """A table from a disk, its content being the whole file.

    Args:
        rows: how many it is to have.

    Raises:
        TableError: it has others, would take too much, or is no table of durand's.
        pyarrow.ArrowException, OSError: it is damaged.
    """
    table = opened(content, room_for(content))
    if rows is not None and table.metadata.num_rows != rows:
        raise TableError(f"expected {rows:,} rows, found {table.metadata.num_rows:,}")
    return table.read(use_threads=False)


def opened(content: bytes, room: Room) -> pq.ParquetFile:
    """A table that may be read, its content being the whole file; what reading takes is taken from the room.

    Raises:
        TableError: it would take too much, or is no table of durand's.
        pyarrow.ArrowException, OSError: it is damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if int.from_bytes(content[-8:-4], "little") > MOST_FOOTER:
        raise TableError(N_("too large"))
    limits = {"thrift_string_size_limit": MOST_FOOTER, "thrift_container_size_limit": 2 * MOST_COLUMNS}
    table = pq.ParquetFile(pa.BufferReader(content), pre_buffer=False, **limits)
    about = table.metadata
    if about.num_columns > MOST_COLUMNS or about.num_row_groups > MOST_GROUPS:
        raise TableError(N_("too large"))
    if not about.created_by.startswith("parquet-cpp-arrow "):  # from others a reader takes more than the footer says
        raise TableError(N_("not written by durand"))
    rows = 0
    for number in range(about.num_row_groups):
        group = about.row_group(number)
        rows += group.num_rows
        room.take(figures=max(group.num_rows, 1) * max(group.num_columns, 1))
        for column in range(group.num_columns):
            _look(content, group.column(column), group.num_rows, room)
    if rows != about.num_rows:
        raise TableError(N_("damaged"))
    return table


def _look(content: bytes, chunk: Any, rows: int, room: Room) -> None:
    """Follow the pages of a column as the reader does."""
    start, left = chunk.data_page_offset, rows
    if not rows and not start:  # nothing was written, but for an empty dictionary
        if not chunk.has_dictionary_page:
            return
        start = chunk.dictionary_page_offset
    if chunk.has_dictionary_page and 0 < chunk.dictionary_page_offset < start:
        start = chunk.dictionary_page_offset
    end = start + chunk.total_compressed_size
    if not 0 < start <= end <= len(content) or chunk.num_values != rows:
        raise TableError(N_("damaged"))
    headers = _Thrift(content, start, end)
    while headers.at < end:
        page = headers.struct()
        kind, unpacked, packed = (page.get(key) for key in (1, 2, 3))
        if not (
            kind in _ABOUT and isinstance(unpacked, int) and isinstance(packed, int) and min(unpacked, packed) >= 0
        ):
            raise TableError(N_("damaged"))
        headers.skip(packed)
        field, count, written = _ABOUT[kind]
        told = page.get(field)
        values, how = (told.get(count), told.get(written)) if isinstance(told, dict) else (None, None)
        if not isinstance(values, int) or values < 0 or how not in _WRITTEN:
            raise TableError(N_("damaged, or not written by durand"))
        room.take(bytes=unpacked, pages=1)
        if kind == _DICTIONARY:
            if values > unpacked:
                raise TableError(N_("damaged"))
        else:
            left -= values
    if left:
        raise TableError(N_("damaged"))


class _Thrift:
    """Reads structs of Thrift's compact protocol, as page headers are: field -> number or struct; texts are passed over."""

    def __init__(self, content: bytes, at: int, end: int) -> None:
        self.content, self.at, self.end = content, at, end

    def skip(self, count: int) -> None:
        """Go on by so many bytes."""
        if count > self.end - self.at:
            raise TableError(N_("damaged"))
        self.at += count

    def byte(self) -> int:
        self.skip(1)
        return self.content[self.at - 1]

    def whole(self) -> int:
        """A number of up to ten bytes, seven bits in each."""
        out = 0
        for shift in range(0, 70, 7):
            one = self.byte()
            out |= (one & 0x7F) << shift
            if one < 0x80:
                return out
        raise TableError(N_("damaged"))

    def signed(self) -> int:
        value = self.whole()
        return (value >> 1) ^ -(value & 1)

    def struct(self, depth: int = 0) -> dict[int, Any]:
        """A struct; its texts, lists and truths as None."""
        if depth > _DEEPEST:
            raise TableError(N_("damaged"))
        out: dict[int, Any] = {}
        field = 0
        while head := self.byte():
            field = field + (head >> 4) if head >> 4 else self.signed()
            if field in out:
                raise TableError(N_("damaged"))
            out[field] = self.value(head & 0x0F, depth)
        return out

    def value(self, kind: int, depth: int) -> Any:
        if kind in (1, 2):
            return None
        if kind in (4, 5, 6):
            return self.signed()
        if kind == 8:
            return self.skip(self.whole())
        if kind == 12:
            return self.struct(depth + 1)
        if kind in (3, 7):
            return self.skip(1 if kind == 3 else 8)
        raise TableError(N_("damaged"))  # page headers have no lists
