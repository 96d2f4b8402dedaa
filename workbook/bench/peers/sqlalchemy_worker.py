"""SQLAlchemy on one of its drivers, as a contestant: takes orders as lines of JSON, answers with a line each.

The protocol is that of worker.ts. Calls are timed by a loop of its own, one after the other until the turn is over.
The argument names the driver: asyncpg, psycopg (3, with asyncio) or psycopg2.
"""

import asyncio
import json
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from importlib.metadata import version
from itertools import count

driver = sys.argv[1]
started = time.perf_counter()
__import__(driver)
from sqlalchemy import Column, DateTime, ForeignKey, Identity, Table, create_engine, func, make_url, select  # noqa: E402
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine  # noqa: E402
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, selectinload, sessionmaker  # noqa: E402

HEROES, USERS, BATCH, SIZES = 1_000, 100, 1_000, (1, 10, 100, 1_000, 10_000)
blocks = driver == "psycopg2"
name = {"asyncpg": "SQLAlchemy on asyncpg", "psycopg": "SQLAlchemy on psycopg 3", "psycopg2": "SQLAlchemy on psycopg2"}


class Base(DeclarativeBase):
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class Hero(Base):
    __tablename__ = "heroes"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    name: Mapped[str]
    points: Mapped[int]


class Arrival(Base):
    __tablename__ = "arrivals"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    name: Mapped[str]
    points: Mapped[int]


class Note(Base):
    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str]
    points: Mapped[int]


class Sample(Base):
    __tablename__ = "samples"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Toy(Base):
    __tablename__ = "toys"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    name: Mapped[str]


user_toy = Table(
    "user_toy",
    Base.metadata,
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("toy_id", ForeignKey("toys.id"), primary_key=True),
)


class User(Base):
    __tablename__ = "users"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    name: Mapped[str]
    toys: Mapped[list[Toy]] = relationship(secondary=user_toy)


Base.registry.configure()
imported = (time.perf_counter() - started) * 1_000


def key(number):
    return uuid.UUID(f"00000000-0000-4000-8000-{number:012}")


class Keys:
    """Hands out the keys to work on, as rows.ts does."""

    def __init__(self):
        self._hero, self._user, self._step = count(), count(), count(1)
        self.reset()

    def hero(self):
        return key(next(self._hero) % HEROES)

    def hero_name(self):
        return f"hero {next(self._hero) % HEROES}"

    def user(self):
        return key(next(self._user) % USERS)

    def note(self):
        return next(self._note)

    def step(self):
        return next(self._step)

    def reset(self):
        self._note = count(1)


keys = Keys()


class Blocking:
    """A blocking session under the names of AsyncSession, whose calls do not really wait."""

    def __init__(self, session):
        self.session = session
        self.add_all = session.add_all

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        self.session.close()

    async def get(self, *args):
        return self.session.get(*args)

    async def get_one(self, *args, **options):
        return self.session.get_one(*args, **options)

    async def scalar(self, statement):
        return self.session.scalar(statement)

    async def scalars(self, statement):
        return self.session.scalars(statement)

    async def delete(self, value):
        self.session.delete(value)

    async def commit(self):
        self.session.commit()

    async def close(self):
        self.session.close()


