// Changes in place: values written over a tensor's own memory, checked first, its version counted up after.
#include <linden/ops.hpp>

#include "tensor/node.hpp"
#include "base/fail.hpp"
#include "tensor/device_context.hpp"
#include "ops/elementwise.hpp"
#include "ops/loops.hpp"
#include "ops/promotion.hpp"

namespace linden {
namespace {

/// What an operation in place is called, what computes the same values out of place, and how the result is then kept.
struct Names {
  const char *op, *values, *keep;
};

void check_tape(const Names& names, const Tensor& target, const Tensor& values) {
  if (tape_mode() == TapeMode::off) return;
  if (target.requires_grad())
    fail<GraphError>("{}: the target of shape {} is on the tape. Hint: {}, or change it within NoGrad.", names.op,
                     target.shape().text(), names.keep);
  if (values.requires_grad())
    fail<GraphError>(
        "{}: the values of shape {} are on the tape and the target is not: their derivative would be lost. Hint: {}, "
        "or pass detach() of the values.",
        names.op, values.shape().text(), names.keep);
}

void check_target(const char* op, const Tensor& target, const Tensor& values) {
  if (TensorAccess::is_const(target))
    fail<ArgumentError>("{}: the target of shape {} is a view of const memory. Hint: change a clone().", op,
                        target.shape().text());
  for (int d = 0; d < target.rank(); ++d)
    if (target.strides()[d] == 0 && target.size(d) > 1)
      fail<ArgumentError>(
          "{}: dimension {} of the target of shape {} repeats the same memory (broadcast_to). Hint: change a clone().",
          op, d, target.shape().text());
  const int lead = target.rank() - values.rank();
  bool fits = lead >= 0;
  for (int d = 0; fits && d < values.rank(); ++d) fits = values.size(d) == 1 || values.size(d) == target.size(lead + d);
  if (!fits)
    fail<ShapeError>("{}: values of shape {} do not broadcast to the target's shape {}.", op, values.shape().text(),
                     target.shape().text());
  if (target.device() != values.device() && !TensorAccess::is_number(values))
    fail<DeviceError>("{}: the target is on {} and the values on {}. Hint: values.to(target.device()).", op,
                      target.device().name(), values.device().name());
}

/// Boolean, whole numbers, floating-point numbers: a target takes its own kind and those before it.
int breadth(DType dtype) { return dtype == DType::boolean ? 0 : is_floating(dtype) ? 2 : 1; }

void check_dtype(const Names& names, const Tensor& target, DType result) {
  if (breadth(result) > breadth(target.dtype()))
    fail<DTypeError>("{}: the result is {}, but the target is {}. Hint: cast({}, DType::{}) says how to convert.",
                     names.op, name_of(result), name_of(target.dtype()), names.values,
                     target.dtype() == DType::boolean ? "boolean" : name_of(target.dtype()));
}

struct Extent {
  const char *begin, *end;
};
Extent extent_of(const Tensor& t) {
  std::int64_t before = 0, after = 0;  // a stride may be negative
  for (int d = 0; d < t.rank(); ++d) (t.strides()[d] < 0 ? before : after) += t.strides()[d] * (t.size(d) - 1);
  const char* first = static_cast<const char*>(TensorAccess::data(t));
  const auto bytes = static_cast<std::int64_t>(size_of(t.dtype()));
  return {first + before * bytes, first + (after + 1) * bytes};
}

/// `values`, or a copy where writing the target would change elements that are still to be read. An element written
/// where it was read is no harm: the same memory, shape and strides. (Addresses count: two tensors may borrow the same
/// memory.)
Tensor apart(const Tensor& target, const Tensor& values) {
  if (target.elements() == 0 || values.elements() == 0) return values;
  const Extent a = extent_of(target), b = extent_of(values);
  if (a.end <= b.begin || b.end <= a.begin) return values;
  if (a.begin == b.begin && target.dtype() == values.dtype() && target.shape() == values.shape() &&
      target.strides() == values.strides())
    return values;
  return values.clone();
}

template <class Op>
Tensor& change(const Names& names, Tensor& target, const Tensor& operand) {
  check_tape(names, target, operand);
  check_target(names.op, target, operand);
  const Tensor a = target.detach(), b = operand.detach();
  const DType dtype = compute_dtype(Op::info.kind, a, b);
  check_dtype(names, a, dtype);
  constexpr std::int32_t number = op_number<Op>(BinaryOps());
  if (dtype == a.dtype()) {
    const Tensor other = b.dtype() == dtype && b.device() == a.device() ? apart(a, b) : prepared(b, dtype, a.device());
    tensor_kernels_of(a.device()).binary(tensor_context(a.device()), number, loops<3>(a.shape(), {&a, &a, &other}));
  } else {
    const Tensor left = cast(a, dtype), right = prepared(b, dtype, a.device());
    write_over(a, run_binary(names.op, number, left, right, dtype));
  }
  TensorAccess::bump_version(a);
  return target;
}

}  // namespace

void assign(const Tensor& target, const Tensor& values) {
  const Names names{"assign", "values", "make a new tensor by where or concatenate"};
  check_tape(names, target, values);
  check_target("assign", target, values);
  const Tensor a = target.detach(), b = values.detach();
  // A number of C++ gives way: 0 and 1 are true and false, 1 is 1.0.
  check_dtype(names, a, TensorAccess::is_number(b) && !is_floating(b.dtype()) ? DType::boolean : b.dtype());
  write_over(a, a.device() == b.device() ? apart(a, b) : b);
  TensorAccess::bump_version(a);
}

Tensor& operator+=(Tensor& a, const Tensor& b) { return change<Add>({"operator+=", "a + b", "write a = a + b"}, a, b); }
Tensor& operator-=(Tensor& a, const Tensor& b) { return change<Sub>({"operator-=", "a - b", "write a = a - b"}, a, b); }
Tensor& operator*=(Tensor& a, const Tensor& b) { return change<Mul>({"operator*=", "a * b", "write a = a * b"}, a, b); }
Tensor& operator/=(Tensor& a, const Tensor& b) { return change<Div>({"operator/=", "a / b", "write a = a / b"}, a, b); }

Tensor operator+=(Tensor&& a, const Tensor& b) { return a += b; }
Tensor operator-=(Tensor&& a, const Tensor& b) { return a -= b; }
Tensor operator*=(Tensor&& a, const Tensor& b) { return a *= b; }
Tensor operator/=(Tensor&& a, const Tensor& b) { return a /= b; }

void Tensor::operator=(const Tensor& values) && { assign(*this, values); }

}  // namespace linden
