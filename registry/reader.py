"""A process that reads rows for the one that writes; started by that one, and of no use to anybody else.

python -m registry.reader
"""

from registry import lasting

with lasting.making():
    from registry.equipment import equip
    from registry.intake.beside import serve

if __name__ == "__main__":
    serve(equip)
