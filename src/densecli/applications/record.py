"""The counts of Keras and torch for each model. Written by tools/record_applications.py; a test compares densecli's counts."""

from __future__ import annotations

from densecli.records import Record


class Recorded(Record):
    """A model called without arguments: its image, its parameters with and without classifier, its MACs."""

    image: tuple[int, int, int]
    params: int
    params_without_top: int
    macs: int


RECORD = {
    "VGG16": Recorded((224, 224, 3), 138_357_544, 14_714_688, 15_470_264_320),
    "VGG19": Recorded((224, 224, 3), 143_667_240, 20_024_384, 19_632_062_464),
    "ResNet50": Recorded((224, 224, 3), 25_636_712, 23_587_712, 3_857_973_248),
    "ResNet101": Recorded((224, 224, 3), 44_707_176, 42_658_176, 7_570_194_432),
    "ResNet152": Recorded((224, 224, 3), 60_419_944, 58_370_944, 11_282_415_616),
    "ResNet50V2": Recorded((224, 224, 3), 25_613_800, 23_564_800, 3_482_255_360),
    "ResNet101V2": Recorded((224, 224, 3), 44_675_560, 42_626_560, 7_194_476_544),
    "ResNet152V2": Recorded((224, 224, 3), 60_380_648, 58_331_648, 10_906_697_728),
    "InceptionV3": Recorded((299, 299, 3), 23_851_784, 21_802_784, 5_713_216_096),
    "InceptionResNetV2": Recorded((299, 299, 3), 55_873_736, 54_336_736, 13_155_794_016),
    "Xception": Recorded((299, 299, 3), 22_910_480, 20_861_480, 8_357_403_496),
    "MobileNet": Recorded((224, 224, 3), 4_253_864, 3_228_864, 568_740_352),
    "MobileNetV2": Recorded((224, 224, 3), 3_538_984, 2_257_984, 300_774_272),
    "MobileNetV3Small": Recorded((224, 224, 3), 2_554_968, 939_120, 56_510_400),
    "MobileNetV3Large": Recorded((224, 224, 3), 5_507_432, 2_996_352, 216_589_760),
    "DenseNet121": Recorded((224, 224, 3), 8_062_504, 7_037_504, 2_834_161_664),
    "DenseNet169": Recorded((224, 224, 3), 14_307_880, 12_642_880, 3_359_843_328),
    "DenseNet201": Recorded((224, 224, 3), 20_242_984, 18_321_984, 4_291_365_888),
    "NASNetMobile": Recorded((224, 224, 3), 5_326_716, 4_269_716, 563_638_816),
    "NASNetLarge": Recorded((331, 331, 3), 88_949_818, 84_887_922, 23_783_414_658),
    "EfficientNetB0": Recorded((224, 224, 3), 5_330_571, 4_049_571, 385_814_752),
    "EfficientNetB1": Recorded((240, 240, 3), 7_856_239, 6_575_239, 686_802_832),
    "EfficientNetB2": Recorded((260, 260, 3), 9_177_569, 7_768_569, 993_561_872),
    "EfficientNetB3": Recorded((300, 300, 3), 12_320_535, 10_783_535, 1_827_141_392),
    "EfficientNetB4": Recorded((380, 380, 3), 19_466_823, 17_673_823, 4_393_771_024),
    "EfficientNetB5": Recorded((456, 456, 3), 30_562_527, 28_513_527, 10_266_384_752),
    "EfficientNetB6": Recorded((528, 528, 3), 43_265_143, 40_960_143, 19_067_593_536),
    "EfficientNetB7": Recorded((600, 600, 3), 66_658_687, 64_097_687, 37_745_884_192),
    "EfficientNetV2B0": Recorded((224, 224, 3), 7_200_312, 5_919_312, 718_086_176),
    "EfficientNetV2B1": Recorded((240, 240, 3), 8_212_124, 6_931_124, 1_196_819_360),
    "EfficientNetV2B2": Recorded((260, 260, 3), 10_178_374, 8_769_374, 1_697_542_832),
    "EfficientNetV2B3": Recorded((300, 300, 3), 14_467_622, 12_930_622, 3_011_458_816),
    "EfficientNetV2S": Recorded((384, 384, 3), 21_612_360, 20_331_360, 8_365_617_152),
    "EfficientNetV2M": Recorded((480, 480, 3), 54_431_388, 53_150_388, 24_582_460_384),
    "EfficientNetV2L": Recorded((480, 480, 3), 119_027_848, 117_746_848, 56_079_699_008),
    "ConvNeXtTiny": Recorded((224, 224, 3), 28_589_128, 27_820_128, 4_455_531_264),
    "ConvNeXtSmall": Recorded((224, 224, 3), 50_223_688, 49_454_688, 8_683_712_256),
    "ConvNeXtBase": Recorded((224, 224, 3), 88_591_464, 87_566_464, 15_354_729_472),
    "ConvNeXtLarge": Recorded((224, 224, 3), 197_767_336, 196_230_336, 34_361_433_600),
    "ConvNeXtXLarge": Recorded((224, 224, 3), 350_196_968, 348_147_968, 60_921_030_656),
}
