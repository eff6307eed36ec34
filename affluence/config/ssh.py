"""A server that is reached by SSH: what sources and targets say of it alike."""

from __future__ import annotations

from pathlib import Path
from typing import Self

import pydantic
from pydantic import Field

from affluence.config.section import Section
from affluence.config.values import FileSecret, Secret


class SshLogin(Section):
    """Which server, how it is known, and who asks: with a key, a password, or both."""

    host: str = Field(min_length=1)
    port: int = Field(default=22, ge=1, le=65535)
    user: str = Field(min_length=1)
    known_hosts: Path
    key: FileSecret = ""
    key_passphrase: Secret = ""
    password: Secret = ""

    @pydantic.model_validator(mode="after")
    def _lets_in(self) -> Self:
        if not self.key and not self.password:
            raise ValueError("write 'key', 'password', or both")
        return self
