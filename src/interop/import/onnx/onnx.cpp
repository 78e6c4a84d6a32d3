#include "interop/import/onnx/onnx.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "interop/import/onnx/ensemble.hpp"
#include "interop/import/onnx/graph.hpp"
#include "interop/import/onnx/linear.hpp"
#include "interop/import/onnx/pipeline.hpp"
#include "interop/trees/foreign_tree.hpp"
#include "loss/link_only.hpp"

namespace linden {
namespace onnx {
namespace {

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
  if (pipeline.is_normalized) op.refuse("is followed by Normalizer, and predictions here are not divided by their sum");
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
    if (pipeline.model->type().starts_with("Linear")) return onnx::linear_of(pipeline, bytes.size());
    return onnx::trees_of(pipeline, bytes.size());
  });
}

}  // namespace linden
