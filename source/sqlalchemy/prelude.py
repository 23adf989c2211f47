"""Names and models that the checks of this deck share, on every version from 1.4 on; it opens no connection."""

# ruff: noqa: F401

from contextlib import suppress

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
    Mapper,
    Session,
    declarative_base,
    registry,
    relationship,
    sessionmaker,
)
from sqlalchemy.pool import NullPool, Pool, QueuePool

with suppress(ImportError):  # before 2.0: the cards that need them do not claim it
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Base = declarative_base()


class User(Base):
    """A user, who has any number of addresses."""

    __tablename__ = "users"

    id = Column(Integer, primary_key=True)
    name = Column(String, nullable=False)
    addresses = relationship("Address", back_populates="user")


class Address(Base):
    """An email address, which belongs to one user."""

    __tablename__ = "addresses"

    id = Column(Integer, primary_key=True)
    email = Column(String, nullable=False)
    user_id = Column(ForeignKey("users.id"), nullable=False)
    user = relationship(User, back_populates="addresses")
