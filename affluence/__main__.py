"""``python -m affluence`` is ``affluence``."""

from affluence.cli import main

if __name__ == "__main__":
    main()
