// Derivatives against central differences along random directions; the second order is the first of the gradient.
#include <algorithm>
#include <cmath>
#include <linden/autograd.hpp>
#include <linden/ops.hpp>

#include "tensor/node.hpp"
#include "backend/math/philox.hpp"
#include "base/fail.hpp"
#include "base/out_of_memory.hpp"

namespace linden {
namespace {

/// Numbers in [0.5, 1) with random signs, the same for one seed: none is so small that an error behind it hides.
class Directions {
 public:
  explicit Directions(std::uint64_t seed) : seed_(seed) {}

  Tensor like(const Tensor& x) {
    Tensor t = Tensor::empty(x.shape());
    for (double& value : t.span<double>()) {
      const std::uint64_t bits = random_bits(seed_, Draw::tensor, 0, drawn_++);
      value = (0.5 + static_cast<double>(bits >> 12) * 0x1p-53) * ((bits & 1) != 0 ? 1 : -1);
    }
    return t.to(x.device());
  }

 private:
  std::uint64_t seed_, drawn_ = 0;
};

double largest(const Tensor& x) { return x.elements() == 0 ? 0 : max(abs(x)).item(); }

/// The gradient of `f`, of one element, for each of `xs`, on the tape: zeros for a constant.
std::vector<Tensor> gradients(const FunctionOfMany& f, const std::vector<Tensor>& xs) {
  const Tensor y = f(xs);
  if (y.requires_grad()) return grad(y, xs, {.create_graph = true});
  std::vector<Tensor> zeros;
  for (const Tensor& x : xs) zeros.push_back(Tensor::zeros(x.shape(), x.dtype(), x.device()));
  return zeros;
}

void check_first(const FunctionOfMany& f, const std::vector<Tensor>& xs, int order, const GradientCheckOptions& options,
                 Directions& directions, GradientCheck& check) {
  std::vector<Tensor> at;
  for (const Tensor& x : xs) at.push_back(x.detach().set_requires_grad());
  const std::vector<Tensor> slopes = gradients(f, at);
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const Tensor direction = directions.like(xs[i]);
    const double derivative = sum(slopes[i].detach() * direction).item();
    const double step = options.step * std::max(1.0, largest(xs[i].detach()));
    const auto moved = [&](double steps) {
      std::vector<Tensor> to;
      for (const Tensor& x : xs) to.push_back(x.detach());
      to[i] = (to[i] + direction * (steps * step)).set_requires_grad();  // f may want a tape of its own
      return f(to).item();
    };
    const double difference = (8 * (moved(1) - moved(-1)) - (moved(2) - moved(-2))) / (12 * step);
    const double error = std::abs(derivative - difference) / std::max(1.0, std::abs(difference));
    check.worst = std::isnan(error) ? error : std::max(check.worst, error);
    if (error <= options.tolerance || !check.passed) continue;
    check.passed = false;
    check.message =
        fmt::format("derivative of order {} in argument {} along a random direction: the tape says {}, differences {}",
                    order, i, derivative, difference);
  }
}

}  // namespace

GradientCheck check_gradients(const FunctionOfMany& f, const std::vector<Tensor>& xs,
                              const GradientCheckOptions& options) try {
  if (!f) fail<ArgumentError>("check_gradients: the function is empty.");
  for (const Tensor& x : xs)
    if (x.dtype() != DType::f64)
      fail<DTypeError>("check_gradients: an argument is {}, but differences need f64. Hint: cast(x, DType::f64).",
                       name_of(x.dtype()));
  if (options.order < 1 || options.order > 2)
    fail<ArgumentError>("check_gradients: order is {}, but it must be 1 or 2.", options.order);
  const TapeScope scope(TapeMode::on);
  Directions directions(options.seed);
  std::vector<Tensor> values;
  for (const Tensor& x : xs) values.push_back(x.detach());
  const Tensor weights = directions.like(f(values));
  const FunctionOfMany weighted = [&](const std::vector<Tensor>& at) { return sum(f(at) * weights); };

  GradientCheck check;
  check_first(weighted, xs, 1, options, directions, check);
  if (options.order == 1) return check;
  std::vector<Tensor> turns;
  for (const Tensor& x : xs) turns.push_back(directions.like(x));
  const FunctionOfMany slope = [&](const std::vector<Tensor>& at) {
    std::vector<Tensor> on_tape;
    for (const Tensor& x : at) on_tape.push_back(x.requires_grad() ? x : x.detach().set_requires_grad());
    const std::vector<Tensor> g = gradients(weighted, on_tape);
    Tensor total = 0.0;
    for (std::size_t i = 0; i < g.size(); ++i) total = total + sum(g[i] * turns[i]);
    return total;
  };
  check_first(slope, xs, 2, options, directions, check);
  return check;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("check_gradients");
}

}  // namespace linden
