#include "interop/import/onnx/pipeline.hpp"

#include <algorithm>
#include <span>

#include "base/fail.hpp"
#include "interop/trees/foreign_tree.hpp"

namespace linden::onnx {
namespace {

constexpr std::string_view models[] = {"TreeEnsembleRegressor", "TreeEnsembleClassifier", "TreeEnsemble",
                                       "LinearRegressor", "LinearClassifier"};

// Operators that change no prediction.
constexpr std::string_view transparent[] = {"Cast", "Identity", "ZipMap", "Flatten", "Normalizer"};

bool is_one_of(const Operator& op, std::span<const std::string_view> names) {
  return std::ranges::find(names, op.type()) != names.end();
}

}  // namespace

Pipeline pipeline_of(const Graph& graph) {
  Pipeline pipeline;
  if (graph.inputs.size() != 1)
    fail<FileError>("the graph has {} inputs, and one matrix of rows belongs there.", graph.inputs.size());
  pipeline.is_double = graph.inputs[0].is_double;
  pipeline.columns = graph.inputs[0].columns;
  for (const Operator& op : graph.operators) {
    if (is_one_of(op, models)) {
      if (pipeline.model != nullptr) op.refuse("is a second model in one graph");
      pipeline.model = &op;
      continue;
    }
    const bool is_before = pipeline.model == nullptr;
    if (is_before && op.type() == "MatMul")
      op.refuse(
          "is a product of matrices, as linear models are written by Linden and by others: such graphs are not read. "
          "Hint: the model file that the graph was made of, or a graph with LinearRegressor or LinearClassifier");
    if (is_before && op.type() == "Cast") {
      constexpr std::int64_t to_float = 1, to_double = 11;
      const std::int64_t to = op.whole("to", 0);
      if (to != to_float && to != to_double) op.refuse(fmt::format("makes elements of type {} of the rows", to));
      pipeline.is_double = pipeline.is_double && to == to_double;
      continue;
    }
    if (op.type() == "Normalizer") pipeline.is_normalized = true;
    if (op.type() == "Identity" || (!is_before && is_one_of(op, transparent))) continue;
    const bool is_function = op.type() == "Exp" || op.type() == "Sigmoid" || op.type() == "Softmax";
    if (is_before || !is_function || !pipeline.function.empty())
      op.refuse(
          "is none that is known here: a graph is one model, with Cast, Identity, ZipMap and one of Exp, Sigmoid "
          "and Softmax around it. Hint: write the model to ONNX without what comes before and after it");
    pipeline.function = op.type();
  }
  if (pipeline.model == nullptr)
    fail<FileError>("the graph has none of the operators {}, {}, {}, {}, {}.", models[0], models[1], models[2],
                    models[3], models[4]);
  return pipeline;
}

std::vector<std::string> classes_of(const Operator& op) {
  std::vector<std::string> names;
  for (const std::string_view name : op.texts("classlabels_strings")) names.emplace_back(name);
  if (!names.empty()) return names;
  for (const char* key : {"classlabels_int64s", "classlabels_ints"})
    if (names.empty())
      for (const std::int64_t number : op.wholes(key)) names.push_back(std::to_string(number));
  return names;
}

std::vector<std::string> feature_names(const Pipeline& pipeline, std::int64_t last_used, std::size_t bytes) {
  const auto most = static_cast<std::int64_t>(std::max<std::size_t>(bytes, 100000));
  const std::int64_t columns = std::max(pipeline.columns, last_used + 1);
  if (columns > most) fail<FileError>("the graph takes rows of {} columns, too many for its size.", columns);
  return numbered_names(static_cast<std::size_t>(std::max<std::int64_t>(columns, 0)));
}

std::string transform_of(const Pipeline& pipeline, const std::string& transform) {
  if (transform != "NONE" && transform != "LOGISTIC" && transform != "SOFTMAX")
    pipeline.model->refuse(fmt::format("has the post_transform {}, which no link here makes", transform.substr(0, 40)));
  if (pipeline.function.empty()) return transform;
  if (transform != "NONE")
    pipeline.model->refuse(fmt::format("is followed by {} and has a post_transform", pipeline.function));
  return pipeline.function == "Exp" ? "EXP" : pipeline.function == "Sigmoid" ? "LOGISTIC" : "SOFTMAX";
}

}  // namespace linden::onnx
