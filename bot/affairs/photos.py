"""Photos made anew before they go to another woman: nothing of where, when and with what they were taken stays."""

from __future__ import annotations

import warnings
from io import BytesIO

from PIL import Image, ImageOps

from bot.errors import SororaError

FORMATS = ("JPEG", "PNG", "WEBP")  # what phones and both platforms send
LONGEST_SIDE = 2048  # pixels: a letter stays readable, and it is under the 5 MB of WhatsApp
MOST_PIXELS = 50_000_000  # the finest phones make them; more would take more memory than a small server has
QUALITY = 85
MIME = "image/jpeg"


class NoPhoto(SororaError):
    """These bytes are no photo that can be shown."""


def made_anew(body: bytes) -> bytes:
    """The picture alone, as a JPEG of at most 2048 pixels a side, upright, without EXIF (place, time, phone), comments,
    previews or colour profile. About 0.1 s for 12 megapixels. Raises NoPhoto for what is none, is broken, or is larger
    than any phone makes them."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(body), formats=FORMATS) as photo:
                check_size(photo)
                photo.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a large JPEG is decoded small at once
                return written(flat(ImageOps.exif_transpose(photo)))
    except NoPhoto:
        raise
    except Exception:  # decoders of what strangers send raise almost anything
        raise NoPhoto("a photo cannot be read") from None


def check_size(photo: Image.Image) -> None:
    """Raises NoPhoto before anything is decoded that would fill the memory."""
    if photo.width * photo.height > MOST_PIXELS:
        raise NoPhoto("a photo has too many pixels")


def flat(photo: Image.Image) -> Image.Image:
    """The photo in plain colours; what can be seen through becomes white."""
    if not photo.has_transparency_data:
        return photo.convert("RGB")
    seen = photo.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen).convert("RGB")


def written(photo: Image.Image) -> bytes:
    """The photo as a JPEG with nothing beside it."""
    photo.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    photo.info.clear()  # a comment would be written again
    out = BytesIO()
    photo.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
