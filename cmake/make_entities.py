#!/usr/bin/env python3
"""Prints ingest/mime/entities_table.inc: HTML's named character references, sorted by name.

    cmake/make_entities.py > ingest/mime/entities_table.inc

Source: the table of the HTML standard (section 13.5), as Python's html.entities carries it.
"""
import html.entities

for name, text in sorted(html.entities.html5.items(), key=lambda item: item[0].encode()):
    bytes_ = "".join(f"\\x{byte:02x}" for byte in text.encode())
    print(f'{{"{name}", "{bytes_}"}},')
