"""What the cards of the gallery run on."""

from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column  # noqa: F401 - for the cards


class Base(DeclarativeBase):
    """The tables of the gallery."""


class User(Base):
    """Somebody."""

    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
