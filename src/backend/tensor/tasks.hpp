// What the kernels of tensors are asked: plain memory seen through strides, and the sizes of what is computed.
#pragma once

#include <cstdint>
#include <linden/dtype.hpp>

namespace linden {

inline constexpr int max_rank = 8;

/// Memory seen through strides (in elements; 0 repeats an element). The sizes stand in the task.
struct Operand {
  void* data = nullptr;
  DType dtype = DType::f64;
  std::int64_t strides[max_rank] = {};
};

/// A loop nest over `rank` dimensions, outermost first, and what it visits: operand 0 is written, the others are read.
/// Rank 0 is one element. No dimension has size 1, neighbours that could be one loop are one, and the innermost
/// dimension is that of the output's smallest stride.
template <int operands>
struct ElementwiseTask {
  std::int32_t rank = 0;
  std::int64_t sizes[max_rank] = {};
  Operand operand[operands];
};

enum class ReduceOp : std::uint8_t { sum, product, maximum, minimum };

/// out[kept...] = op over the reduced dimensions of in[kept..., reduced...], each group merged where memory allows.
/// Sums and products of f32, f64 stay in the dtype (their chunks are added in double); those of i32 come as i64, of
/// boolean as i64. NaN anywhere makes maximum and minimum NaN. Empty: sum 0, product 1 (the ops refuse the others).
struct ReduceTask {
  ReduceOp op = ReduceOp::sum;
  std::int32_t kept = 0, reduced = 0;  ///< how many dimensions: the kept ones come first in `sizes`
  std::int64_t sizes[max_rank] = {};
  Operand out;  ///< strides of the kept dimensions
  Operand in;   ///< strides of all
};

/// Along one axis of `length`, for every position of the other dimensions (merged, outermost first).
template <int operands>
struct AxisTask {
  std::int32_t rank = 0;  ///< of the other dimensions
  std::int64_t sizes[max_rank] = {};
  std::int64_t length = 0;
  Operand operand[operands];
  std::int64_t axis_stride[operands] = {};
};

/// c = a b for `batch` matrices: c [m, n], a [m, k], b [k, n], all f32 or all f64, each with a row and a column stride.
/// c is dense and row-major (column stride 1). Batch strides of a and b may be 0. k = 0 gives zeros.
struct MatmulTask {
  struct Matrix {
    void* data = nullptr;
    std::int64_t batch_stride = 0, row_stride = 0, column_stride = 0;
  };
  DType dtype = DType::f64;
  std::int64_t batch = 1, m = 0, n = 0, k = 0;
  Matrix c, a, b;
};

/// x = solution of t x = b in place of b: t [n, n] lower or upper triangular, x [n, columns].
struct TriangularTask {
  DType dtype = DType::f64;
  bool upper = false;
  std::int64_t n = 0, columns = 0;
  const void* t = nullptr;
  std::int64_t t_row_stride = 0, t_column_stride = 0;
  void* x = nullptr;  ///< dense, row-major
};

/// Draws number first, first + 1, ... of one seed and stream (Philox4x32-10, philox.hpp), in the order of elements.
struct RandomTask {
  enum class Kind : std::uint8_t {
    uniform,  ///< f32 or f64 in [0, 1): the top 24 or 53 bits
    normal,   ///< f32 or f64: Box-Muller on two uniforms of one counter
    bits,     ///< i64: 63 random bits, never negative
  };
  Kind kind = Kind::uniform;
  DType dtype = DType::f64;
  std::uint64_t seed = 0, first = 0;
  void* out = nullptr;  ///< dense
  std::int64_t elements = 0;
};

/// One optimizer step over many parameters: dense memory of one dtype (f32 or f64), state beside each parameter.
struct StepSegment {
  void* parameter = nullptr;
  const void* gradient = nullptr;
  void* first = nullptr;   ///< SGD: velocity (null without momentum); Adam: mean of gradients
  void* second = nullptr;  ///< Adam: mean of squares
  std::int64_t elements = 0;
};
struct StepTask {
  DType dtype = DType::f64;
  const StepSegment* segments = nullptr;
  std::int32_t count = 0;
  std::int64_t step = 1;  ///< 1 for the first
  double learning_rate = 0, weight_decay = 0;
  bool decoupled = false;                    ///< AdamW: the parameter shrinks before the step
  double momentum = 0, dampening = 0;        ///< SGD
  bool nesterov = false;                     ///< SGD
  double beta1 = 0, beta2 = 0, epsilon = 0;  ///< Adam
};

}  // namespace linden
