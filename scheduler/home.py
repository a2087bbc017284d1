"""A home: the folder with the key and the database, opened as the settings say."""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from casebook import backups, rekey
from casebook.access import Actor
from casebook.errors import OtherKey, Refused, Unavailable
from casebook.settings import Settings
from casebook.store import Casebook, create_book, open_book
from casebook.strongroom import Strongroom
from casebook.vault import KEY_FILE, KEY_VARIABLE, NEXT_KEY_FILE, Vault, make_key, open_vault
from platforms.registry import Registry, SheetRefused

DATABASE = "pehra.sqlite3"
CONFIG = Path("config.yaml")


@dataclass(frozen=True)
class Home:
    """Where a helpline's Pehra lives."""

    folder: Path
    config: Path | None
    settings: Settings

    @classmethod
    def find(cls, folder: Path, config: Path | None) -> "Home":
        """Read the settings; the default config.yaml may be absent, one that was named may not."""
        file = config if config is not None else (CONFIG if CONFIG.exists() else None)
        return cls(folder, file, Settings.load(file, dict(os.environ)))

    @property
    def url(self) -> str:
        """The database's address."""
        return self.settings.database.url or f"sqlite:///{(self.folder / DATABASE).resolve()}"

    def vault(self) -> Vault:
        """Open the vault with the monitor's key."""
        return open_vault(self.folder, os.environ)

    def book(self) -> Casebook:
        """Open the casebook; where a change of the monitor's key was cut short after it was done, end it."""
        try:
            return open_book(self.url, self.vault())
        except OtherKey:
            if not (self.folder / NEXT_KEY_FILE).exists():
                raise
            book = open_book(self.url, open_vault(self.folder, {}, name=NEXT_KEY_FILE))
            self._end_change_of_key()
            return book

    def change_key(self, actor: Actor, at: datetime) -> None:
        """Give the monitor a new key. A kill at any moment leaves a home that opens, under the old key or the new.

        Raises:
            Refused: the key is kept outside the home.
        """
        if KEY_VARIABLE in os.environ:
            raise Refused(f"the monitor's key comes from {KEY_VARIABLE}: unset it, and keep the key in the home first")
        book = self.book()
        (self.folder / NEXT_KEY_FILE).unlink(missing_ok=True)
        make_key(self.folder, name=NEXT_KEY_FILE)
        rekey.rotate(book, open_vault(self.folder, {}, name=NEXT_KEY_FILE), actor=actor, at=at)
        self._end_change_of_key()

    def _end_change_of_key(self) -> None:
        (self.folder / NEXT_KEY_FILE).replace(self.folder / KEY_FILE)

    def strongroom(self) -> Strongroom:
        """Give the folder where sealed evidence lies."""
        return Strongroom(self.folder)

    def bury(self, ref: str) -> None:
        """Keep an erased case's reference where no copy of the database brings it back."""
        backups.bury(self.folder, ref)

    def registry(self) -> Registry:
        """Load every platform sheet.

        Raises:
            Refused: a sheet is wrong; the sentence names the file.
        """
        try:
            return Registry.load(self.settings.platforms.folder)
        except SheetRefused as error:
            raise Refused(str(error)) from None

    def make(self) -> tuple[Casebook, bool]:
        """Make the home, its key and its database where they are missing; tell whether a key was made."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            made = KEY_VARIABLE not in os.environ and not (self.folder / KEY_FILE).exists()
            if made and (self.folder / DATABASE).exists() and self.settings.database.url is None:
                raise Unavailable(f"{self.folder} has a database but no key: restore {KEY_FILE} from its backup")
            if made:
                make_key(self.folder)
        except OSError as error:
            raise Unavailable(f"{self.folder} cannot be used as a home: {error.strerror}") from None
        return create_book(self.url, self.vault()), made
