// LinearRegressor and LinearClassifier.
#pragma once

#include <cstddef>
#include <linden/linear.hpp>

#include "interop/import/onnx/pipeline.hpp"

namespace linden::onnx {

/// Its loss is the one that has the link of the graph's predictions: squared, poisson (of Exp), logistic or softmax.
/// Throws FileError for others, and for several targets.
LinearModel linear_of(const Pipeline& pipeline, std::size_t bytes);

}  // namespace linden::onnx
