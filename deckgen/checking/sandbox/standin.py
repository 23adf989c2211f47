"""A stand-in for SQLAlchemy: it has the real package's names, accepts whatever is done with them, and knows nothing.

It equals nothing but itself, contains nothing, iterates as empty and is false when tested, so that a check which really
asks SQLAlchemy something must fail on it.
"""

from __future__ import annotations

import ast
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import AsyncIterator, Generator, Iterator, Sequence
from typing import Any
from unittest import mock

UNPACK = "__deckgen_unpack__"
_ROOT = "sqlalchemy"
_Shape = tuple[Any, ...]


def install() -> None:
    """Replace SQLAlchemy, which must have been imported, in this process and for good."""
    is_async = mock._is_async_obj  # type: ignore[attr-defined] # a mock must not be async because a stand-in can be
    mock._is_async_obj = lambda thing: not isinstance(type(thing), _Meta) and is_async(thing)  # type: ignore[attr-defined] # as above
    real = {name: module for name, module in sys.modules.items() if name.split(".")[0] == _ROOT}
    for name in real:
        del sys.modules[name]
    sys.meta_path.insert(0, _Finder(real))
    for name in (_ROOT, f"{_ROOT}.orm"):
        importlib.import_module(name)  # the real package would be there, too


def unpackable(tree: ast.Module) -> ast.Module:
    """The same program with every assignment to several names taking its value through `UNPACK`, which is `unpack`.

    A stand-in is empty where it is iterated; but where two names ask for two rows, there must be two to go on with.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            shape = next((shape for target in node.targets if (shape := _shape(target))), None)
            if shape is not None:
                arguments = [node.value, ast.parse(repr(shape), mode="eval").body]
                call = ast.Call(ast.Name(UNPACK, ast.Load()), arguments, [])
                node.value = ast.fix_missing_locations(ast.copy_location(call, node.value))
    return tree


def unpack(value: Any, shape: _Shape) -> Any:
    """As many stand-ins as there are names to take them, where the value is one; any other value as it is."""
    return (
        tuple(unpack(StandIn(), part) if part else StandIn() for part in shape)
        if isinstance(value, _Behaviour)
        else value
    )


def _shape(target: ast.expr) -> _Shape:
    """One entry for each name, `()` or the names in it, without one that takes the rest, for which nothing is left."""
    if not isinstance(target, (ast.Tuple, ast.List)):
        return ()
    return tuple(_shape(element) for element in target.elts if not isinstance(element, ast.Starred))


def _plain(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


class _Behaviour:
    """What instances of a stand-in and stand-in classes have in common."""

    def __eq__(self, other: object) -> Any:
        return self is other or NotImplemented

    def __ne__(self, other: object) -> Any:
        return self is not other

    def __hash__(self) -> int:
        return id(self)

    def __bool__(self) -> bool:
        return False

    def __len__(self) -> int:
        return 0

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __contains__(self, item: object) -> bool:
        return False

    def __setitem__(self, key: object, value: object) -> None:
        pass

    def __delitem__(self, key: object) -> None:
        pass

    def __enter__(self) -> Any:
        return StandIn()

    def __exit__(self, *error: object) -> None:
        pass

    async def __aenter__(self) -> Any:
        return StandIn()

    async def __aexit__(self, *error: object) -> None:
        pass

    def __await__(self) -> Generator[Any, None, Any]:
        return StandIn()
        yield

    async def __aiter__(self) -> AsyncIterator[Any]:
        return
        yield


def _operator(name: str) -> Any:
    def operate(self: object, *operands: object) -> Any:  # noqa: ARG001 - any operator, any operands
        return StandIn()

    operate.__name__ = name
    return operate


_OPERATORS = """
    lt le gt ge add radd sub rsub mul rmul truediv rtruediv floordiv mod pow
    and rand or ror xor lshift rshift invert neg pos matmul
