// A graph of one model, and what stands around it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "interop/import/onnx/graph.hpp"

namespace linden::onnx {

struct Pipeline {
  const Operator* model = nullptr;  ///< of the graph, which must outlive it
  bool is_double = false;           ///< whether rows are compared as doubles
  bool is_normalized = false;       ///< whether predictions are divided by their sum
  std::int64_t columns = -1;        ///< of the input; -1: not told
  std::string function;             ///< behind the model: "Exp", "Sigmoid", "Softmax", or nothing
};

/// Throws FileError for a graph that is more than that.
Pipeline pipeline_of(const Graph& graph);

/// What makes predictions of scores: NONE, LOGISTIC, SOFTMAX or EXP.
std::string transform_of(const Pipeline& pipeline, const std::string& transform);

/// The names of a classifier's classes.
std::vector<std::string> classes_of(const Operator& op);

/// Names for as many columns as the input has, or as are used. Throws FileError for more than a file of so many bytes
/// can mean.
std::vector<std::string> feature_names(const Pipeline& pipeline, std::int64_t last_used, std::size_t bytes);

}  // namespace linden::onnx
