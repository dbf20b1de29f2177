"""Audio: spectrograms, the strength of each frequency over time."""

from __future__ import annotations

from math import ceil, log2
from typing import TYPE_CHECKING, Any

from densecli import fields
from densecli.errors import ArgumentError, ShapeError, did_you_mean
from densecli.fields import Field, array_shape, wrong_value
from densecli.layer import Layer, Weight
from densecli.shape import Dim, Shape, known, show, size, split_channels, times, window

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

    Array = Any

# As scipy.signal.get_window knows them without parameters: the full names, and their short forms.
WINDOWS = (
    "barthann", "bartlett", "blackman", "blackmanharris", "bohman", "boxcar", "cosine", "exponential", "flattop", "hamming", "hann",
    "lanczos", "nuttall", "parzen", "triang", "tukey",
)  # fmt: skip
# Element-wise FLOPs per number of the spectrogram: two squares and their sum; a floor and a root; another floor and a log.
MODES = {"log": 7, "magnitude": 5, "psd": 4, "real": 0, "imag": 0, "angle": 1, "stft": 0}


def window_of(*names: str) -> Field[Any]:
    """The name of a window, or its weights, or null for none."""

    def read(_: Any, value: Any) -> Any:
        if isinstance(value, str) and value not in names:
            raise wrong_value(f"one of {', '.join(names)}", value, did_you_mean(value, names))
        if not isinstance(value, str) and value is not None and len(array_shape(value)) != 1:
            raise ArgumentError("expected the name of a window or a list of weights", code="E301")
        return value

    schema = {"anyOf": [{"enum": [*names, None]}, {"type": "array", "items": {"type": "number"}}]}
    return Field(read, "hann", "window that fades out the ends of a frame", schema)


class STFTSpectrogram(Layer):
    """Turn a signal into a spectrogram by convolution with waves, which are weights and may be trained.

    STFTSpectrogram(frame_length=256, frame_step=128): (None, 16000, 1) -> (None, 124, 129), 66048 params
    """

    formula = "real, imag = convolution(input, waves); log: output = log(sqrt(real² + imag²))"
    shape_rule = (
        "(batch, time, channels) -> (batch, frames, channels × bins), bins = fft_length // 2 + 1 (twice that for stft)"
    )
    macs_rule = "frames × channels × frame_length × frequencies × 2 (modes real and imag: × 1)"
    elementwise_rule = f"per output: {', '.join(f'{mode} {flops}' for mode, flops in MODES.items())}"
    ndim = 3

    mode = fields.choice(*MODES, doc="how to combine the real and imaginary parts", any_case=False)
    frame_length = fields.count(256, "samples per frame")
    frame_step = fields.optional(fields.count(doc="samples between the starts of frames; null: half a frame"))
    fft_length = fields.optional(fields.count(doc="size of the Fourier transform; null: the next power of two"))
    window = window_of(*WINDOWS)
    periodic = fields.flag(doc="whether the window is periodic rather than symmetric")
    scaling = fields.optional(
        fields.choice("density", "spectrum", doc="norm of the window to divide by", any_case=False), "density"
    )
    padding = fields.choice("valid", "same", doc="valid: no padding; same: zeros beyond the ends", any_case=False)
    expand_dims = fields.flag(doc="whether channels get their own axis")
    data_format = fields.data_format()

    def check(self) -> None:
        if self.frame_step is not None and self.frame_step > self.frame_length:
            self.reject("frame_step", f"{self.frame_step:,} is more than frame_length={self.frame_length:,}")
        if self.fft_length is not None and self.fft_length < self.frame_length:
            self.reject("fft_length", f"{self.fft_length:,} is less than frame_length={self.frame_length:,}")
        if self.step < 1:
            self.reject("frame_length", "a frame of 1 sample has no half to step by", "give frame_step")
        if self.window is not None and not isinstance(self.window, str) and len(self.window) != self.frame_length:
            self.reject("window", f"{len(self.window):,} weights for a frame of {self.frame_length:,}")

    @property
    def step(self) -> int:
        return self.frame_length // 2 if self.frame_step is None else self.frame_step

    @property
    def bins(self) -> int:
        """Frequencies that are told apart."""
        length = 2 ** ceil(log2(self.frame_length)) if self.fft_length is None else self.fft_length
        return length // 2 + 1

    @property
    def sides(self) -> tuple[str, ...]:
        return {"real": ("real",), "imag": ("imag",)}.get(self.mode, ("real", "imag"))

    def weights(self, x: Shape) -> Iterator[Weight]:
        for side in self.sides:
            config = {"side": side, "window": self.window, "scaling": self.scaling, "periodic": self.periodic}
            shape, axes = (self.frame_length, 1, self.bins), ("samples", "1", "frequencies")
            yield Weight(f"{side}_kernel", shape, axes, initializer=fields.Object("STFT", config))

    def frames(self, x: Shape) -> Dim:
        return window(split_channels(x, self.data_format)[0][0], self.frame_length, self.step, 1, self.padding)

    def output(self, x: Shape) -> Shape:
        channels = known(split_channels(x, self.data_format)[1], "the channel axis")
        frames, bins = self.frames(x), self.bins * (2 if self.mode == "stft" else 1)
        if self.data_format == "channels_last":
            return (x[0], frames, bins, channels) if self.expand_dims else (x[0], frames, channels * bins)
        return (x[0], channels, frames, bins) if self.expand_dims else (x[0], channels * bins, frames)

    def macs(self, y: Shape, x: Shape) -> int | None:
        channels = split_channels(x, self.data_format)[1]
        return times(size((x[0], self.frames(x), channels)), self.frame_length, self.bins, len(self.sides))

    def elementwise(self, y: Shape, x: Shape) -> int | None:
        return 0 if MODES[self.mode] == 0 else times(MODES[self.mode], size(y))

    def explain(self, y: Shape, x: Shape) -> Iterator[str]:
        share = 100 * max(self.frame_length - self.step, 0) / self.frame_length
        yield f"Frames of {self.frame_length:,} samples start every {self.step:,}: neighbors overlap by {share:.0f} %."
        if self.trainable:
            yield "The waves are trainable weights; trainable=false freezes them."

    def picture(self, kinds: ModuleType, y: Shape, x: Shape) -> Any:
        spatial, channels = split_channels(x, self.data_format)
        frames = kinds.span("sample", spatial[0], (self.frame_length, self.step, 1), self.padding)
        return kinds.Windows((frames,), channels, self.bins, "spectrum")

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        if x.dtype.kind != "f":
            raise ShapeError(f"takes floating-point numbers, got {x.dtype}")
        kernels = [w[f"{side}_kernel"] for side in self.sides]
        y = ops.spectrogram(ops.channels_last(x, self.data_format), kernels, self.step, self.padding, self.mode)
        if self.expand_dims:
            return ops.transpose(y, (0, 3, 2, 1) if self.data_format == "channels_last" else (0, 1, 3, 2))
        rows = ops.reshape(y, (y.shape[0], y.shape[1] * y.shape[2], y.shape[3]))
        return ops.transpose(rows, (0, 2, 1)) if self.data_format == "channels_last" else rows


