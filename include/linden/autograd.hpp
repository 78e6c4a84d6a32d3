// Derivatives of every order, by a tape whose rules are themselves tensor operations.
//
//     Tensor w = Tensor::zeros({28}).set_requires_grad();
//     Tensor loss = mean(softplus(matmul(x, w)) - y * matmul(x, w));
//     backward(loss);                       // w.grad()
//
//     auto [value, g] = value_and_grad([&](const Tensor& w) { return loss_of(w); }, w);    // without touching w
//     Tensor hv = hvp([&](const Tensor& w) { return loss_of(w); }, w, v);                  // Hessian times v
//
// Whatever is computed from a variable (Tensor::set_requires_grad) goes on the tape, on the thread that computes it.
// A tape lives as long as a result on it.
//
// A gradient that is 0 stays 0 whatever slope it meets, infinite ones and those that are not a number too, in every
// order: where(x > 0, log(x), 0) has the derivative 0 at -1, and maximum, clamp, relu and abs let nothing through that
// they shut out. (Products of matrices follow IEEE 754: there 0 * NaN is NaN.)
#pragma once

#include <functional>
#include <linden/error.hpp>
#include <linden/export.hpp>
#include <linden/tensor.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace linden {

struct BackwardOptions {
  /// Keep what the tape saved, for another backward through it.
  bool retain_graph = false;
  /// Put the gradients on the tape too, for derivatives of derivatives; keeps the graph as well.
  bool create_graph = false;
};

/// Adds d y / d x to x.grad() for every variable x that y was computed from. `y` has one element.
/// Throws ShapeError otherwise, GraphError when y is not on the tape, the graph was freed by an earlier backward, or a
/// saved value was changed in place since.
LINDEN_API void backward(const Tensor& y, const BackwardOptions& options = {});
/// The same for any y, with the gradient that arrives at it: adds the sum of gradient * d y / d x.
LINDEN_API void backward(const Tensor& y, const Tensor& gradient, const BackwardOptions& options = {});

/// d y / d x for each of `xs` (variables, or results on the way to y), which it leaves alone. Zeros where y does not
/// depend on x. Throws as backward does.
LINDEN_API std::vector<Tensor> grad(const Tensor& y, const std::vector<Tensor>& xs,
                                    const BackwardOptions& options = {});
/// The sum of gradient * d y / d x.
LINDEN_API std::vector<Tensor> grad(const Tensor& y, const std::vector<Tensor>& xs, const Tensor& gradient,
                                    const BackwardOptions& options = {});

/// Until the end of the scope, on this thread, nothing goes on the tape.
class LINDEN_API NoGrad {
 public:
  NoGrad();
  ~NoGrad();
  NoGrad(const NoGrad&) = delete;
  NoGrad& operator=(const NoGrad&) = delete;

 private:
  int before_;
};

// Functions of tensors, transformed. The arguments are values: whatever tape they are on is not followed. All throw
// ArgumentError for an empty function.

using Function = std::function<Tensor(const Tensor&)>;
using FunctionOfMany = std::function<Tensor(const std::vector<Tensor>&)>;

/// f(x), of one element, and its gradient.
LINDEN_API std::pair<Tensor, Tensor> value_and_grad(const Function& f, const Tensor& x);
LINDEN_API std::pair<Tensor, std::vector<Tensor>> value_and_grad(const FunctionOfMany& f,
                                                                 const std::vector<Tensor>& xs);
/// f(x), and v^T times its Jacobian: the shape of x. `v` has the shape of f(x).
LINDEN_API std::pair<Tensor, Tensor> vjp(const Function& f, const Tensor& x, const Tensor& v);
/// f(x), and its Jacobian times v: the shape of f(x). `v` has the shape of x. (By two backward passes.)
LINDEN_API std::pair<Tensor, Tensor> jvp(const Function& f, const Tensor& x, const Tensor& v);
/// The Hessian of f, of one element, times v: the shape of x.
LINDEN_API Tensor hvp(const Function& f, const Tensor& x, const Tensor& v);

struct GradientCheckOptions {
  int order = 2;            ///< 1: gradients; 2: their derivatives too
  double step = 1e-4;       ///< of the differences, relative to max(1, |x|)
  double tolerance = 1e-6;  ///< of the error relative to max(1, |derivative|)
  std::uint64_t seed = 0;   ///< of the random directions and weights
};

/// Compares derivatives with central differences, along random directions, in f64.
struct GradientCheck {
  bool passed = true;
  double worst = 0;     ///< largest error, relative to max(1, |derivative|)
  std::string message;  ///< where it was, and both values; empty when all is well
};
/// Of `f`, at `xs` (f64), for every argument. Throws DTypeError for other dtypes.
LINDEN_API GradientCheck check_gradients(const FunctionOfMany& f, const std::vector<Tensor>& xs,
                                         const GradientCheckOptions& options = {});

}  // namespace linden
