#include "ops/promotion.hpp"

#include "tensor/access.hpp"

namespace linden {
namespace {

constexpr DType f32 = DType::f32, f64 = DType::f64, i32 = DType::i32, i64 = DType::i64;

constexpr DType meet[4][4] = {
    {f32, f64, f32, f32},
    {f64, f64, f64, f64},
    {f32, f64, i32, i64},
    {f32, f64, i64, i64},
};

DType counted(DType dtype) { return dtype == DType::u8 || dtype == DType::boolean ? DType::i32 : dtype; }

DType by_kind(OpKind kind, DType dtype) {
  const bool needs_floating = kind == OpKind::floating || kind == OpKind::rounding;
  return needs_floating && !is_floating(dtype) ? f64 : dtype;
}

}  // namespace

DType compute_dtype(OpKind kind, const Tensor& x) { return by_kind(kind, counted(x.dtype())); }

DType compute_dtype(OpKind kind, const Tensor& a, const Tensor& b) {
  const DType x = counted(a.dtype()), y = counted(b.dtype());
  const bool a_number = TensorAccess::is_number(a), b_number = TensorAccess::is_number(b);
  if (a_number != b_number) {
    const DType tensor = a_number ? y : x, number = a_number ? x : y;
    // A number with a fraction lifts whole tensors to f64; otherwise the tensor's dtype stands.
    return by_kind(kind, is_floating(number) && !is_floating(tensor) ? f64 : tensor);
  }
  return by_kind(kind, meet[static_cast<int>(x)][static_cast<int>(y)]);
}

}  // namespace linden
