from cases import case, inner

IMAGES = (None, 8, 8, 3)

CASES = [
    case("Pipeline", IMAGES, layers=[inner("Rescaling", scale=2, dtype="float16"), inner("RandomFlip")], _values=False),
    case("Pipeline", IMAGES, layers=[inner("Rescaling", scale=0.5), inner("CenterCrop", height=4, width=6)]),
    case("Pipeline", IMAGES, layers=[inner("RandomFlip", mode="horizontal"), inner("Resizing", height=4, width=4)]),
    case("Pipeline", IMAGES, layers=[inner("AutoContrast"), inner("RandomBrightness", factor=0.5)], dtypes=("uint8",)),
    case("Pipeline", (None, 5), layers=[inner("Normalization"), inner("Rescaling", scale=2.0)]),
    case("Pipeline", (None, 5), layers=[inner("Normalization"), inner("Normalization"), inner("Dense", units=3)]),
    case("Pipeline", (None, 5), layers=[inner("Dense", units=3), inner("Dropout", rate=0.5), inner("Dense", units=2)]),
    case("Pipeline", (None, 5), layers=[inner("Pipeline", layers=[inner("Dense", units=3)]), inner("Dense", units=2)]),
    case("Pipeline", (None, 5), layers=[inner("Dense", units=3, trainable=False)]),
    case("Pipeline", (None, None, 5), layers=[inner("Discretization", bin_boundaries=[0.0, 1.0])]),
    case("Pipeline", (None, 9), layers=[inner("Rescaling", scale=0.5), inner("CenterCrop", height=4, width=6)]),
    case("Pipeline", (None, 9), layers=3),
    case("Pipeline", (None, 9)),
]
