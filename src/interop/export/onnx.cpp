// ONNX: TreeEnsemble of ai.onnx.ml 5, or a product with the weights, and the link by operators of the standard set, all
// in double. The input "features" is [rows, features], with NaN for missing values and codes for categories, whose
// names stand in the model's metadata; outputs are "prediction" [rows, outputs] and, of models of classes, "label"
// [rows].
#include <algorithm>
#include <limits>
#include <linden/version.hpp>

#include "interop/document/onnx_proto.hpp"
#include "interop/document/protobuf.hpp"
#include "interop/export/scalar_trees.hpp"
#include "json/writer.hpp"

namespace linden::exporting {
namespace {

namespace proto = onnx;  // fields by their names

constexpr std::int64_t ir_version = 10, standard_opset = 21, trees_opset = 5;
constexpr const char* trees_domain = "ai.onnx.ml";

using Whole = std::vector<std::int64_t>;
using Doubles = std::vector<double>;

ProtoWriter tensor(const std::string& name, std::int64_t type, const Whole& dims, std::string_view raw) {
  ProtoWriter message;
  if (!dims.empty()) message.wholes(proto::tensor::dims, dims);
  message.whole(proto::tensor::data_type, type);
  message.bytes(proto::tensor::name, name);
  message.bytes(proto::tensor::raw_data, raw);
  return message;
}
ProtoWriter tensor(const std::string& name, const Doubles& values, const Whole& dims) {
  return tensor(name, proto::tensor::of_double, dims, ProtoWriter::raw(values));
}
ProtoWriter tensor(const std::string& name, const Doubles& values) {
  return tensor(name, values, {std::ssize(values)});
}
ProtoWriter tensor(const std::string& name, const Whole& values) {
  return tensor(name, proto::tensor::of_int64, {std::ssize(values)}, ProtoWriter::raw(values));
}
ProtoWriter tensor(const std::string& name, const std::vector<std::string>& values) {
  ProtoWriter message;
  message.wholes(proto::tensor::dims, {std::ssize(values)});
  message.whole(proto::tensor::data_type, proto::tensor::of_string);
  for (const std::string& value : values) message.bytes(proto::tensor::string_data, value);
  message.bytes(proto::tensor::name, name);
  return message;
}

class Node {
 public:
  Node(const std::string& op, const std::vector<std::string>& inputs, const std::vector<std::string>& outputs,
       const char* domain = "") {
    for (const std::string& input : inputs) message_.bytes(proto::node::input, input);
    for (const std::string& output : outputs) message_.bytes(proto::node::output, output);
    message_.bytes(proto::node::name, op + " of " + outputs.back());
    message_.bytes(proto::node::op_type, op);
    if (*domain != 0) message_.bytes(proto::node::domain, domain);
  }
  Node& with(const std::string& name, std::int64_t value) {
    return add(name, proto::attribute::of_int, [&](ProtoWriter& a) { a.whole(proto::attribute::i, value); });
  }
  Node& with(const std::string& name, const Whole& values) {
    return add(name, proto::attribute::of_ints, [&](ProtoWriter& a) { a.wholes(proto::attribute::ints, values); });
  }
  Node& with(const std::string& name, const ProtoWriter& value) {
    return add(name, proto::attribute::of_tensor, [&](ProtoWriter& a) { a.message(proto::attribute::t, value); });
  }
  const ProtoWriter& message() const noexcept { return message_; }

 private:
  template <class Put>
  Node& add(const std::string& name, std::int64_t type, const Put& put) {
    ProtoWriter attribute;
    attribute.bytes(proto::attribute::name, name);
    put(attribute);
    attribute.whole(proto::attribute::type, type);
    message_.message(proto::node::attribute, attribute);
    return *this;
  }

  ProtoWriter message_;
};

// The parallel lists of all trees. Nodes and leaves are numbered over the whole ensemble.
class Ensemble {
 public:
  explicit Ensemble(const BoostedModel::State& model) : model_(model) {
    for (const ScalarTree& tree : scalar_trees(model)) add(tree);
  }

  Node node() const {
    Node node("TreeEnsemble", {"features"}, {"score"}, trees_domain);
    node.with("aggregate_function", 1).with("post_transform", 0).with("n_targets", model_.outputs());
    node.with("tree_roots", roots_).with("nodes_featureids", features_).with("nodes_splits", tensor("", thresholds_));
    node.with("nodes_modes", tensor("", proto::tensor::of_uint8, {std::ssize(modes_)}, modes_));
    node.with("nodes_truenodeids", true_nodes_).with("nodes_trueleafs", true_is_leaf_);
    node.with("nodes_falsenodeids", false_nodes_).with("nodes_falseleafs", false_is_leaf_);
    node.with("nodes_missing_value_tracks_true", missing_is_true_);
    node.with("leaf_targetids", leaf_outputs_).with("leaf_weights", tensor("", leaf_values_));
    if (!members_.empty()) node.with("membership_values", tensor("", members_));
    return node;
  }

