"""PDFs of a few lines, as small as they can be."""

from __future__ import annotations


def pdf(*pages: list[str], title: str = "", created: str = "") -> bytes:
    """Return a PDF with these lines on its pages (PDF 1.4, Latin letters).

    ``created`` is its date as a PDF has it, such as ``D:20260203``.
    """
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>"]
    kids = " ".join(f"{4 + 2 * index} 0 R" for index in range(len(pages)))
    objects.append(f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode())
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    for index, lines in enumerate(pages):
        written = "".join(f"({_escaped(it)}) Tj 0 -14 Td " for it in lines)
        stream = f"BT /F1 11 Tf 40 780 Td {written}ET".encode("latin-1")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * index} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
    info = ""
    if title or created:
        objects.append(f"<< /Title ({_escaped(title)}) /CreationDate ({created}) >>".encode())
        info = f" /Info {len(objects)} 0 R"
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % it for it in places)
    start = len(body)
    count = len(objects) + 1
    trailer = b"<< /Size %d /Root 1 0 R%s >>" % (count, info.encode())
    ending = b"trailer\n%s\nstartxref\n%d\n%%%%EOF\n" % (trailer, start)
    return body + b"xref\n0 %d\n0000000000 65535 f \n" % count + table + ending


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
