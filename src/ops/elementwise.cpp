// Elementwise ops: promote, run, record. The formulas stand in scalar_ops.hpp.
#include "ops/elementwise.hpp"

#include <optional>

#include "base/fail.hpp"
#include "tensor/device_context.hpp"
#include "ops/loops.hpp"
#include "ops/promotion.hpp"

namespace linden {

Device detail::device_of_some(const char* op, std::span<const Tensor* const> operands) {
  const Tensor* first = nullptr;
  for (const Tensor* t : operands) {
    if (TensorAccess::is_number(*t)) continue;
    if (first == nullptr) first = t;
    if (t->device() == first->device()) continue;
    const Device gpu = first->device().kind() == Device::Kind::cpu ? t->device() : first->device();
    fail<DeviceError>("{}: operands on {} and {}. Hint: x.to(Device::cuda({})).", op, first->device().name(),
                      t->device().name(), gpu.index());
  }
  return first == nullptr ? Device::cpu() : first->device();
}

Tensor run_unary(std::int32_t op, const Tensor& x, DType out) {
  Tensor y = TensorAccess::allocate(x.shape(), out, x.device());
  tensor_kernels_of(x.device()).unary(tensor_context(x.device()), op, loops<2>(x.shape(), {&y, &x}));
  return y;
}

Tensor run_binary(const char* name, std::int32_t op, const Tensor& a, const Tensor& b, DType out) {
  const Shape shape = a.shape() == b.shape() ? a.shape() : broadcast_shapes(name, {&a, &b});
  Tensor y = TensorAccess::allocate(shape, out, a.device());
  tensor_kernels_of(y.device()).binary(tensor_context(y.device()), op, loops<3>(shape, {&y, &a, &b}));
  return y;
}

Tensor sum_to(const Tensor& gradient, const Shape& shape) {
  if (gradient.shape() == shape) return gradient;
  const int lead = gradient.rank() - shape.rank();
  std::array<int, max_rank> axes{};
  int count = 0;
  for (int d = 0; d < gradient.rank(); ++d)
    if (d < lead || (shape[d - lead] == 1 && gradient.size(d) != 1)) axes[count++] = d;
  Tensor summed = gradient;
  while (count > 0) {  // the last first: the others keep their numbers
    const int d = axes[--count];
    summed = sum(summed, d, d >= lead);
  }
  return summed;
}

namespace {

/// The two products of gradients, whose own derivatives are the same: of a in b's slope and of b in a's.
template <class Op>
Tensor gradient_product(const Tensor& first, const Tensor& second, Tensor (*by_first)(const Tensor&, const Tensor&)) {
  const Device device = common_device(Op::info.name, first, second);
  const DType dtype = compute_dtype(Op::info.kind, first, second);
  const Tensor a = prepared(first, dtype, device), b = prepared(second, dtype, device);
  Tensor y = run_binary(Op::info.name, op_number<Op>(BinaryOps()), a, b, dtype);
  if (!is_recorded(a, b)) return y;
  const bool wants_a = TensorAccess::node(a) != nullptr, wants_b = TensorAccess::node(b) != nullptr;
  const auto rule = [wants_a, wants_b, by_first, a = Saved(a), b = Saved(b)](
                        const std::shared_ptr<Node>& self, const Tensor& g, std::span<Tensor> gradients) {
    const Tensor &x0 = a.get(*self), &x1 = b.get(*self);
    if (wants_a) gradients[0] = sum_to(by_first(g, x1), x0.shape());
    if (wants_b) gradients[1] = sum_to(gated_product(g, x0), x1.shape());
  };
  record({Op::info.name, OpCode::binary, op_number<Op>(BinaryOps())}, y, rule, a, b);
  return y;
}

}  // namespace

Tensor chain_product(const Tensor& gradient, const Tensor& slope) {
  return gradient_product<ChainProduct>(gradient, slope, chain_product);
}
Tensor gated_product(const Tensor& a, const Tensor& b) { return gradient_product<GatedProduct>(a, b, gated_product); }

namespace {

Tensor times(const Tensor& gradient, const Tensor& slope) { return chain_product(gradient, slope); }
Tensor times(const Tensor& gradient, double slope) {
  return slope == 1.0 ? gradient : slope == -1.0 ? -gradient : chain_product(gradient, slope);
}
Tensor times(const Tensor& gradient, const OpenWhere& gate) { return where(gate.mask, gradient, 0.0); }
Tensor times(const Tensor& gradient, const ShutWhere& gate) { return where(gate.mask, 0.0, gradient); }
Tensor times(const Tensor& gradient, const SignGate& gate) { return gated_product(gradient, gate.sign); }

/// A value that a rule may not need: nothing is kept then.
template <bool is_read>
struct SavedIf {
  explicit SavedIf(const Tensor& t) : saved(t) {}
  static SavedIf result(const Tensor& t) { return SavedIf(t.detach()); }
  const Tensor& get(const Node& node) const { return saved.get(node); }
  Tensor result_of(const std::shared_ptr<Node>& node) const { return saved.result_of(node); }
  Saved saved;
};
template <>
struct SavedIf<false> {
  explicit SavedIf(const Tensor&) {}
  static SavedIf result(const Tensor& t) { return SavedIf(t); }
  double get(const Node&) const { return 0; }
  double result_of(const std::shared_ptr<Node>&) const { return 0; }
};

template <class Op>
Tensor apply(const Tensor& operand) {
  const DType dtype = compute_dtype(Op::info.kind, operand);
  const Tensor x = operand.dtype() == dtype ? operand : cast(operand, dtype);
  constexpr std::int32_t number = op_number<Op>(UnaryOps());
  const OpId id{Op::info.name, OpCode::unary, number};
  if constexpr (Op::info.kind == OpKind::predicate) {
    Tensor y = run_unary(number, x, DType::boolean);
    record_flat(id, y, x);
    return y;
  } else if constexpr (Op::info.kind == OpKind::rounding) {
    Tensor y = run_unary(number, x, dtype);
    record_flat(id, y, x);
    return y;
  } else {
    Tensor y = run_unary(number, x, dtype);
    if (!is_recorded(x)) return y;
    using R = UnaryReads<Op>;
    record(
        id, y,
        [x = SavedIf<R::a>(x), y = SavedIf<R::y>::result(y)](const std::shared_ptr<Node>& self, const Tensor& g,
                                                             std::span<Tensor> gradients) {
          gradients[0] = times(g, Op::slope(x.get(*self), y.result_of(self)));
        },
        x);
    return y;
  }
}

template <class Op>
Tensor apply(const Tensor& first, const Tensor& second) {
  const Device device = common_device(Op::info.name, first, second);
  const DType dtype = compute_dtype(Op::info.kind, first, second);
  const Tensor a = prepared(first, dtype, device), b = prepared(second, dtype, device);
  constexpr std::int32_t number = op_number<Op>(BinaryOps());
  const OpId id{Op::info.name, OpCode::binary, number};
  if constexpr (Op::info.kind == OpKind::predicate) {
    Tensor y = run_binary(Op::info.name, number, a, b, DType::boolean);
    record_flat(id, y, a, b);
    return y;
  } else {
    Tensor y = run_binary(Op::info.name, number, a, b, dtype);
    if (!is_recorded(a, b)) return y;
    using ForA = ReadsForA<Op>;
    using ForB = ReadsForB<Op>;
    // A constant operand has no slope to compute.
    const bool wants_a = TensorAccess::node(a) != nullptr, wants_b = TensorAccess::node(b) != nullptr;
    const auto rule = [wants_a, wants_b, shape_a = a.shape(), shape_b = b.shape(),
                       a = SavedIf < ForA::a || ForB::a > (a), b = SavedIf < ForA::b || ForB::b > (b),
                       y = SavedIf < ForA::y || ForB::y > ::result(y)](const std::shared_ptr<Node>& self,
                                                                       const Tensor& g, std::span<Tensor> gradients) {
      const auto& x0 = a.get(*self);
      const auto& x1 = b.get(*self);
      const auto y0 = y.result_of(self);
      if (wants_a) gradients[0] = sum_to(times(g, Op::slope_a(x0, x1, y0)), shape_a);
      if (wants_b) gradients[1] = sum_to(times(g, Op::slope_b(x0, x1, y0)), shape_b);
    };
    record(id, y, rule, a, b);
    return y;
  }
}

}  // namespace

Tensor operator+(const Tensor& a, const Tensor& b) { return apply<Add>(a, b); }
Tensor operator-(const Tensor& a, const Tensor& b) { return apply<Sub>(a, b); }
Tensor operator*(const Tensor& a, const Tensor& b) { return apply<Mul>(a, b); }
Tensor operator/(const Tensor& a, const Tensor& b) { return apply<Div>(a, b); }
Tensor operator-(const Tensor& x) { return apply<Neg>(x); }
Tensor pow(const Tensor& a, const Tensor& b) { return apply<Pow>(a, b); }
Tensor maximum(const Tensor& a, const Tensor& b) { return apply<Maximum>(a, b); }
Tensor minimum(const Tensor& a, const Tensor& b) { return apply<Minimum>(a, b); }
Tensor polygamma(const Tensor& n, const Tensor& x) { return apply<Polygamma>(n, x); }
Tensor clamp(const Tensor& x, const Tensor& low, const Tensor& high) { return minimum(maximum(x, low), high); }

Tensor abs(const Tensor& x) { return apply<Abs>(x); }
Tensor sign(const Tensor& x) { return apply<Sign>(x); }
Tensor floor(const Tensor& x) { return apply<Floor>(x); }
Tensor ceil(const Tensor& x) { return apply<Ceil>(x); }
Tensor round(const Tensor& x) { return apply<RoundHalfEven>(x); }
Tensor trunc(const Tensor& x) { return apply<Trunc>(x); }
Tensor square(const Tensor& x) { return apply<Square>(x); }
Tensor relu(const Tensor& x) { return apply<Relu>(x); }
Tensor reciprocal(const Tensor& x) { return apply<Reciprocal>(x); }
Tensor sqrt(const Tensor& x) { return apply<Sqrt>(x); }
Tensor exp(const Tensor& x) { return apply<Exp>(x); }
Tensor expm1(const Tensor& x) { return apply<Expm1>(x); }
Tensor log(const Tensor& x) { return apply<Log>(x); }
Tensor log1p(const Tensor& x) { return apply<Log1p>(x); }
Tensor sigmoid(const Tensor& x) { return apply<Sigmoid>(x); }
Tensor softplus(const Tensor& x) { return apply<Softplus>(x); }
Tensor log_sigmoid(const Tensor& x) { return apply<LogSigmoid>(x); }
Tensor tanh(const Tensor& x) { return apply<Tanh>(x); }
Tensor erf(const Tensor& x) { return apply<Erf>(x); }
Tensor lgamma(const Tensor& x) { return apply<Lgamma>(x); }
Tensor digamma(const Tensor& x) { return apply<Digamma>(x); }

Tensor operator==(const Tensor& a, const Tensor& b) { return apply<Equal>(a, b); }
Tensor operator!=(const Tensor& a, const Tensor& b) { return apply<NotEqual>(a, b); }
Tensor operator<(const Tensor& a, const Tensor& b) { return apply<Less>(a, b); }
Tensor operator<=(const Tensor& a, const Tensor& b) { return apply<LessEqual>(a, b); }
Tensor operator>(const Tensor& a, const Tensor& b) { return apply<Greater>(a, b); }
Tensor operator>=(const Tensor& a, const Tensor& b) { return apply<GreaterEqual>(a, b); }
Tensor logical_and(const Tensor& a, const Tensor& b) { return apply<LogicalAnd>(a, b); }
Tensor logical_or(const Tensor& a, const Tensor& b) { return apply<LogicalOr>(a, b); }
Tensor logical_not(const Tensor& x) { return apply<LogicalNot>(x); }
Tensor is_nan(const Tensor& x) { return apply<IsNan>(x); }

Tensor where(const Tensor& mask, const Tensor& first, const Tensor& second) {
  if (mask.dtype() != DType::boolean)
    fail<DTypeError>("where: the mask is {}, but it must be bool. Hint: compare first, as in where(x > 0, a, b).",
                     name_of(mask.dtype()));
  const Device device = common_device("where", mask, first, second);
  if (mask.device() != device) return where(mask.to(device), first, second);
  const DType dtype =
      first.dtype() == second.dtype() ? first.dtype() : compute_dtype(OpKind::arithmetic, first, second);
  const Tensor a = prepared(first, dtype, device), b = prepared(second, dtype, device);
  const Shape shape = broadcast_shapes("where", {&mask, &a, &b});
  Tensor y = TensorAccess::allocate(shape, dtype, device);
  tensor_kernels_of(device).where(tensor_context(device), loops<4>(shape, {&y, &mask, &a, &b}));
  if (!is_recorded(mask, a, b)) return y;
  const bool wants_a = TensorAccess::node(a) != nullptr, wants_b = TensorAccess::node(b) != nullptr;
  const auto rule = [wants_a, wants_b, mask = Saved(mask), shape_a = a.shape(), shape_b = b.shape()](
                        const std::shared_ptr<Node>& self, const Tensor& g, std::span<Tensor> gradients) {
    const Tensor& m = mask.get(*self);
    if (wants_a) gradients[1] = sum_to(where(m, g, 0.0), shape_a);
    if (wants_b) gradients[2] = sum_to(where(m, 0.0, g), shape_b);
  };
  record({"where", OpCode::where}, y, rule, mask, a, b);
  return y;
}

void write_over(const Tensor& target, const Tensor& values) {
  const Device device = target.device();
  if (values.device() != device) return write_over(target, prepared(values, target.dtype(), device));
  const Tensor from = values.broadcast_to(target.shape());
  tensor_kernels_of(device).copy(tensor_context(device), loops<2>(target.shape(), {&target, &from}));
}

Tensor cast(const Tensor& x, DType dtype) {
  if (x.dtype() == dtype) return x;
  Tensor y = TensorAccess::allocate(x.shape(), dtype, x.device());
  tensor_kernels_of(x.device()).copy(tensor_context(x.device()), loops<2>(x.shape(), {&y, &x}));
  const OpId id{"cast", OpCode::cast, static_cast<std::int64_t>(dtype)};
  if (!is_floating(dtype)) {
    record_flat(id, y, x);
  } else if (is_recorded(x)) {
    record(
        id, y,
        [dtype = x.dtype()](const std::shared_ptr<Node>&, const Tensor& g, std::span<Tensor> gradients) {
          gradients[0] = cast(g, dtype);
        },
        x);
  }
  return y;
}

}  // namespace linden
