// Elementwise functions that run in one pass over memory.
//
//     const auto gelu = fuse([](const Tensor& x) { return 0.5 * x * (1.0 + erf(x * 0.7071067811865476)); });
//     Tensor y = gelu(x);                                 // four operations, x read once and y written once
//     backward(sum(gelu(v)));                             // the gradient is fused, too
//
//     const auto f = fuse([](const Tensor& x, const Tensor& mean, const Tensor& scale) {
//       return where(scale > 0.0, (x - mean) / scale, 0.0);
//     });
//     Tensor z = f(table, table.mean(0), 2.0);            // arguments broadcast, and numbers go along
//
// A chain of n operations on tensors larger than the caches reads and writes memory n times, and memory is what takes
// its time. A fused function has the bytes of the chain, on every device, dtype and number of threads.
//
// What may stand in it: operators, comparisons, where, cast and the elementwise functions of ops.hpp, with numbers
// between. The function is called on a few made-up elements when it meets arguments of new dtypes, and what it does
// then is kept: numbers that it captures are those of that moment, and a branch (if) takes the same side for good.
#pragma once

#include <concepts>
#include <functional>
#include <linden/autograd.hpp>
#include <linden/export.hpp>
#include <linden/tensor.hpp>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace linden {

namespace detail {

class FusedFunctions;

/// A fused function of any number of tensors.
class LINDEN_API FusedFunction {
 public:
  explicit FusedFunction(FunctionOfMany f);
  Tensor operator()(std::vector<Tensor> xs) const;

 private:
  std::shared_ptr<FusedFunctions> functions_;
};

}  // namespace detail

/// A function of as many tensors as there are in the list. Copies share what has been traced; any number of threads may
/// call it.
template <class... Tensors>
requires(sizeof...(Tensors) > 0 && sizeof...(Tensors) <= 6 && (std::same_as<Tensors, Tensor> && ...)) class Fused {
 public:
  /// Throws ArgumentError for an empty function.
  explicit Fused(std::function<Tensor(const Tensors&...)> f) : function_(spread(std::move(f))) {}

  /// The function's result; on the tape where it depends on a variable, as any operation is. Its derivatives, of every
  /// order, are fused functions of the arguments and the gradient that arrives: arguments are what the tape keeps. The
  /// gradient of an argument that broadcasts is summed at the end, where the chain would sum after each operation.
  ///
  /// Throws ArgumentError for what cannot run in one pass, and says what that is: reductions, products of matrices,
  /// views and changes of shape, tensors that are no arguments (of more than one element, or on the tape), numbers read
  /// from arguments (item(), size(0)), more than 128 operations. Throws ShapeError for arguments that do not broadcast,
  /// DeviceError for arguments on two devices, and what the operations throw for their dtypes.
  Tensor operator()(const Tensors&... xs) const { return function_({xs...}); }

 private:
  static FunctionOfMany spread(std::function<Tensor(const Tensors&...)> f) {
    if (!f) return nullptr;
    return [f = std::move(f)](const std::vector<Tensor>& xs) {
      return [&]<std::size_t... i>(std::index_sequence<i...>) { return f(xs[i]...); }
      (std::index_sequence_for<Tensors...>());
    };
  }

  detail::FusedFunction function_;
};

namespace detail {

template <class... Arguments>
Fused<std::remove_cvref_t<Arguments>...> fused(std::function<Tensor(Arguments...)> f) {
  return Fused<std::remove_cvref_t<Arguments>...>(std::move(f));
}

}  // namespace detail

/// `f` is a function, or a lambda, of one to six tensors (const Tensor& each, not auto).
template <class Function>
auto fuse(Function f) {
  return detail::fused(std::function(std::move(f)));
}

}  // namespace linden
