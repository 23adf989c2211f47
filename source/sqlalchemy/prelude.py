"""Names and models that the checks of this deck share; it opens no connection."""

# ruff: noqa: F401

from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    inspect,
    select,
    text,
)
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Mapper,
    Session,
    mapped_column,
    registry,
    relationship,
    sessionmaker,
)
from sqlalchemy.pool import NullPool, Pool, QueuePool


class Base(DeclarativeBase):
    """The declarative base of the two models."""


class User(Base):
    """A user, who has any number of addresses."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    addresses: Mapped[list["Address"]] = relationship(back_populates="user")


class Address(Base):
    """An email address, which belongs to one user."""

    __tablename__ = "addresses"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    user: Mapped[User] = relationship(back_populates="addresses")
