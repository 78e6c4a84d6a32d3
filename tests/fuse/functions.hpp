// Chains of operations that tests fuse: as one function of several tensors, fused and not.
#pragma once

#include <linden/fuse.hpp>
#include <linden/ops.hpp>
#include <string>
#include <vector>

#include "ops/tensors.hpp"

namespace linden::fuse_test {

struct Chain {
  std::string name;
  FunctionOfMany plain, fused;
  int arguments;
};

template <class... Tensors>
Chain chain(std::string name, Tensor (*f)(const Tensors&...)) {
  const auto spread = [](auto function) {
    return [function](const std::vector<Tensor>& xs) {
      return [&]<std::size_t... i>(std::index_sequence<i...>) { return function(xs[i]...); }
      (std::index_sequence_for<Tensors...>());
    };
  };
  return {std::move(name), spread(f), spread(fuse(f)), static_cast<int>(sizeof...(Tensors))};
}

/// With smooth ones and such that have kinks, masks, casts, values that are read twice, and one operation alone.
inline std::vector<Chain> chains() {
  using T = const Tensor&;
  return {
      chain(
          "exp(x) y + 1", +[](T x, T y) { return exp(x) * y + 1.0; }),
      chain(
          "one", +[](T x) { return sigmoid(x); }),
      chain(
          "itself", +[](T x) { return x.clone(); }),
      chain(
          "where", +[](T x, T y, T z) { return where(x > y, log(x - y), z * 2.0); }),
      chain(
          "kinks", +[](T x, T y) { return maximum(abs(x), relu(y)) - clamp(x, -0.5, 0.5); }),
      chain(
          "powers", +[](T x, T y) { return pow(square(x) + 1.0, y) / (x + 5.0) + pow(abs(y) + 0.5, -1.5); }),
      chain(
          "twice",
          +[](T x, T y) {
            const Tensor t = tanh(x * y);
            return t * t + t / (1.0 + square(t)) - t;
          }),
      chain(
          "rounded", +[](T x, T y) { return (x - floor(x)) * y + sign(y) * x; }),
      chain(
          "cast", +[](T x, T y) { return cast(cast(x * 3.0, DType::i32), DType::f64) * y + cast(x < y, DType::f64); }),
      chain(
          "many",
          +[](T a, T b, T c, T d, T e, T f) {
            return softplus(a * b) + log1p(exp(c)) * sqrt(square(d) + 1.0) - erf(e) * expm1(f * 0.1) +
                   lgamma(square(a) + 1.0);
          }),
  };
}

inline std::vector<Tensor> arguments(int count, const Shape& shape, DType dtype) {
  std::vector<Tensor> all;
  for (int i = 0; i < count; ++i) all.push_back(cast(scattered(shape, i + 1), dtype));
  return all;
}

}  // namespace linden::fuse_test
