// LightGBM's text, v4. Its sums are doubles that begin with the first tree, so that scores have the bits of ours.
#include <algorithm>
#include <limits>
#include <set>
#include <span>
#include <utility>

#include "interop/export/scalar_trees.hpp"
#include "json/writer.hpp"

namespace linden::exporting {
namespace {

// The bits of decision_type.
constexpr int by_category = 1, default_left = 2, missing_zero = 1 << 2, missing_nan = 2 << 2;

// Names without the marks that LightGBM refuses or reads as the end of a name, each once.
std::vector<std::string> names_of(const std::vector<std::string>& names) {
  std::vector<std::string> all;
  std::set<std::string> taken;
  for (std::size_t f = 0; f < names.size(); ++f) {
    std::string name = names[f].empty() ? fmt::format("Column_{}", f) : names[f];
    for (char& c : name)
      if (static_cast<unsigned char>(c) <= ' ' || c == 0x7f ||
          std::string_view("\",:[]{}").find(c) != std::string_view::npos)
        c = '_';
    const std::string plain = name;
    for (int copy = 2; !taken.insert(name).second; ++copy) name = fmt::format("{}_{}", plain, copy);
    all.push_back(name);
  }
  return all;
}

// "" where predictions are the scores, which is what a model without an objective gives.
std::string objective_for(const Request& request, const Loss& loss) {
  const int outputs = loss.outputs();
  const Link link = request.options.scores ? Link::identity : loss.link();
  if (link == Link::identity) return outputs == 1 ? "regression" : "";
  if (link == Link::sigmoid)
    return outputs == 1 ? "binary sigmoid:1" : fmt::format("multiclassova num_class:{} sigmoid:1", outputs);
  if (link == Link::softmax) return fmt::format("multiclass num_class:{}", outputs);
  if (link == Link::exp && outputs == 1) return "poisson";
  refuse_link(request, loss);
}

// "[least:most]" of thresholds, "0:1:2" of categories, "none" of what no tree reads.
std::vector<std::string> infos_of(const BoostedModel::State& model) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const std::size_t features = model.feature_names.size();
  std::vector<std::pair<double, double>> ranges(features, {infinity, -infinity});
  for (const Tree& tree : model.trees)
    for (const TreeNode& node : tree.nodes) {
      if (node.feature < 0) continue;
      auto& [least, most] = ranges[static_cast<std::size_t>(node.feature)];
      least = std::min(least, node.threshold), most = std::max(most, node.threshold);
    }
  std::vector<std::string> infos;
  for (std::size_t f = 0; f < features; ++f) {
    const auto [least, most] = ranges[f];
    if (!(least <= most)) {
      infos.emplace_back("none");
    } else if (model.has_categories(f)) {
      std::string codes;
      for (std::size_t code = 0; code < model.categories[f].size(); ++code)
        codes += fmt::format("{}{}", code > 0 ? ":" : "", code);
      infos.push_back(codes);
    } else {
      infos.push_back(fmt::format("[{:.17g}:{:.17g}]", least, most));
    }
  }
  return infos;
}

std::vector<int> splits_of(const BoostedModel::State& model) {
  std::vector<int> splits(model.feature_names.size());
  for (const Tree& tree : model.trees)
    for (const TreeNode& node : tree.nodes)
      if (node.feature >= 0) ++splits[static_cast<std::size_t>(node.feature)];
  return splits;
}

// By which columns of categories of a table of pandas become codes: the names of each such column, in their order.
std::string dictionaries_of(const BoostedModel::State& model) {
  if (std::ranges::find(model.categorical, true) == model.categorical.end()) return "null";
  std::string text;
  JsonWriter json([&](std::string_view part) { text += part; });
  json.open_list();
  for (std::size_t f = 0; f < model.feature_names.size(); ++f)
    if (model.has_categories(f)) json.values(model.categories[f]);
  json.close_list();
  json.flush();
  return text;
}

template <class Entries>
std::string line(std::string_view name, const Entries& entries) {
  return fmt::format("{}={}\n", name, fmt::join(entries, " "));
}

std::string digits(double value) { return fmt::format("{:.17g}", value); }

// Whether a row that reaches this node has a value of a feature: a split on the way sends missing ones elsewhere.
bool is_there(const Tree& tree, const std::vector<int>& parents, int node, int feature) {
  for (int child = node; child != 0; child = parents[static_cast<std::size_t>(child)]) {
    const TreeNode& split = tree.nodes[static_cast<std::size_t>(parents[static_cast<std::size_t>(child)])];
    if (split.feature == feature && split.missing_left != (split.left == child)) return true;
  }
  return false;
}

// Linear leaves: the constant and the slopes count where no value is missing, the value of the leaf where one is. That
// is ours where slopes hold for all numbers, and a leaf has one, or those of features that are there.
void check_terms(const Request& request, const Tree& tree) {
  constexpr double most = std::numeric_limits<double>::max();
  if (std::ranges::any_of(tree.leaf_terms, [](const LeafTerm& t) { return t.low != -most || t.high != most; }))
    refuse(request,
           "the slopes of its leaves hold for a range of values, and are level beyond it. Hint: train with "
           "linear_leaves.clamp = false; cpp and c can say that.");
  std::vector<int> parents(tree.nodes.size());
  for (int at = 0; const TreeNode& node : tree.nodes) {
    if (node.feature >= 0)
      parents[static_cast<std::size_t>(node.left)] = parents[static_cast<std::size_t>(node.right)] = at;
    ++at;
  }
  for (int at = 0; const TreeNode& node : tree.nodes) {
    if (node.feature < 0 && tree.terms(node).size() > 1)
      for (const LeafTerm& term : tree.terms(node))
        if (!is_there(tree, parents, at, term.feature))
          refuse(request,
                 "a leaf has slopes of several features, and a missing value of one would switch off all of them. "
                 "Hint: train with linear_leaves.max_features = 1; cpp and c can say that.");
    ++at;
  }
}

std::string linear_lines(const ScalarTree& tree) {
  std::vector<std::string> constants;
  std::vector<std::size_t> counts;
  std::string features, slopes;
  for (const TreeNode& node : tree.tree->nodes) {
    if (node.feature >= 0) continue;
    const std::span<const LeafTerm> terms = tree.tree->terms(node);
    double constant = tree.value(node.leaf);
    for (const LeafTerm& term : terms) {
      constant -= term.slope * term.centre;
      features += fmt::format("{} ", term.feature);
      slopes += digits(term.slope) + ' ';
    }
    features += ' ', slopes += ' ';
    constants.push_back(digits(constant));
    counts.push_back(terms.size());
  }
  return line("leaf_const", constants) + line("num_features", counts) +
         fmt::format("leaf_features={}\nleaf_coeff={}\n", features, slopes);
}

// A tree in the order of LightGBM: splits and leaves are numbered apart, a leaf by the complement of its number.
class TreeText {
 public:
  TreeText(const BoostedModel::State& model, const ScalarTree& tree) : model_(model), tree_(tree) {
    for (const TreeNode& node : tree.tree->nodes) places_.push_back(node.feature < 0 ? ~node.leaf : splits_++);
    for (const TreeNode& node : tree.tree->nodes) node.feature < 0 ? add_leaf(node) : add_split(node);
  }

