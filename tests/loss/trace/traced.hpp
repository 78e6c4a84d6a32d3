// Functions of tensors as row programs, and numbers to run them on.
#pragma once

#include <cmath>
#include <functional>
#include <linden/link.hpp>
#include <linden/tensor.hpp>
#include <span>
#include <utility>

#include "loss/trace/trace.hpp"

namespace linden {

using Parameters = std::span<const Tensor>;
using RowFunction = std::function<Tensor(const Tensor& score, const Tensor& label)>;

inline TensorLoss plain(RowFunction f) {
  return [f = std::move(f)](const Tensor& s, const Tensor& y, Parameters) { return f(s, y); };
}

inline Trace traced(const RowFunction& f, int outputs = 1, LabelKind labels = LabelKind::real) {
  return trace("mine", plain(f), {outputs, 0, labels, -1});
}

/// Numbers in (low, high) without a pattern.
inline Tensor scattered_tensor(const Shape& shape, double low, double high, double start = 0.1) {
  Tensor t = Tensor::empty(shape);
  for (double& x : t.span<double>()) {
    start = std::fmod(start + 0.6180339887498949, 1.0);
    x = low + (high - low) * start;
  }
  return t;
}

}  // namespace linden
