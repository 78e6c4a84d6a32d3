// XGBoost's model, as JSON and as UBJSON, from one text of what it is made of.
//
// XGBoost compares a row's float with a float, x < f, where we compare doubles, x <= t: f is the first float above t,
// so that every row of floats goes the same way. What scores begin with stands in the leaves of the first trees, as it
// would lose digits as a base_score, which XGBoost keeps as a float behind the link.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>

#include "interop/export/scalar_trees.hpp"
#include "json/writer.hpp"

namespace linden::exporting {
namespace {

constexpr std::int32_t no_parent = std::numeric_limits<std::int32_t>::max();

template <class Number>
using List = std::vector<Number>;

std::string quoted_json(std::string_view text) {
  std::string quoted;
  JsonWriter json([&](std::string_view part) { quoted += part; });
  json.value(text);
  json.flush();
  return quoted;
}

// Its reader asks of a float that it looks like one.
std::string float_text(float x) {
  if (std::isinf(x)) return x < 0 ? "-Infinity" : "Infinity";
  std::string text = fmt::format("{}", x);
  if (text.find_first_of(".e") == text.npos) text += "E0";
  return text;
}

class JsonText {
 public:
  void open() { put("{"), is_first_ = true; }
  void close() { out_ += '}', is_first_ = false; }
  void open_list(std::size_t) { put("["), is_first_ = true; }
  void close_list() { out_ += ']', is_first_ = false; }
  void name(std::string_view name) { put(quoted_json(name)), out_ += ':', is_first_ = true; }
  void text(std::string_view text) { put(quoted_json(text)); }
  void list(const List<float>& values) { numbers(values, float_text); }
  template <class Whole>
  void list(const List<Whole>& values) {
    numbers(values, [](Whole x) { return fmt::format_int(static_cast<std::int64_t>(x)).str(); });
  }
  void whole(std::int32_t number) { put(fmt::format_int(number).str()); }
  std::string taken() { return std::move(out_); }

 private:
  void put(std::string_view part) {
    if (!std::exchange(is_first_, false)) out_ += ',';
    out_ += part;
  }
  template <class Number, class Text>
  void numbers(const List<Number>& values, const Text& text) {
    open_list(values.size());
    for (const Number value : values) put(text(value));
    close_list();
  }

  std::string out_;
  bool is_first_ = true;  // of an object or a list, so that no comma goes before it
};

// XGBoost's dialect: names have no type, sizes have 64 bits, lists have their size in front and no end.
class UbjsonText {
 public:
  void open() { out_ += '{'; }
  void close() { out_ += '}'; }
  void open_list(std::size_t size) { out_ += "[#", length(size); }
  void close_list() {}
  void name(std::string_view name) { length(name.size()), out_ += name; }
  void text(std::string_view text) { out_ += 'S', name(text); }
  void list(const List<float>& values) {
    typed('d', values, [&](float x) { big_endian(std::bit_cast<std::uint32_t>(x)); });
  }
  void list(const List<std::int32_t>& values) {
    typed('l', values, [&](std::int32_t x) { big_endian(static_cast<std::uint32_t>(x)); });
  }
  void list(const List<std::int64_t>& values) {
    typed('L', values, [&](std::int64_t x) { big_endian(static_cast<std::uint64_t>(x)); });
  }
  void list(const List<std::int8_t>& values) {
    typed('i', values, [&](std::int8_t x) { big_endian(static_cast<std::uint8_t>(x)); });
  }
  void list(const List<std::uint8_t>& values) {
    typed('U', values, [&](std::uint8_t x) { big_endian(x); });
  }
  void whole(std::int32_t number) { out_ += 'l', big_endian(static_cast<std::uint32_t>(number)); }
  std::string taken() { return std::move(out_); }

 private:
  template <class Bits>
  void big_endian(Bits bits) {
    for (int byte = static_cast<int>(sizeof bits) - 1; byte >= 0; --byte)
      out_ += static_cast<char>(bits >> (8 * byte) & 0xff);
  }
  void length(std::size_t size) { out_ += 'L', big_endian(static_cast<std::uint64_t>(size)); }
  template <class Number, class Put>
  void typed(char type, const List<Number>& values, const Put& put) {
    out_ += "[$", out_ += type, out_ += '#', length(values.size());
    for (const Number value : values) put(value);
  }

