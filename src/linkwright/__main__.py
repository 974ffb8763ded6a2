"""`python -m linkwright` is the `linkwright` command."""

from linkwright.cli import main

if __name__ == "__main__":
    main()