"""
for _name in _OPERATORS.split():
    setattr(_Behaviour, f"__{_name}__", _operator(f"__{_name}__"))


class _Meta(_Behaviour, type):
    """Classes of the stand-in: they can be subclassed, called and subscripted, and have every attribute."""

    _names: tuple[str, ...]

    def __getattr__(cls, name: str) -> Any:
        if _plain(name):
            raise AttributeError(name)
        return StandIn()

    def __getitem__(cls, item: object) -> Any:
        return cls

    def __call__(cls, *args: Any, **keywords: Any) -> Any:
        try:
            return super().__call__(*args, **keywords)
        except TypeError:  # a subclass whose own __init__ cannot take what the real base would have passed on
            return StandIn()

    def __dir__(cls) -> list[str]:
        return [*type.__dir__(cls), *cls._names]  # a mock that is modelled on a class asks for them

    def __or__(cls, other: Any) -> Any:
        return cls


class StandIn(_Behaviour, metaclass=_Meta):
    """Anything that SQLAlchemy might have returned."""

    _names: tuple[str, ...] = ()

    def __init__(self, *args: object, **keywords: object) -> None:
        pass

    def __init_subclass__(cls, **keywords: object) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        if _plain(name):
            raise AttributeError(name)
        return StandIn()

    def __getitem__(self, item: object) -> Any:
        return StandIn()

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        """What was called with nothing but a function or a class was a decorator, and leaves it as it is."""
        if len(args) == 1 and not keywords and isinstance(args[0], (types.FunctionType, type)):
            return args[0]
        return StandIn()

    def __mro_entries__(self, bases: tuple[object, ...]) -> tuple[type, ...]:
        return (StandIn,)  # a base that a function would have returned

    def __repr__(self) -> str:
        return "<stand-in for SQLAlchemy>"


class _Function(StandIn):
    """A function of SQLAlchemy's: given a class, it is no decorator but asks something of it, as `inspect` does."""

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        return args[0] if len(args) == 1 and isinstance(args[0], types.FunctionType) else StandIn()


class _Module(types.ModuleType):
    """A module of the stand-in: the real one's names, each with a stand-in of its kind, made once."""

    def __init__(self, name: str, real: types.ModuleType, made: dict[int, Any]) -> None:
        super().__init__(name)
        public = getattr(real, "__all__", None) or [name for name in vars(real) if not name.startswith("_")]
        self.__dict__.update(_real=real, _made=made, __path__=[], __all__=list(public))

    def __getattr__(self, name: str) -> Any:
        if _plain(name) and name != "__version__":
            raise AttributeError(name)
        value = getattr(self.__dict__["_real"], name)  # an AttributeError where the real package has no such name
        if isinstance(value, types.ModuleType):
            return importlib.import_module(value.__name__)
        made: dict[int, Any] = self.__dict__["_made"]
        if id(value) not in made:
            made[id(value)] = _like(name, value)
        return made[id(value)]


def _like(name: str, value: object) -> Any:
    if not isinstance(value, type):
        return _Function() if isinstance(value, types.FunctionType) else StandIn()
    if issubclass(value, BaseException):  # an except clause takes nothing but a real exception class
        return type(name, (Warning if issubclass(value, Warning) else Exception,), {})
    return _Meta(name, (StandIn,), {"_names": tuple(each for each in dir(value) if not _plain(each))})


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, real: dict[str, types.ModuleType]) -> None:
        self.real = real
        self.made: dict[int, Any] = {}

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name.split(".")[0] != _ROOT:
            return None
        if name not in self.real:
            self._load(name)
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def _load(self, name: str) -> None:
        """Import a module of the real package with the real package in place; raises ImportError if there is none."""
        own = {key: module for key, module in sys.modules.items() if key.split(".")[0] == _ROOT}
        for key in own:
            del sys.modules[key]
        sys.modules.update(self.real)
        sys.meta_path.remove(self)
        try:
            importlib.import_module(name)
        finally:
            for key in [key for key in sys.modules if key.split(".")[0] == _ROOT]:
                self.real[key] = sys.modules.pop(key)
            sys.modules.update(own)
            sys.meta_path.insert(0, self)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _Module(spec.name, self.real[spec.name], self.made)

    def exec_module(self, module: types.ModuleType) -> None:
        pass