  std::string out_;
};

struct Objective {
  const char* name;
  const char* block;  // of its parameters, which some versions ask for
  const char* parameter;
  std::string value;
  const char* base_score = "0E0";  // whose score is 0
};

Objective objective_of(const Request& request, const Loss& loss) {
  const Link link = request.options.scores ? Link::identity : loss.link();
  const char* const weight = "scale_pos_weight";
  if (link == Link::identity) return {"reg:squarederror", "reg_loss_param", weight, "1"};
  if (link == Link::sigmoid) return {"binary:logistic", "reg_loss_param", weight, "1", "5E-1"};
  if (link == Link::softmax)
    return {"multi:softprob", "softmax_multiclass_param", "num_class", std::to_string(loss.outputs())};
  if (link == Link::exp) return {"count:poisson", "poisson_regression_param", "max_delta_step", "0.7", "1E0"};
  refuse_link(request, loss);
}

// The first float above a threshold.
float bound_above(double threshold) {
  constexpr float most = std::numeric_limits<float>::max(), infinity = std::numeric_limits<float>::infinity();
  if (threshold >= most) return infinity;
  if (threshold < -most) return -most;
  const auto near = static_cast<float>(threshold);
  return near > threshold ? near : std::nextafter(near, infinity);
}

float to_float(const Request& request, double value) {
  if (std::abs(value) > std::numeric_limits<float>::max())
    refuse(request, fmt::format("a leaf is {}, beyond the range of float.", value));
  return static_cast<float>(value);
}

// Parallel lists over nodes, as they stand in files.
struct NodeLists {
  List<float> base_weights, loss_changes, split_conditions, sum_hessian;
  List<std::int32_t> left, right, parents, split_indices, categories, categories_nodes;
  List<std::int64_t> categories_segments, categories_sizes;
  List<std::uint8_t> default_left, split_type;
};

// Of two children the right one stands behind the left one, as it does here; and categories that are listed go right.
// So children of a split by category change places where others than those would: which node stands in each place.
std::vector<int> places_of(const BoostedModel::State& model, const Tree& tree) {
  std::vector<int> nodes(tree.nodes.size());
  std::iota(nodes.begin(), nodes.end(), 0);
  for (const TreeNode& node : tree.nodes)
    if (node.categorical && category_split(model, node).listed == node.left)
      std::swap(nodes[static_cast<std::size_t>(node.left)], nodes[static_cast<std::size_t>(node.right)]);
  return nodes;
}

void add_split(NodeLists& lists, const BoostedModel::State& model, const TreeNode& node, std::int32_t at) {
  constexpr float placeholder = 1e-45f,
                  infinity = std::numeric_limits<float>::infinity();  // the first as XGBoost has it
  lists.left.push_back(node.left);
  lists.right.push_back(node.right);
  if (!node.categorical) {
    lists.split_conditions.push_back(bound_above(node.threshold));
    lists.default_left.push_back(node.missing_left);
    lists.split_type.push_back(0);
    return;
  }
  // Where no categories are listed, all go left as numbers below infinity, for a list is not empty.
  const std::vector<int> codes = category_split(model, node).codes;
  lists.split_conditions.push_back(codes.empty() ? infinity : placeholder);
  lists.default_left.push_back(1);
  lists.split_type.push_back(codes.empty() ? 0 : 1);
  if (codes.empty()) return;
  lists.categories_nodes.push_back(at);
  lists.categories_segments.push_back(std::ssize(lists.categories));
  lists.categories_sizes.push_back(std::ssize(codes));
  lists.categories.insert(lists.categories.end(), codes.begin(), codes.end());
}

NodeLists lists_of(const Request& request, const BoostedModel::State& model, const ScalarTree& tree) {
  NodeLists lists;
  lists.parents.assign(tree.tree->nodes.size(), no_parent);
  for (std::int32_t at = 0; const int place : places_of(model, *tree.tree)) {
    const TreeNode& node = tree.tree->nodes[static_cast<std::size_t>(place)];
    const bool is_leaf = node.feature < 0;
    const float value = is_leaf ? to_float(request, tree.value(node.leaf)) : 0;
    lists.base_weights.push_back(value);
    lists.loss_changes.push_back(static_cast<float>(node.gain));
    lists.sum_hessian.push_back(static_cast<float>(node.cover));
    lists.split_indices.push_back(is_leaf ? 0 : node.feature);
    if (is_leaf) {
      lists.left.push_back(-1);
      lists.right.push_back(-1);
      lists.split_conditions.push_back(value);
      lists.default_left.push_back(0);
      lists.split_type.push_back(0);
    } else {
      add_split(lists, model, node, at);
      lists.parents[static_cast<std::size_t>(node.left)] = lists.parents[static_cast<std::size_t>(node.right)] = at;
    }
    ++at;
  }
  return lists;
}

template <class Out>
class Document {
 public:
  Document(const Request& request, const BoostedModel::State& model)
      : request_(request),
        model_(model),
        objective_(objective_of(request, model.config.loss)),
        trees_(scalar_trees(model)) {}

  std::string written() {
    out_.open();
    out_.name("learner"), out_.open();
    out_.name("attributes"), out_.open(), out_.close();
    write_features();
    write_booster();
    write_parameters();
    out_.close();
    wholes("version", {2, 1, 4});
    out_.close();
    return out_.taken();
  }

 private:
  void member(std::string_view name, std::string_view text) { out_.name(name), out_.text(text); }
  void member(std::string_view name, std::size_t number) { member(name, std::to_string(number)); }
  template <class Number>
  void member(std::string_view name, const List<Number>& list) {
    out_.name(name), out_.list(list);
  }

