# A residual block of ResNet50 with the projection on its shortcut (He et al. 2015).
Conv2D(64, 1, use_bias=false, name=entry)@(56,56,64)
-> [ Conv2D(64, 1, use_bias=false) -> BatchNormalization -> ReLU
     -> Conv2D(64, 3, padding=same, use_bias=false) -> BatchNormalization -> ReLU
     -> Conv2D(256, 1, use_bias=false) -> BatchNormalization
   | Conv2D(256, 1, use_bias=false) -> BatchNormalization ]
-> Add
-> ReLU