  std::string written() const {
    std::string out = fmt::format("num_leaves={}\nnum_cat={}\n", leaf_values_.size(), boundaries_.size() - 1);
    out += line("split_feature", features_) + line("split_gain", gains_) + line("threshold", thresholds_);
    out += line("decision_type", decisions_) + line("left_child", left_) + line("right_child", right_);
    out += line("leaf_value", leaf_values_) + line("leaf_weight", leaf_weights_) + line("leaf_count", leaf_counts_);
    out += line("internal_value", std::vector<int>(features_.size())) + line("internal_weight", weights_);
    out += line("internal_count", counts_);
    if (boundaries_.size() > 1) out += line("cat_boundaries", boundaries_) + line("cat_threshold", words_);
    const bool is_linear = !tree_.tree->leaf_terms.empty();
    out += fmt::format("is_linear={}\n", is_linear ? 1 : 0);
    if (is_linear) out += linear_lines(tree_);
    return out + "shrinkage=1\n\n\n";
  }

 private:
  void add_leaf(const TreeNode& node) {
    leaf_values_.push_back(digits(tree_.value(node.leaf)));
    leaf_weights_.push_back(digits(node.cover));
    leaf_counts_.push_back(node.rows);
  }

  void add_split(const TreeNode& node) {
    features_.push_back(node.feature);
    gains_.push_back(fmt::format("{}", static_cast<float>(node.gain)));
    weights_.push_back(digits(node.cover));
    counts_.push_back(node.rows);
    int left = node.left, right = node.right;
    if (node.categorical) {  // listed categories go left
      const CategorySplit split = category_split(model_, node);
      left = split.listed, right = split.others;
      thresholds_.push_back(std::to_string(boundaries_.size() - 1));
      decisions_.push_back(by_category | missing_nan);
      add_words(split.codes);
    } else {
      thresholds_.push_back(digits(node.threshold));
      decisions_.push_back((node.missing_left ? default_left : 0) | (node.zero_missing ? missing_zero : missing_nan));
    }
    left_.push_back(places_[static_cast<std::size_t>(left)]);
    right_.push_back(places_[static_cast<std::size_t>(right)]);
  }

