"""Images that questions refer to; the bytes are kept as they came, and decoded in the reader's process only."""

from __future__ import annotations

import apsw
import msgspec


class Image(msgspec.Struct, frozen=True):
    """An image that a question refers to. `media_type` such as image/png; sizes in pixels; the bytes as they came."""

    sha256: str
    name: str
    media_type: str
    width: int
    height: int
    untrusted_bytes: bytes


def put_image(connection: apsw.Connection, question_id: str, image: Image) -> None:
    connection.execute(
        """INSERT INTO images (sha256, media_type, width, height, bytes) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING""",
        (image.sha256, image.media_type, image.width, image.height, image.untrusted_bytes),
    )
    connection.execute(
        """INSERT INTO question_images (question_id, position, sha256, name)
            VALUES (:id, (SELECT count(*) FROM question_images WHERE question_id = :id), :sha256, :name)""",
        {"id": question_id, "sha256": image.sha256, "name": image.name},
    )


def images_of(connection: apsw.Connection, question_id: str) -> tuple[Image, ...]:
    rows = connection.execute(
        """SELECT i.sha256, r.name, i.media_type, i.width, i.height, i.bytes
            FROM question_images r JOIN images i ON i.sha256 = r.sha256
            WHERE r.question_id = ? ORDER BY r.position""",
        (question_id,),
    )
    return tuple(Image(*row) for row in rows)