  // A list whose entries have a type each: readers of UBJSON take these lists in no other form.
  void wholes(std::string_view name, const List<std::int32_t>& list) {
    out_.name(name), out_.open_list(list.size());
    for (const std::int32_t entry : list) out_.whole(entry);
    out_.close_list();
  }

  void write_features() {
    const std::size_t features = model_.feature_names.size();
    out_.name("feature_names"), out_.open_list(features);
    for (const std::string& name : model_.feature_names) out_.text(name);
    out_.close_list();
    out_.name("feature_types"), out_.open_list(features);
    for (std::size_t f = 0; f < features; ++f) out_.text(model_.has_categories(f) ? "c" : "q");
    out_.close_list();
  }

  void write_booster() {
    out_.name("gradient_booster"), out_.open();
    out_.name("model"), out_.open();
    out_.name("gbtree_model_param"), out_.open();
    member("num_parallel_tree", 1);
    member("num_trees", trees_.size());
    out_.close();
    List<std::int32_t> iterations, outputs;
    for (std::size_t t = 0; t <= trees_.size(); t += model_.initial_score.size())
      iterations.push_back(static_cast<std::int32_t>(t));
    for (const ScalarTree& tree : trees_) outputs.push_back(tree.output);
    write_categories();
    wholes("iteration_indptr", iterations);
    wholes("tree_info", outputs);
    out_.name("trees"), out_.open_list(trees_.size());
    for (std::size_t t = 0; t < trees_.size(); ++t) write_tree(t);
    out_.close_list();
    out_.close();
    member("name", "gbtree");
    out_.close();
  }

  // The names of categories, by which columns of categories of a table become codes: since XGBoost 3.1, and nothing
  // that earlier ones look at. Names ascend, so that their order is that of the codes.
  void write_categories() {
    List<std::int32_t> segments{0}, order;
    const std::size_t features = std::ranges::count(model_.categorical, true) > 0 ? model_.feature_names.size() : 0;
    out_.name("cats"), out_.open();
    out_.name("enc"), out_.open_list(features);
    for (std::size_t f = 0; f < features; ++f) {
      List<std::int32_t> offsets;
      List<std::int8_t> bytes;
      if (model_.has_categories(f)) {
        offsets.push_back(0);
        for (const std::string& name : model_.categories[f]) {
          bytes.insert(bytes.end(), name.begin(), name.end());
          order.push_back(static_cast<std::int32_t>(std::ssize(offsets)) - 1);
          offsets.push_back(static_cast<std::int32_t>(bytes.size()));
        }
      }
      segments.push_back(static_cast<std::int32_t>(order.size()));
      out_.open();
      member("offsets", offsets);
      member("values", bytes);
      out_.close();
    }
    out_.close_list();
    member("feature_segments", features > 0 ? segments : List<std::int32_t>{});
    member("sorted_idx", order);
    out_.close();
  }

  void write_tree(std::size_t number) {
    const NodeLists lists = lists_of(request_, model_, trees_[number]);
    out_.open();
    member("base_weights", lists.base_weights);
    member("categories", lists.categories);
    member("categories_nodes", lists.categories_nodes);
    member("categories_segments", lists.categories_segments);
    member("categories_sizes", lists.categories_sizes);
    member("default_left", lists.default_left);
    out_.name("id"), out_.whole(static_cast<std::int32_t>(number));
    member("left_children", lists.left);
    member("loss_changes", lists.loss_changes);
    member("parents", lists.parents);
    member("right_children", lists.right);
    member("split_conditions", lists.split_conditions);
    member("split_indices", lists.split_indices);
    member("split_type", lists.split_type);
    member("sum_hessian", lists.sum_hessian);
    out_.name("tree_param"), out_.open();
    member("num_deleted", "0");
    member("num_feature", model_.feature_names.size());
    member("num_nodes", trees_[number].tree->nodes.size());
    member("size_leaf_vector", "1");
    out_.close();
    out_.close();
  }

  void write_parameters() {
    const bool has_classes = std::string_view(objective_.name) == "multi:softprob";
    const std::size_t outputs = model_.initial_score.size();
    out_.name("learner_model_param"), out_.open();
    member("base_score", objective_.base_score);
    member("boost_from_average", "1");
    member("num_class", has_classes ? outputs : 0);
    member("num_feature", model_.feature_names.size());
    member("num_target", has_classes ? 1 : outputs);
    out_.close();
    out_.name("objective"), out_.open();
    member("name", objective_.name);
    out_.name(objective_.block), out_.open();
    member(objective_.parameter, objective_.value);
    out_.close();
    out_.close();
  }

  const Request& request_;
  const BoostedModel::State& model_;
  const Objective objective_;
  const std::vector<ScalarTree> trees_;
  Out out_;
};

}  // namespace

std::string to_xgboost(const Request& request, const BoostedModel::State& model) {
  check_plain(request, model);
  check_no_zero_missing(request, model);
  check_constant_leaves(request, model);
  return request.format == ExportFormat::xgboost_json ? Document<JsonText>(request, model).written()
                                                      : Document<UbjsonText>(request, model).written();
}

}  // namespace linden::exporting