 private:
  static constexpr char at_most = 0, is_member = 6;  // of nodes_modes

  void add(const ScalarTree& tree) {
    const std::vector<TreeNode>& nodes = tree.tree->nodes;
    std::vector<std::int64_t> places;
    auto split = std::ssize(features_);
    roots_.push_back(split);
    for (const TreeNode& node : nodes) {
      places.push_back(node.feature < 0 ? std::ssize(leaf_values_) : split++);
      if (node.feature >= 0) continue;
      leaf_values_.push_back(tree.value(node.leaf));
      leaf_outputs_.push_back(tree.output);
    }
    if (nodes.size() == 1) return add_split(0, 0.0, false, {places[0], 1}, {places[0], 1});  // a root is a split
    const auto child = [&](int at) {
      const auto i = static_cast<std::size_t>(at);
      return Child{places[i], nodes[i].feature < 0 ? 1 : 0};
    };
    for (const TreeNode& node : nodes) {
      if (node.feature < 0) continue;
      if (!node.categorical) {
        add_split(node.feature, node.threshold, node.missing_left, child(node.left), child(node.right));
        continue;
      }
      CategorySplit split_by = category_split(model_, node);
      if (split_by.codes.empty()) split_by.codes = {0}, split_by.listed = split_by.others;  // a set has a member
      add_split(node.feature, 0.0, false, child(split_by.listed), child(split_by.others), is_member);
      members_.insert(members_.end(), split_by.codes.begin(), split_by.codes.end());
      members_.push_back(std::numeric_limits<double>::quiet_NaN());  // the end of a set
    }
  }

  struct Child {
    std::int64_t place, is_leaf;
  };
  void add_split(int feature, double threshold, bool missing_is_true, Child if_true, Child if_false,
                 char mode = at_most) {
    features_.push_back(feature);
    thresholds_.push_back(threshold);
    modes_ += mode;
    missing_is_true_.push_back(missing_is_true);
    true_nodes_.push_back(if_true.place), true_is_leaf_.push_back(if_true.is_leaf);
    false_nodes_.push_back(if_false.place), false_is_leaf_.push_back(if_false.is_leaf);
  }

  const BoostedModel::State& model_;
  Whole roots_, features_, true_nodes_, true_is_leaf_, false_nodes_, false_is_leaf_, missing_is_true_, leaf_outputs_;
  Doubles thresholds_, leaf_values_, members_;
  std::string modes_;
};

class Graph {
 public:
  Graph(const Request& request, const ModelSchema& schema, const Loss& loss)
      : request_(request), schema_(schema), loss_(loss) {}

  void add(const Node& node) { graph_.message(proto::graph::node, node.message()); }
  void constant(const ProtoWriter& tensor) { graph_.message(proto::graph::initializer, tensor); }

  // "score" becomes "prediction".
  void add_link() {
    const Link link = request_.options.scores ? Link::identity : loss_.link();
    const std::vector<std::string> score{"score"}, prediction{"prediction"};
    switch (link) {
      case Link::identity: return add(Node("Identity", score, prediction));
      case Link::sigmoid: return add(Node("Sigmoid", score, prediction));
      case Link::exp: return add(Node("Exp", score, prediction));
      case Link::softmax: return add(Node("Softmax", score, prediction).with("axis", 1));
      case Link::expm1:
        constant(tensor("one", Doubles{1.0}));
        add(Node("Exp", score, {"exp"}));
        return add(Node("Sub", {"exp", "one"}, prediction));
      case Link::sorted:
        constant(tensor("count", Whole{loss_.outputs()}));
        return add(Node("TopK", {"score", "count"}, {"prediction", "order"}).with("axis", 1).with("largest", 0));
      default: refuse_link(request_, loss_);
    }
  }

  // The class of a prediction: the most probable one, of two with one probability the second from 1/2 on.
  void add_label() {
    if (request_.options.scores || schema_.classes.empty()) return;
    constant(tensor("classes", schema_.classes));
    if (loss_.outputs() == 1) {
      constant(tensor("half", Doubles{0.5}));
      constant(tensor("columns", Whole{1}));
      add(Node("GreaterOrEqual", {"prediction", "half"}, {"is_second"}));
      add(Node("Cast", {"is_second"}, {"second"}).with("to", proto::tensor::of_int64));
      add(Node("Squeeze", {"second", "columns"}, {"class"}));
    } else {
      add(Node("ArgMax", {"prediction"}, {"class"}).with("axis", 1).with("keepdims", 0));
    }
    add(Node("Gather", {"classes", "class"}, {"label"}));
    has_label_ = true;
  }

