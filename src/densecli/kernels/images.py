"""Resize images and change their contrast. Batches are (batch, height, width, channels)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from densecli.kernels.resize import resize

if TYPE_CHECKING:
    from densecli.kernels.layout import Array, Ints

Range = tuple[float, float]

LEVELS = 256


def resize_images(images: Array, sides: Ints, interpolation: str = "bilinear", *, antialias: bool = False) -> Array:
    """Resample to (height, width); integers keep their dtype."""
    height, width = sides
    if images.dtype.kind == "f":
        return resize(images, (height, width), interpolation, antialias)
    y = np.rint(resize(images.astype(np.float32), (height, width), interpolation, antialias))
    if images.dtype == bool:
        return np.not_equal(y, 0)
    limits = np.iinfo(images.dtype)
    return np.clip(y, limits.min, limits.max).astype(images.dtype)


def aspect_sides(images: Array, sides: Ints) -> tuple[int, int]:
    """Height that fits the images' width, and width that fits their height, at the aspect ratio of `sides`."""
    height, width = images.shape[1:3]
    return int(width * sides[0] / sides[1]), int(height * sides[1] / sides[0])


def crop_to_aspect(images: Array, sides: Ints) -> Array:
    """The largest center crop with the aspect ratio of `sides`."""
    tall, wide = aspect_sides(images, sides)
    height, width = max(min(images.shape[1], tall), 1), max(min(images.shape[2], wide), 1)
    top, left = (images.shape[1] - height) // 2, (images.shape[2] - width) // 2
    return images[:, top : top + height, left : left + width]


def pad_to_aspect(images: Array, sides: Ints, value: float) -> Array:
    """Pad the images with `value` on both sides to the aspect ratio of `sides` (possibly a pixel short)."""
    tall, wide = aspect_sides(images, sides)
    above, left = max(tall - images.shape[1], 0) // 2, max(wide - images.shape[2], 0) // 2
    return np.pad(images, ((0, 0), (above, above), (left, left), (0, 0)), constant_values=value)


def fit_images(images: Array, sides: Ints) -> Array:
    """Crop to the aspect ratio of `sides`, then resample: no distortion, but some of the image is lost."""
    return resize_images(crop_to_aspect(images, sides), sides)


def center_crop(images: Array, sides: Ints) -> Array:
    """The center of the images, or the images fitted to `sides` if they are too small."""
    top, left = (have - want for have, want in zip(images.shape[1:3], sides, strict=True))
    if top < 0 or left < 0:
        return fit_images(images, sides)
    return images[:, top // 2 : top // 2 + sides[0], left // 2 : left // 2 + sides[1]]


def stretch_contrast(images: Array, value_range: Range) -> Array:
    """Stretch the values along axes 1 and 2 to the range; constant ones stay unchanged."""
    bottom, top = value_range
    low, high = images.min((1, 2), keepdims=True), images.max((1, 2), keepdims=True)
    flat = high == low
    spread = np.where(flat, np.ones_like(high), high - low)
    return np.asarray(np.where(flat, images, (images - low) / spread * (top - bottom) + bottom), images.dtype)


def equalize_tiles(images: Array, value_range: Range, clip_limit: float, grid: Ints) -> Array:
    """Contrast limited adaptive histogram equalization on `grid` tiles; integers are rounded down.

    Source: Zuiderveld 1994. As in Keras 3.15.1, the excess over the limit is spread evenly, once; and as on
    torch, where the limit is rounded down to whole pixels and a border pixel is repeated beyond the border.
    """
    levels = images.astype(np.float32) if value_range == (0, 255) else to_range(images, value_range, (0, 255))
    tile = [-(-side // parts) for side, parts in zip(levels.shape[1:3], grid, strict=True)]
    beyond = [length * parts - side for length, parts, side in zip(tile, grid, levels.shape[1:3], strict=True)]
    padded = np.pad(levels, ((0, 0), (0, beyond[0]), (0, beyond[1]), (0, 0)), mode="edge")
    pixels = np.clip(padded, 0, LEVELS - 1).astype(np.intp)
    if pixels.size and pixels.min() < 0:  # an error in Keras, too
        raise IndexError("NaN is not a level")
    tables = tile_tables(pixels, grid, clip_limit)
    y = blend_tables(pixels, tables, tile)[:, : images.shape[1], : images.shape[2]]
    return (y if value_range == (0, 255) else to_range(y, (0, 255), value_range)).astype(images.dtype)


def to_range(images: Array, source: Range, target: Range) -> Array:
    """Map values from one range to another."""
    parts = (images.astype(np.float32) - np.float32(source[0])) / np.float32(source[1] - source[0])
    return np.asarray(parts * np.float32(target[1] - target[0]) + np.float32(target[0]))


def tile_tables(pixels: Array, grid: Ints, clip_limit: float) -> Array:
    """Each tile's new level for each old level: (batch, *grid, channels, levels)."""
    batch, height, width, channels = pixels.shape
    area = height // grid[0] * (width // grid[1])
    tiles = pixels.reshape(batch, grid[0], height // grid[0], grid[1], width // grid[1], channels)
    rows = tiles.transpose(0, 1, 3, 5, 2, 4).reshape(-1, area)
    offsets = np.arange(len(rows))[:, None] * LEVELS
    counts = np.bincount((rows + offsets).reshape(-1), minlength=len(rows) * LEVELS).reshape(-1, LEVELS)
    heights = counts.astype(np.float32)
    if clip_limit > 0:
        clipped = np.minimum(heights, int(clip_limit * area / LEVELS))
        heights = clipped + (heights - clipped).sum(-1, keepdims=True) / LEVELS
    total = heights.cumsum(-1, dtype=np.float32)
    least = total.min(-1, keepdims=True)
    room = np.where(area == least, np.float32(1), np.float32(area) - least)
    return np.asarray(np.clip((total - least) * 255 / room, 0, 255)).reshape(batch, *grid, channels, LEVELS)


def blend_tables(pixels: Array, tables: Array, tile: list[int]) -> Array:
    """Each pixel's new level, interpolated between the four tiles with the nearest centers."""
    rows, columns = (nearest_tiles(n, side) for n, side in zip(pixels.shape[1:3], tile, strict=True))
    down, right = rows[2][None, :, None, None], columns[2][None, None, :, None]
    top, bottom = (
        read_tables(pixels, tables, row, columns[0]) * (1 - right)
        + read_tables(pixels, tables, row, columns[1]) * right
        for row in rows[:2]
    )
    return np.asarray(top * (1 - down) + bottom * down)


def nearest_tiles(length: int, tile: int) -> tuple[Array, Array, Array]:
    """For each position along an axis, the tiles before and after it, and the weight of the second (0 to 1)."""
    place = (np.arange(length, dtype=np.float32) - tile / 2) / tile + 1  # counted from -1, as Keras rounds
    before = np.floor(place)
    last = length // tile - 1
    first, second = (np.clip(edge, 0, last).astype(np.intp) for edge in (before - 1, before))
    return first, second, np.asarray(place - before, np.float32)


def read_tables(pixels: Array, tables: Array, rows: Array, columns: Array) -> Array:
    """Look up new levels in the tables of the given tiles."""
    batch, channels = np.arange(pixels.shape[0]), np.arange(pixels.shape[3])
    return np.asarray(
        tables[batch[:, None, None, None], rows[None, :, None, None], columns[None, None, :, None], channels, pixels]
    )
