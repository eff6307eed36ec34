"""A site that is changed in place, for hosts without links: each file replaced by one rename.

Everything is written under temporary names and read back before the first file is replaced, so
a full disk or a lost connection leaves the old site as it was. Pages are self-contained, so
a visitor never sees half of one. Data goes first, pages last, ``index.html`` the very last; what
the old release had and the new has not is removed at the end.

Its own site it knows by the manifest, so that it never deletes or overwrites what others put beside
it, and what an unfinished delivery has written by the hashes in the note: they were there before
the first file was changed.
"""

from __future__ import annotations

from collections.abc import Mapping

from affluence.errors import DeliveryError
from affluence.targets import Site
from affluence.targets.files import (
    MANIFEST,
    Files,
    Opening,
    holds_release,
    listed,
    order,
    sha256,
    temporary,
)
from affluence.targets.lock import NOTE, Hashes, begin, end, joined, left_behind


class InPlace:
    """A place that others may use beside us; ``keeps_edits``: and whose pages they may change.

    A page of ours that somebody has changed is put right, or, with ``keeps_edits``, kept: the
    delivery is then refused.
    """

    def __init__(self, name: str, opening: Opening, *, keeps_edits: bool = False) -> None:
        self._name = name
        self._opening = opening
        self._keeps_edits = keeps_edits

    def deliver(self, site: Site, release: str) -> list[str]:
        """Replace the site file by file; see `affluence.targets.Target`."""
        del release  # the manifest of the site says it
        with self._opening() as files:
            delivered = _delivered(files)
            left = left_behind(files, self._name)
            for path in sorted(left or ()):
                files.remove(temporary(path))
            new = {path: sha256(content) for path, content in site.items()}
            begin(files, self._name, joined(delivered, _each_one(new)), left)
            ours = joined(delivered, left or {})
            present = {path: _hash_of(files, path) for path in sorted({*new, *ours})}
            refusal = self._refusal(new, present, ours)
            if refusal is not None:
                if not left:  # else it must be remembered for longer what is ours
                    end(files)
                raise refusal
            changed = [path for path in sorted(new, key=order) if present[path] != new[path]]
            for path in changed:
                files.write(temporary(path), site[path])
            self._verify(files, {temporary(path): new[path] for path in changed})
            for path in changed:
                self._switch(files, path, is_new=present[path] is None)
            self._verify(files, {path: new[path] for path in changed})
            for path in sorted(set(ours) - set(new)):
                files.remove(path)
            end(files)
            return files.warnings

    def is_intact(self, release: str) -> bool:
        """Whether exactly this release is there; see `affluence.targets.Target`."""
        with self._opening() as files:
            return holds_release(files, release) and files.read(NOTE) is None

    def _refusal(
        self, new: Mapping[str, str], present: Mapping[str, str | None], ours: Hashes
    ) -> DeliveryError | None:
        """Why these files must not be overwritten, by their hashes; None if they may be."""
        for path, found in present.items():
            if found is None or found == new.get(path):
                continue
            if path not in ours:
                return self._foreign(path)
            if self._keeps_edits and found not in ours[path]:
                return self._edited(path)
        return None

    def _switch(self, files: Files, path: str, *, is_new: bool) -> None:
        if not is_new:
            files.replace(temporary(path), path)
        elif not files.move_new(temporary(path), path):
            raise self._foreign(path)

    def _verify(self, files: Files, expected: Mapping[str, str]) -> None:
        for path, known in expected.items():
            if _hash_of(files, path) != known:
                why = f"{path} does not hold what was written to it"
                advice = "Does another program write there?"
                raise DeliveryError(self._name, why, advice)

    def _foreign(self, path: str) -> DeliveryError:
        why = f"{path} is already there and is not a page of affluence"
        advice = "Choose another folder, or empty this one, if nothing in it is needed."
        return DeliveryError(self._name, why, advice)

    def _edited(self, path: str) -> DeliveryError:
        why = f"somebody else has changed {path} since it was delivered; nothing was overwritten"
        advice = "Keep that change elsewhere if it is needed, delete the file, and run again."
        return DeliveryError(self._name, why, advice)


def _delivered(files: Files) -> Hashes:
    """Hashes of the files that were delivered last, by their manifest, and of that itself."""
    manifest = files.read(MANIFEST)
    release, old = listed(manifest)
    if manifest is None or release is None:
        return {}
    return _each_one({**old, MANIFEST: sha256(manifest)})


def _hash_of(files: Files, path: str) -> str | None:
    """Hash of a file that is there; sites may be larger than memory, so no file is held."""
    content = files.read(path)
    return None if content is None else sha256(content)


def _each_one(hashes: Mapping[str, str]) -> Hashes:
    return {path: frozenset({known}) for path, known in hashes.items()}
