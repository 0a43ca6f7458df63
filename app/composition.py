"""Puts the parts together over one home folder; every process does it once, after its fork."""

from __future__ import annotations

from pathlib import Path

from adapters.store import transcoder
from adapters.store.keyring import Keyring
from adapters.store.masterkey import MasterKey
from adapters.store.pool import Pool
from adapters.store.sqlite import SQLiteFactory
from app.groupware import Clock, Groupware, Ring, now, silence
from projections import schema
from projections.codec import Codec

CODEC = Codec(transcoder.encode, transcoder.decode)
STORE = "taccuino.db"
MASTER_KEY = "master.key"


def open_groupware(home: Path, clock: Clock = now, ring: Ring = silence) -> Groupware:
    """The groupware over the store in `home`; both are made if they are not there."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    pool = Pool(home / STORE)
    keyring = Keyring(pool, MasterKey.read_or_create(home / MASTER_KEY))
    with pool.writing() as connection:
        schema.create(connection)
    factory = SQLiteFactory(pool, keyring, schema.projectors(CODEC))
    return Groupware(factory, pool, clock, ring)