class Opened:
    def __init__(self, url, schema, connections):
        address = make_url(url)
        query = {each: value for each, value in address.query.items() if each != "options"}
        if driver == "asyncpg" and "sslmode" in query:
            query["ssl"] = query.pop("sslmode")
        address = address.set(drivername=f"postgresql+{driver}", query=query)
        path = {"server_settings": {"search_path": schema}} if driver == "asyncpg" else {"options": f"-csearch_path={schema}"}
        create = create_engine if blocks else create_async_engine
        self.engine = create(address, pool_size=connections, max_overflow=0, connect_args=path)
        autocommit = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        make = sessionmaker if blocks else async_sessionmaker
        self.make = make(self.engine, expire_on_commit=False)
        make_autocommit = make(autocommit, expire_on_commit=False)
        self.session = (lambda: Blocking(self.make())) if blocks else self.make
        self.autocommit = (lambda: Blocking(make_autocommit())) if blocks else make_autocommit
        self.keeper = self.session()
        self.heroes = []
        self.threads = ThreadPoolExecutor(connections)
        self.tasks = {
            "get-commit": self.get_commit,
            "get-close": self.get_close,
            "get-autocommit": self.get_autocommit,
            "identity-map": self.identity_map,
            "select-by-name": self.select_by_name,
            "entities-1000": self.entities,
            "users-with-toys": self.users_with_toys,
            "inserts-1000-server-keys": self.insert_server_keys,
            "updates-1000": self.updates,
            "delete": self.delete,
            "mixed": self.mixed,
            "concurrent-64": self.concurrent,
            "stream": self.stream,
        }
        for size in SIZES:
            self.tasks[f"inserts-{size}"] = lambda size=size: self.insert(size)
            self.tasks[f"read-{size}"] = lambda size=size: self.read(size)

    async def close(self):
        await self.keeper.close()
        self.threads.shutdown()
        if blocks:
            self.engine.dispose()
        else:
            await self.engine.dispose()

    async def get_commit(self):
        async with self.session() as session:
            hero = await session.get(Hero, keys.hero())
            await session.commit()
            return hero

    async def get_close(self):
        async with self.session() as session:
            return await session.get(Hero, keys.hero())

    async def get_autocommit(self):
        async with self.autocommit() as session:
            return await session.get(Hero, keys.hero())

    async def identity_map(self):
        first = key(0)
        for _ in range(1_000):
            hero = await self.keeper.get(Hero, first)
        return hero

    async def select_by_name(self):
        async with self.session() as session:
            hero = await session.scalar(select(Hero).where(Hero.name == keys.hero_name()))
            await session.commit()
            return hero

    async def entities(self):
        async with self.session() as session:
            heroes = (await session.scalars(select(Hero))).all()
            await session.commit()
            return heroes

    async def users_with_toys(self):
        async with self.session() as session:
            users = (await session.scalars(select(User).options(selectinload(User.toys)))).all()
            await session.commit()
            return users

    async def insert(self, size):
        async with self.session() as session:
            arrivals = [Arrival(name=f"new {number}", points=number) for number in range(size)]
            session.add_all(arrivals)
            await session.commit()
            return arrivals

    async def insert_server_keys(self):
        async with self.session() as session:
            notes = [Note(name=f"new {number}", points=number) for number in range(1_000)]
            session.add_all(notes)
            await session.commit()
            return notes

    async def read(self, size):
        async with self.session() as session:
            samples = (await session.scalars(select(Sample).order_by(Sample.id).limit(size))).all()
            await session.commit()
            return samples

    async def updates(self):
        if not self.heroes:
            self.heroes = (await self.keeper.scalars(select(Hero).order_by(Hero.id))).all()
        step = keys.step()
        for number, hero in enumerate(self.heroes):
            hero.points = number + step
        await self.keeper.commit()
        return step

    async def delete(self):
        async with self.session() as session:
            note = await session.get_one(Note, keys.note())
            await session.delete(note)
            await session.commit()
            return note.id

    async def mixed(self):
        async with self.session() as session:
            user = await session.get_one(User, keys.user(), options=[selectinload(User.toys)])
            note = await session.get_one(Note, keys.note())
            step = keys.step()
            user.name = f"step {step}"
            user.toys += [Toy(name=f"new {step}"), Toy(name=f"new {step}")]
            await session.delete(note)
            await session.commit()
            return {"user": user.id, "note": note.id, "step": step}

    async def concurrent(self):
        if not blocks:
            return await asyncio.gather(*(self.get_commit() for _ in range(64)))

        def get(id):
            with self.make() as session:
                hero = session.get(Hero, id)
                session.commit()
                return hero

        return list(self.threads.map(get, [keys.hero() for _ in range(64)]))

    async def stream(self):
        rows, total = 0, 0
        statement = select(Sample).execution_options(yield_per=BATCH)
        async with self.session() as session:
            if blocks:
                for samples in (await session.scalars(statement)).partitions():
                    rows, total = rows + len(samples), total + sum(sample.id for sample in samples)
            else:
                async for samples in (await session.stream_scalars(statement)).partitions():
                    rows, total = rows + len(samples), total + sum(sample.id for sample in samples)
        return {"rows": rows, "sum": total}


def plain(value):
    """JSON of what an operation gave: rows as objects, times as {"time": …}."""
    if isinstance(value, datetime):
        return {"time": value.isoformat()}
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, dict):
        return {each: plain(of) for each, of in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, Base):
        return {each: plain(of) for each, of in vars(value).items() if not each.startswith("_")}
    return value


async def sample(task, milliseconds, least):
    times = []
    end = time.perf_counter() + milliseconds / 1_000
    while len(times) < least or time.perf_counter() < end:
        before = time.perf_counter_ns()
        await task()
        times.append((time.perf_counter_ns() - before) / 1e6)
    return sorted(times)


async def obey(order, opened):
    match order["do"]:
        case "open":
            if opened:
                await opened.close()
            settings = order["settings"]
            opened = Opened(settings["url"], settings["schema"], settings["connections"])
            return {"operations": list(opened.tasks)}, opened
        case "once":
            keys.reset()
            return {"value": plain(await opened.tasks[order["operation"]]())}, opened
        case "sample":
            keys.reset()
            task, turn = opened.tasks[order["operation"]], order["turn"]
            return {"samples": await sample(task, turn["milliseconds"], turn["leastSamples"])}, opened
        case "close":
            if opened:
                await opened.close()
            return {}, None


async def serve():
    packages = [f"{each} {version(each)}" for each in ("sqlalchemy", "psycopg2-binary" if blocks else driver)]
    notes = [
        "modifies objects loaded beforehand; loading them is not measured",
        "loads the user's toys in the mixed unit of work, because it could not append to them otherwise",
        f"is timed by its own loop, in Python {sys.version.split()[0]}",
    ]
    if blocks:
        notes.append("runs the 64 gets on ten threads")
    self = {"name": name[driver], "packages": packages, "notes": notes, "isChecked": True, "milliseconds": imported}
    print(json.dumps(self), flush=True)
    opened = None
    for line in sys.stdin:
        before = time.perf_counter()
        try:
            answer, opened = await obey(json.loads(line), opened)
        except Exception as error:  # whatever goes wrong is told
            answer = {"error": f"{type(error).__name__}: {error}"}
        answer["milliseconds"] = (time.perf_counter() - before) * 1_000
        print(json.dumps(answer), flush=True)


asyncio.run(serve())
