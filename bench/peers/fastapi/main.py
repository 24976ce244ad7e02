"""The measured part of contract v1 in FastAPI, over dictionaries in memory.

The file that BENCH_BOOKS names, a book in JSON on each line, is read at the
start. Nothing is ever written to disk.
"""

import json
import os
import uuid
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from fastapi import FastAPI, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

RECENT = timedelta(days=30)

Status = Literal["available", "checked_out", "reserved", "archived"]
BookId = Annotated[int, Path(ge=1, le=9007199254740991)]
PerPage = Annotated[int, Query(ge=1, le=100)]


class BookCreate(BaseModel):
    title: str = Field(min_length=1, max_length=300)
    author_name: str = Field(min_length=1, max_length=200)
    isbn: str = Field(pattern=r"^[0-9]{10}([0-9]{3})?$")
    genre: str | None = Field(default=None, max_length=50)
    published_year: int | None = Field(default=None, ge=1000, le=2030)
    price: float = Field(gt=0, le=10000)
    description: str | None = Field(default=None, max_length=5000)
    tags: list[str] = []
    page_count: int | None = Field(default=None, ge=1, le=2147483647)
    discount_percent: float = Field(default=0, ge=0, le=100)


class Book(BaseModel):
    id: int
    title: str
    author_name: str
    isbn: str
    genre: str | None
    published_year: int | None
    price: float
    description: str | None
    tags: list[str]
    page_count: int | None
    discount_percent: float
    status: Status
    is_recent: bool
    created_at: datetime
    updated_at: datetime | None


class BookPage(BaseModel):
    items: list[Book]
    total: int
    page: int
    per_page: int
    total_pages: int
    has_next: bool
    has_prev: bool
    filters_applied: dict[str, str | float]


class BookCursorPage(BaseModel):
    items: list[Book]
    next_cursor: str | None
    prev_cursor: str | None
    has_more: bool


class ErrorDetail(BaseModel):
    loc: list[str | int]
    msg: str
    type: str


class Error(BaseModel):
    request_id: str
    message: str
    error_code: str
    errors: list[ErrorDetail] | None = None
    resource: str | None = None
    resource_id: str | None = None


class Failure(Exception):
    """An answer other than the expected one."""

    def __init__(self, status: int, error_code: str, message: str, **more: str):
        self.status = status
        self.fields = {"error_code": error_code, "message": message, **more}


# Books by id, in the order in which they were added; ids start at 1 and no
# book is ever deleted, so that a book's id tells its place.
books: dict[int, dict] = {}
ids_by_isbn: dict[str, int] = {}


def tidy(tags: list[str]) -> list[str]:
    cleaned = (tag.strip().lower() for tag in tags)
    return list(dict.fromkeys(tag for tag in cleaned if tag))[:10]


def add(new: dict) -> dict:
    book = {
        **new,
        "id": len(books) + 1,
        "tags": tidy(new["tags"]),
        "status": "available",
        "created_at": datetime.now(UTC),
        "updated_at": None,
    }
    books[book["id"]] = book
    ids_by_isbn[book["isbn"]] = book["id"]
    return book


def load(path: str) -> None:
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            add(json.loads(line))


def shown(book: dict) -> Book:
    recent = datetime.now(UTC) - book["created_at"] < RECENT
    return Book(**book, is_recent=recent)


app = FastAPI()
if path := os.environ.get("BENCH_BOOKS"):
    load(path)


def error(status: int, **fields) -> JSONResponse:
    body = Error(request_id=str(uuid.uuid4()), **fields)
    return JSONResponse(body.model_dump(exclude_none=True), status)


@app.exception_handler(Failure)
async def on_failure(_: Request, failure: Failure) -> JSONResponse:
    return error(failure.status, **failure.fields)


@app.exception_handler(RequestValidationError)
async def on_invalid(_: Request, invalid: RequestValidationError) -> JSONResponse:
    return error(
        422,
        error_code="ValidationError",
        message="The request has invalid fields",
        errors=[
            ErrorDetail(loc=list(fault["loc"]), msg=fault["msg"], type=fault["type"])
            for fault in invalid.errors()
        ],
    )


@app.get("/api/v1/books")
async def book_list(
    search: Annotated[str | None, Query(min_length=2)] = None,
    genre: str | None = None,
    min_price: Annotated[float | None, Query(ge=0)] = None,
    page: Annotated[int, Query(ge=1, le=1000000000)] = 1,
    per_page: PerPage = 20,
) -> BookPage:
    given = {"search": search, "genre": genre, "min_price": min_price}
    filters = {name: value for name, value in given.items() if value is not None}
    total, found = matching(filters, (page - 1) * per_page, per_page)
    total_pages = -(-total // per_page)
    return BookPage(
        items=[shown(book) for book in found],
        total=total,
        page=page,
        per_page=per_page,
        total_pages=total_pages,
        has_next=page < total_pages,
        has_prev=page > 1,
        filters_applied=filters,
    )


def matching(filters: dict, offset: int, limit: int) -> tuple[int, list[dict]]:
    """How many books meet the filters, and some of them, the newest first."""
    if not filters:
        newest = len(books) - offset
        ids = range(newest, max(newest - limit, 0), -1)
        return len(books), [books[id] for id in ids]
    found = list(books.values())
    if "search" in filters:
        text = filters["search"].lower()
        found = [
            book
            for book in found
            if text in book["title"].lower() or text in book["author_name"].lower()
        ]
    if "genre" in filters:
        genre = filters["genre"].lower()
        found = [book for book in found if (book["genre"] or "").lower() == genre]
    if "min_price" in filters:
        price = filters["min_price"]
        found = [book for book in found if book["price"] >= price]
    found.reverse()
    return len(found), found[offset : offset + limit]


@app.get("/api/v1/books/cursor")
async def book_list_by_cursor(
    cursor: str | None = None,
    limit: PerPage = 20,
) -> BookCursorPage:
    first = read_cursor(cursor, limit)
    end = min(first + limit, len(books) + 1)
    has_more = end <= len(books)
    return BookCursorPage(
        items=[shown(books[id]) for id in range(first, end)],
        next_cursor=f"after-{end - 1}" if has_more else None,
        prev_cursor=f"before-{first}" if first > 1 else None,
        has_more=has_more,
    )


def read_cursor(cursor: str | None, limit: int) -> int:
    """The id of the first book to show."""
    if cursor is None:
        return 1
    side, _, place = cursor.partition("-")
    if side not in ("after", "before") or not place.isdecimal():
        raise Failure(400, "BadRequest", "Invalid cursor format")
    return int(place) + 1 if side == "after" else max(int(place) - limit, 1)


@app.get("/api/v1/books/{book_id}")
async def book_view(book_id: BookId) -> Book:
    book = books.get(book_id)
    if book is None:
        raise Failure(
            404,
            "NotFound",
            f"Book with ID {book_id} not found",
            resource="book",
            resource_id=str(book_id),
        )
    return shown(book)


@app.post("/api/v1/books", status_code=201)
async def book_create(new: BookCreate) -> Book:
    if (id := ids_by_isbn.get(new.isbn)) is not None:
        message = f"Book with ISBN {new.isbn} already exists (ID: {id})"
        raise Failure(409, "Duplicate", message)
    if new.price > 1000 and not new.isbn.startswith("978"):
        message = "A price above 1000 needs an ISBN that starts with 978"
        raise Failure(400, "BadRequest", message)
    return shown(add(new.model_dump()))
