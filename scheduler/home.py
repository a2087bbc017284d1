"""A home: the folder with the key and the database, opened as the settings say."""

import os
from dataclasses import dataclass
from pathlib import Path

from casebook.errors import Refused, Unavailable
from casebook.settings import Settings
from casebook.store import Casebook, create_book, open_book
from casebook.vault import KEY_FILE, KEY_VARIABLE, Vault, make_key, open_vault
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
        """Open the casebook."""
        return open_book(self.url, self.vault())

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
