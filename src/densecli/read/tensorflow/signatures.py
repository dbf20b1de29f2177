"""The parameters of TensorFlow's functions, so that source may pass them by position (TensorFlow 2.21, then 1.x).

Made by tools/record_tensorflow_signatures.py; not edited by hand.
"""

from __future__ import annotations

_RECORDED = """
Print input_ data message first_n summarize
abs x
accumulate_n inputs shape tensor_dtype
add x y
add_n inputs
angle input
arg_max input dimension output_type
arg_min input dimension output_type
argmax input axis output_type
argmin input axis output_type
argsort values axis direction stable
atan2 y x
boolean_mask tensor mask axis
broadcast_to input shape
cast x dtype
ceil x
check_numerics tensor message
cholesky input
clip_by_value t clip_value_min clip_value_max
concat values axis
conj x
conv input filter strides padding explicit_paddings data_format dilations batch_dims groups
convert_to_tensor value dtype dtype_hint
cos x
cosh x
count_nonzero input_tensor axis keepdims dtype reduction_indices keep_dims input
cumprod x axis exclusive reverse
cumsum x axis exclusive reverse
debugging.check_numerics tensor message
debugging.is_finite x
debugging.is_inf x
debugging.is_nan x
depth_to_space input block_size data_format
diag diagonal
diag_part input
digamma x
div x y
div_no_nan x y
divide x y
einsum equation inputs kwargs
ensure_shape x shape
equal x y
erf x
erfc x
exp x
expand_dims input axis
expm1 x
extract_image_patches images ksizes strides rates padding sizes
eye num_rows num_columns batch_shape dtype
fft input
fill dims value layout
floor x
floor_div x y
floordiv x y
floormod x y
gather params indices validate_indices axis batch_dims
gather_nd params indices batch_dims bad_indices_policy
greater x y
greater_equal x y
identity input
identity_n input
igamma a x
igammac a x
imag input
image.adjust_brightness image delta
image.adjust_contrast images contrast_factor
image.adjust_gamma image gamma gain
image.adjust_hue image delta
image.adjust_jpeg_quality image jpeg_quality dct_method
image.adjust_saturation image saturation_factor
image.crop_and_resize image boxes box_indices crop_size method extrapolation_value
image.crop_to_bounding_box image offset_height offset_width target_height target_width
image.extract_image_patches images ksizes strides rates padding sizes
image.extract_patches images sizes strides rates padding
image.flip_left_right image
image.flip_up_down image
image.grayscale_to_rgb images
image.hsv_to_rgb images
image.pad_to_bounding_box image offset_height offset_width target_height target_width
image.per_image_standardization image
image.random_brightness image max_delta seed
image.random_contrast image lower upper seed
image.random_flip_left_right image seed
image.random_flip_up_down image seed
image.random_hue image max_delta seed
image.random_jpeg_quality image min_jpeg_quality max_jpeg_quality seed
image.random_saturation image lower upper seed
image.resize images size method preserve_aspect_ratio antialias
image.resize_bilinear images size align_corners half_pixel_centers
image.resize_image_with_crop_or_pad image target_height target_width
image.resize_nearest_neighbor images size align_corners half_pixel_centers
image.resize_with_crop_or_pad image target_height target_width
image.resize_with_pad image target_height target_width method antialias
image.rgb_to_grayscale images
image.rgb_to_hsv images
image.rgb_to_yiq images
image.rgb_to_yuv images
image.rot90 image k
image.stateless_random_brightness image max_delta seed
image.stateless_random_contrast image lower upper seed
image.stateless_random_flip_left_right image seed
image.stateless_random_flip_up_down image seed
image.stateless_random_hue image max_delta seed
image.stateless_random_saturation image lower upper seed
image.transpose image
image.yiq_to_rgb images
image.yuv_to_rgb images
invert_permutation x
is_finite x
is_inf x
is_nan x
less x y
less_equal x y
lgamma x
lin_space start stop num axis
linalg.band_part input num_lower num_upper
linalg.cholesky input
linalg.det input
linalg.diag diagonal k num_rows num_cols padding_value align
linalg.diag_part input k padding_value align
linalg.einsum equation inputs kwargs
linalg.expm input
linalg.eye num_rows num_columns batch_shape dtype
linalg.inv input adjoint
linalg.l2_normalize x axis epsilon dim
linalg.logm input
linalg.matmul a b transpose_a transpose_b adjoint_a adjoint_b a_is_sparse b_is_sparse output_type grad_a grad_b
linalg.matrix_transpose a conjugate
linalg.norm tensor ord axis keepdims
linalg.normalize tensor ord axis
linalg.sqrtm input
linalg.tensor_diag_part input
linalg.tensordot a b axes
linalg.trace x
linalg.transpose a conjugate
linspace start stop num axis
log x
log1p x
log_sigmoid x
logical_and x y
logical_not x
logical_or x y
logical_xor x y
math.abs x
math.accumulate_n inputs shape tensor_dtype
math.add x y
math.add_n inputs
math.angle input
math.argmax input axis output_type
math.argmin input axis output_type
math.atan2 y x
math.ceil x
math.conj x
math.cos x
math.cosh x
math.count_nonzero input axis keepdims dtype
math.cumprod x axis exclusive reverse
math.cumsum x axis exclusive reverse
math.cumulative_logsumexp x axis exclusive reverse
math.digamma x
math.divide x y
math.divide_no_nan x y
math.equal x y
math.erf x
math.erfc x
math.erfcinv x
math.erfinv x
math.exp x
math.expm1 x
math.floor x
math.floordiv x y
math.floormod x y
math.greater x y
math.greater_equal x y
math.igamma a x
math.igammac a x
math.imag input
math.in_top_k targets predictions k
math.invert_permutation x
math.is_finite x
math.is_inf x
math.is_nan x
math.l2_normalize x axis epsilon dim
math.less x y
math.less_equal x y
math.lgamma x
math.log x
math.log1p x
math.log_sigmoid x
math.log_softmax logits axis
math.logical_and x y
math.logical_not x
math.logical_or x y
math.logical_xor x y
math.maximum x y
math.minimum x y
math.mod x y
math.multiply x y
math.multiply_no_nan x y
math.ndtri x
math.negative x
math.nextafter x1 x2
math.not_equal x y
math.pow x y
math.real input
math.reciprocal x
math.reduce_all input_tensor axis keepdims
math.reduce_any input_tensor axis keepdims
math.reduce_euclidean_norm input_tensor axis keepdims
math.reduce_logsumexp input_tensor axis keepdims
math.reduce_max input_tensor axis keepdims
math.reduce_mean input_tensor axis keepdims
math.reduce_min input_tensor axis keepdims
math.reduce_prod input_tensor axis keepdims
math.reduce_std input_tensor axis keepdims
math.reduce_sum input_tensor axis keepdims
math.reduce_variance input_tensor axis keepdims
math.round x
math.rsqrt x
math.sigmoid x
math.sign x
math.sin x
math.sinh x
math.softmax logits axis
math.softplus features
math.softsign features
math.sqrt x
math.square x
math.squared_difference x y
math.subtract x y
math.tan x
math.tanh x
math.top_k input k sorted index_type
math.truediv x y
math.xdivy x y
math.xlog1py x y
math.xlogy x y
math.zeta x q
matmul a b transpose_a transpose_b adjoint_a adjoint_b a_is_sparse b_is_sparse output_type grad_a grad_b
matrix_band_part input num_lower num_upper
matrix_determinant input
matrix_diag diagonal k num_rows num_cols padding_value align
matrix_diag_part input k padding_value align
matrix_inverse input adjoint
matrix_transpose a conjugate
maximum x y
minimum x y
mod x y
multiply x y
negative x
nn.avg_pool input ksize strides padding data_format
nn.avg_pool1d input ksize strides padding data_format
nn.avg_pool2d input ksize strides padding data_format
nn.avg_pool3d input ksize strides padding data_format
nn.bias_add value bias data_format
nn.conv1d input filters stride padding data_format dilations
nn.conv1d_transpose input filters output_shape strides padding data_format dilations
nn.conv2d input filters strides padding data_format dilations
nn.conv2d_backprop_input input_sizes filter out_backprop strides padding use_cudnn_on_gpu data_format dilations filters
nn.conv2d_transpose input filters output_shape strides padding data_format dilations
nn.conv3d input filters strides padding data_format dilations
nn.conv3d_transpose input filters output_shape strides padding data_format dilations
nn.convolution input filters strides padding data_format dilations
nn.crelu features axis
nn.depth_to_space input block_size data_format
nn.depthwise_conv2d input filter strides padding data_format dilations
nn.depthwise_conv2d_native input filter strides padding data_format dilations
nn.dropout x rate noise_shape seed
nn.elu features
nn.embedding_lookup params ids max_norm
nn.gelu features approximate
nn.in_top_k targets predictions k
nn.l2_normalize x axis epsilon dim
nn.leaky_relu features alpha
nn.local_response_normalization input depth_radius bias alpha beta
nn.log_softmax logits axis
nn.lrn input depth_radius bias alpha beta
nn.max_pool input ksize strides padding data_format
nn.max_pool1d input ksize strides padding data_format
nn.max_pool2d input ksize strides padding data_format
nn.max_pool3d input ksize strides padding data_format
nn.moments x axes shift keepdims
nn.pool input window_shape pooling_type strides padding data_format dilations
nn.relu features
nn.relu6 features
nn.selu features
nn.sigmoid x
nn.sigmoid_cross_entropy_with_logits labels logits
nn.silu features beta
nn.softmax logits axis
nn.softmax_cross_entropy_with_logits labels logits axis
nn.softplus features
nn.softsign features
nn.space_to_depth input block_size data_format
nn.swish features beta
nn.tanh x
nn.top_k input k sorted index_type
norm tensor ord axis keepdims
not_equal x y
one_hot indices depth on_value off_value axis dtype
ones shape dtype layout
ones_like input dtype layout
pad tensor paddings mode constant_values
placeholder_with_default input shape
pow x y
print inputs kwargs
random.normal shape mean stddev dtype seed
random.poisson shape lam dtype seed
random.shuffle value seed
random.split seed num alg
random.stateless_normal shape seed mean stddev dtype alg
random.stateless_uniform shape seed minval maxval dtype alg
random.truncated_normal shape mean stddev dtype seed
random.uniform shape minval maxval dtype seed
random_normal shape mean stddev dtype seed
random_uniform shape minval maxval dtype seed
range start limit delta dtype
rank input
real input
realdiv x y
reciprocal x
reduce_all input_tensor axis keepdims
reduce_any input_tensor axis keepdims
reduce_logsumexp input_tensor axis keepdims
reduce_max input_tensor axis keepdims
reduce_mean input_tensor axis keepdims
reduce_min input_tensor axis keepdims
reduce_prod input_tensor axis keepdims
reduce_sum input_tensor axis keepdims
repeat input repeats axis
reshape tensor shape
reverse tensor axis
reverse_sequence input seq_lengths seq_axis batch_axis
reverse_v2 tensor axis
roll input shift axis
round x
rsqrt x
saturate_cast value dtype
searchsorted sorted_sequence values side out_type
sequence_mask lengths maxlen dtype
shape input out_type
shape_n input out_type
sigmoid x
sign x
signal.fft input
signal.irfft input_tensor fft_length
signal.rfft input_tensor fft_length
signal.stft signals frame_length frame_step fft_length window_fn pad_end
sin x
sinh x
size input out_type
slice input_ begin size
sort values axis direction
space_to_depth input block_size data_format
split value num_or_size_splits axis num
sqrt x
square x
squared_difference x y
squeeze input axis
stack values axis
stop_gradient input
strided_slice input_ begin end strides begin_mask end_mask ellipsis_mask new_axis_mask shrink_axis_mask var
subtract x y
tan x
tanh x
tensor_scatter_nd_add tensor indices updates bad_indices_policy
tensor_scatter_nd_sub tensor indices updates bad_indices_policy
tensor_scatter_nd_update tensor indices updates
tensor_scatter_update tensor indices updates
tensordot a b axes
tile input multiples
trace x
transpose a perm conjugate
truediv x y
truncated_normal shape mean stddev dtype seed
truncatediv x y
truncatemod x y
unstack value num axis
where condition x y
where_v2 condition x y
zeros shape dtype layout
zeros_like input dtype layout
zeta x q
"""
SIGNATURES = {name: names for name, *names in map(str.split, _RECORDED.strip().splitlines())}
