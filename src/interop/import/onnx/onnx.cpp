#include "interop/import/onnx/onnx.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "interop/import/onnx/ensemble.hpp"
#include "interop/import/onnx/graph.hpp"
#include "interop/trees/foreign_tree.hpp"
#include "loss/link_only.hpp"

namespace linden {
namespace onnx {
namespace {

constexpr std::string_view models[] = {"TreeEnsembleRegressor", "TreeEnsembleClassifier", "TreeEnsemble",
                                       "LinearRegressor", "LinearClassifier"};

// Operators that change no prediction.
constexpr std::string_view transparent[] = {"Cast", "Identity", "ZipMap", "Flatten"};

// The one model of a graph, and what stands around it.
struct Pipeline {
  const Operator* model = nullptr;
  bool is_double = false;     // whether rows are compared as doubles
  std::int64_t columns = -1;  // of the input; -1: not told
  std::string function;       // behind the model: "Exp", "Sigmoid", "Softmax", or nothing
};

bool is_one_of(const Operator& op, std::span<const std::string_view> names) {
  return std::ranges::find(names, op.type()) != names.end();
}

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
    if (is_before && op.type() == "Cast") {
      constexpr std::int64_t to_float = 1, to_double = 11;
      const std::int64_t to = op.whole("to", 0);
      if (to != to_float && to != to_double) op.refuse(fmt::format("makes elements of type {} of the rows", to));
      pipeline.is_double = pipeline.is_double && to == to_double;
      continue;
    }
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

// The names of classes, and how many there are.
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

// The link that a transform, and a function behind it, make predictions with.
std::string transform_of(const Pipeline& pipeline, const std::string& transform) {
  if (transform != "NONE" && transform != "LOGISTIC" && transform != "SOFTMAX")
    pipeline.model->refuse(fmt::format("has the post_transform {}, which no link here makes", transform.substr(0, 40)));
  if (pipeline.function.empty()) return transform;
  if (transform != "NONE")
    pipeline.model->refuse(fmt::format("is followed by {} and has a post_transform", pipeline.function));
  return pipeline.function == "Exp" ? "EXP" : pipeline.function == "Sigmoid" ? "LOGISTIC" : "SOFTMAX";
}

// Of classes, whose predictions are probabilities, or of numbers.
Loss loss_of(const Pipeline& pipeline, const std::string& transform, bool is_classifier, int outputs) {
  const std::string name = "onnx " + pipeline.model->type();
  if (transform == "SOFTMAX") {
    if (outputs < 2) pipeline.model->refuse("has the softmax of one score");
    return is_classifier ? loss::softmax({outputs}) : link_only_loss(name, Link::softmax, outputs, LabelKind::real);
  }
  if (transform == "LOGISTIC") {
    if (!is_classifier) return link_only_loss(name, Link::sigmoid, outputs, LabelKind::share);
    return outputs == 1 ? loss::logistic() : loss::one_vs_all({outputs});
  }
  const Link link = transform == "EXP" ? Link::exp : Link::identity;
  return link_only_loss(name, link, outputs, transform == "EXP" ? LabelKind::nonnegative : LabelKind::real);
}

BoostedModel trees_of(const Pipeline& pipeline, std::size_t bytes) {
  const Operator& op = *pipeline.model;
  Ensemble ensemble = op.type() == "TreeEnsemble" ? ensemble_of_leaves(op) : ensemble_of_weights(op);
  const bool is_classifier = op.type() == "TreeEnsembleClassifier";
  if (ensemble.aggregate != "SUM" && ensemble.aggregate != "AVERAGE")
    op.refuse(fmt::format("takes the {} of its trees, and sums and averages are known here",
                          ensemble.aggregate.substr(0, 40)));
  std::vector<std::string> classes = is_classifier ? classes_of(op) : std::vector<std::string>();
  std::int64_t outputs = ensemble.targets;
  if (outputs < 1 || outputs > static_cast<std::int64_t>(bytes)) op.refuse(fmt::format("has {} targets", outputs));
  // Two classes whose leaves all speak of one are one score: that of the second.
  bool speaks_of_one = is_classifier && outputs == 2;
  std::int32_t only = -1;
  for (const EnsembleNode& node : ensemble.nodes)
    for (const auto& [target, weight] : node.weights) {
      speaks_of_one = speaks_of_one && (only < 0 || only == target);
      only = target;
    }
  if (speaks_of_one) {
    outputs = 1;
    for (EnsembleNode& node : ensemble.nodes)
      for (auto& [target, weight] : node.weights) target = 0;
    if (ensemble.base.size() == 2) ensemble.base = {ensemble.base[1]};
  }
  if (!ensemble.base.empty() && std::ssize(ensemble.base) != outputs)
    op.refuse(fmt::format("has {} base_values for {} scores", ensemble.base.size(), outputs));
  ensemble.base.resize(static_cast<std::size_t>(outputs));
  std::int64_t last_used = -1;
  for (const EnsembleNode& node : ensemble.nodes)
    if (node.mode != Mode::leaf) last_used = std::max(last_used, node.feature);
  const std::string transform = transform_of(pipeline, ensemble.transform);
  BoostedModel::State state = foreign_state(loss_of(pipeline, transform, is_classifier, static_cast<int>(outputs)),
                                            feature_names(pipeline, last_used, bytes), ensemble.base);
  if (classes.size() == state.classes.size()) state.classes = std::move(classes);
  if (ensemble.aggregate == "AVERAGE")
    for (EnsembleNode& node : ensemble.nodes)
      for (auto& [target, weight] : node.weights) weight /= static_cast<double>(ensemble.roots.size());
  if (speaks_of_one && transform == "NONE")
    state.warnings.emplace_back("A classifier without a link: predictions are the scores of its second class.");
  add_trees(ensemble, pipeline.is_double, bytes, state);
  return BoostedModel(imported("the ONNX model", std::move(state)));
}

}  // namespace
}  // namespace onnx

bool looks_like_onnx(std::string_view head) {
  // The version of the format, a small number, and then another field of the file's first ten.
  if (head.size() < 3 || head[0] != 0x08 || head[1] < 1 || head[1] > 64) return false;
  return std::string_view("\x12\x1a\x22\x28\x32\x3a\x42\x72").find(head[2]) != std::string_view::npos;
}

AnyModel read_onnx(std::string_view bytes) {
  return or_out_of_memory("read_onnx", [&]() -> AnyModel {
    const onnx::Graph graph = onnx::graph_of(bytes);
    const onnx::Pipeline pipeline = onnx::pipeline_of(graph);
    return onnx::trees_of(pipeline, bytes.size());
  });
}

}  // namespace linden