  std::string written() {
    graph_.bytes(proto::graph::name, request_.options.name);
    graph_.message(proto::graph::input,
                   value_info("features", proto::tensor::of_double, std::ssize(schema_.feature_names)));
    graph_.message(proto::graph::output, value_info("prediction", proto::tensor::of_double, loss_.outputs()));
    if (has_label_) graph_.message(proto::graph::output, value_info("label", proto::tensor::of_string, 0));
    ProtoWriter model;
    model.whole(proto::model::ir_version, ir_version);
    model.bytes(proto::model::producer_name, "Linden");
    model.bytes(proto::model::producer_version, version());
    model.message(proto::model::graph, graph_);
    model.message(proto::model::opset_import, opset("", standard_opset));
    model.message(proto::model::opset_import, opset(trees_domain, trees_opset));
    model.message(proto::model::metadata_props, metadata("features", names_as_json(schema_.feature_names)));
    for (std::size_t f = 0; f < schema_.feature_names.size(); ++f)
      if (schema_.has_categories(f))
        model.message(proto::model::metadata_props,
                      metadata("categories of " + schema_.feature_names[f], names_as_json(schema_.categories[f])));
    if (model.text().size() > static_cast<std::size_t>(INT32_MAX))
      refuse(request_, "it is larger than 2 GiB, the most that the format allows.");
    return model.text();
  }

 private:
  // [rows, columns], or [rows] where `columns` is 0.
  static ProtoWriter value_info(const std::string& name, std::int64_t type, std::int64_t columns) {
    ProtoWriter rows, dims, tensor_type, type_of, info;
    rows.bytes(proto::value_info::dim_param, "rows");
    dims.message(proto::value_info::dim, rows);
    if (columns > 0) {
      ProtoWriter width;
      width.whole(proto::value_info::dim_value, columns);
      dims.message(proto::value_info::dim, width);
    }
    tensor_type.whole(proto::value_info::elem_type, type);
    tensor_type.message(proto::value_info::shape, dims);
    type_of.message(proto::value_info::tensor_type, tensor_type);
    info.bytes(proto::value_info::name, name);
    info.message(proto::value_info::type, type_of);
    return info;
  }
  static ProtoWriter opset(const char* domain, std::int64_t version) {
    ProtoWriter message;
    message.bytes(proto::opset::domain, domain);
    message.whole(proto::opset::version, version);
    return message;
  }
  static ProtoWriter metadata(const std::string& key, const std::string& value) {
    ProtoWriter message;
    message.bytes(proto::entry::key, key);
    message.bytes(proto::entry::value, value);
    return message;
  }
  static std::string names_as_json(const std::vector<std::string>& names) {
    std::string text;
    JsonWriter json([&](std::string_view part) { text += part; });
    json.values(names);
    json.flush();
    return text;
  }

  const Request& request_;
  const ModelSchema& schema_;
  const Loss& loss_;
  ProtoWriter graph_;
  bool has_label_ = false;
};

}  // namespace

std::string to_onnx(const Request& request, const BoostedModel::State& model) {
  check_plain(request, model);
  check_no_zero_missing(request, model);
  check_constant_leaves(request, model);
  Graph graph(request, model, model.config.loss);
  graph.add(Ensemble(model).node());
  graph.add_link();
  graph.add_label();
  return graph.written();
}

std::string to_onnx(const Request& request, const LinearModel::State& model) {
  check_utf8(request, model);
  check_no_offset(request, !model.offset.empty());
  const auto features = std::ssize(model.feature_names);
  Doubles weights;  // [features, outputs]
  for (std::int64_t f = 0; f < features; ++f)
    for (std::int64_t k = 0; k < model.outputs(); ++k)
      weights.push_back(model.weights[static_cast<std::size_t>(k * features + f)]);
  Graph graph(request, model, model.config.loss);
  graph.constant(tensor("weights", weights, {features, model.outputs()}));
  graph.constant(tensor("intercept", model.intercept));
  graph.add(Node("MatMul", {"features", "weights"}, {"product"}));
  graph.add(Node("Add", {"product", "intercept"}, {"score"}));
  graph.add_link();
  graph.add_label();
  return graph.written();
}

}  // namespace linden::exporting