  void add_words(const std::vector<int>& codes) {
    const std::size_t first = words_.size();
    words_.resize(first + static_cast<std::size_t>(codes.empty() ? 0 : codes.back() / 32) + 1);
    for (const int code : codes) words_[first + static_cast<std::size_t>(code / 32)] |= 1u << (code % 32);
    boundaries_.push_back(words_.size());
  }

  const BoostedModel::State& model_;
  const ScalarTree& tree_;
  int splits_ = 0;
  std::vector<int> places_, features_, decisions_, left_, right_;
  std::vector<std::string> gains_, thresholds_, weights_, leaf_values_, leaf_weights_;
  std::vector<std::int64_t> counts_, leaf_counts_;
  std::vector<std::size_t> boundaries_{0};
  std::vector<std::uint32_t> words_;
};

}  // namespace

std::string to_lightgbm(const Request& request, const BoostedModel::State& model) {
  check_plain(request, model);
  for (const Tree& tree : model.trees) check_terms(request, tree);
  const std::vector<ScalarTree> trees = scalar_trees(model);
  std::vector<std::string> texts;
  std::vector<std::size_t> sizes;
  for (std::size_t t = 0; t < trees.size(); ++t) {
    texts.push_back(fmt::format("Tree={}\n{}", t, TreeText(model, trees[t]).written()));
    sizes.push_back(texts.back().size());
  }
  const std::string objective = objective_for(request, model.config.loss);
  const std::vector<std::string> names = names_of(model.feature_names);
  std::string out =
      fmt::format("tree\nversion=v4\nnum_class={0}\nnum_tree_per_iteration={0}\nlabel_index=0\nmax_feature_idx={1}\n",
                  model.outputs(), std::ssize(names) - 1);
  if (!objective.empty()) out += fmt::format("objective={}\n", objective);
  out += line("feature_names", names) + line("feature_infos", infos_of(model)) + line("tree_sizes", sizes) + '\n';
  for (const std::string& text : texts) out += text;
  out += "end of trees\n\nfeature_importances:\n";
  const std::vector<int> splits = splits_of(model);
  for (std::size_t f = 0; f < names.size(); ++f)
    if (splits[f] > 0) out += fmt::format("{}={}\n", names[f], splits[f]);
  return out + "\nparameters:\nend of parameters\n\npandas_categorical:" + dictionaries_of(model) + '\n';
}

}  // namespace linden::exporting