class MelSpectrogram(Layer):
    """Turn a signal into a mel spectrogram, in decibels by default.

    MelSpectrogram(): (None, 16000) -> (None, 128, 32), 0 params
    """

    formula = "output = 10 × log10(mel filters · |STFT(input)|^mag_exp), at most top_db below the loudest"
    shape_rule = "(batch, samples) -> (batch, num_mel_bins, (samples + sequence_stride + 1) // sequence_stride)"
    macs_rule = "frames × frequencies × num_mel_bins"
    elementwise_rule = "per frame: 1 per sample for the window, 5 n log2(n) for the Fourier transform of n = fft_length, 5 per frequency, 5 per output with power_to_db"

    fft_length = fields.count(2048, "size of the Fourier transform")
    sequence_stride = fields.count(512, "samples between the starts of frames")
    sequence_length = fields.optional(fields.count(doc="samples per frame; null: fft_length"))
    window = window_of("hann", "hamming")
    sampling_rate = fields.number(16000, "samples per second")
    num_mel_bins = fields.count(128, "number of output frequencies")
    min_freq = fields.number(20.0, "the lowest frequency in Hz")
    max_freq = fields.optional(fields.number(doc="the highest frequency in Hz; null: half the sampling rate"))
    power_to_db = fields.flag(True, "whether to convert to decibels")
    top_db = fields.number(80.0, "range below the loudest value, in decibels")
    mag_exp = fields.number(2.0, "exponent of the magnitude: 1 is energy, 2 is power")
    min_power = fields.number(1e-10, "lower limit of the power, to keep its logarithm finite")
    ref_power = fields.number(1.0, "power that is 0 decibels")

    def check(self) -> None:
        if self.length > self.fft_length:
            self.reject("sequence_length", f"{self.length:,} is more than fft_length={self.fft_length:,}")
        if self.window is not None and not isinstance(self.window, str) and len(self.window) != self.length:
            self.reject("window", f"{len(self.window):,} weights for a frame of {self.length:,}")

    @property
    def length(self) -> int:
        return self.fft_length if self.sequence_length is None else self.sequence_length

    @property
    def band(self) -> tuple[float, float]:
        return self.min_freq, self.max_freq or int(self.sampling_rate / 2)

    def accept(self, x: Any, **_: Any) -> None:
        if not isinstance(x, tuple) or len(x) not in (1, 2):
            raise ShapeError(f"expected signals (batch, samples) or a single one (samples,), got {show(x)}")

    def output(self, x: Shape) -> Shape:
        samples = x[-1]
        frames = None if samples is None else (samples + self.sequence_stride + 1) // self.sequence_stride
        return (*x[:-1], self.num_mel_bins, frames)

    def macs(self, y: Shape, x: Shape) -> int | None:
        return times(self.frames(y), self.fft_length // 2 + 1, self.num_mel_bins)

    def elementwise(self, y: Shape, x: Shape) -> int | None:
        """The window, a Fourier transform as 5 n log2(n), five per frequency; five per output for decibels."""
        n = self.fft_length
        each = self.length + round(5 * n * log2(n)) + 5 * (n // 2 + 1) + 5 * self.num_mel_bins * self.power_to_db
        return times(self.frames(y), each)

    def frames(self, y: Shape) -> int | None:
        """Frames of one signal, or of a batch of known size."""
        return times(y[-1], (y[0] or 1) if len(y) == 3 else 1)

    def picture(self, kinds: ModuleType, y: Shape, x: Shape) -> Any:
        frames = kinds.Span("sample", x[-1], y[-1], self.length, self.sequence_stride, 1, self.length // 2)
        return kinds.Windows((frames,), 1, self.num_mel_bins, "spectrum") if len(x) == 2 else None

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        power = ops.power_spectrum(
            ops.floating(x), self.length, self.sequence_stride, self.fft_length, self.window, self.mag_exp
        )
        y = ops.mel_bands(power, self.num_mel_bins, self.sampling_rate, self.band)
        return ops.decibels(y, self.min_power, self.ref_power, self.top_db) if self.power_to_db else y
