// What differs between two models: what is said of each as a whole is put side by side, trees are compared node by
// node.
#include <algorithm>
#include <bit>
#include <cmath>
#include <linden/model_text.hpp>
#include <map>
#include <ostream>
#include <set>

#include "base/counted.hpp"
#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "boosting/model/model.hpp"
#include "json/writer.hpp"
#include "linear/model.hpp"
#include "loss/program_json.hpp"
#include "model/stated_fields.hpp"
#include "model_text/tree_words.hpp"

namespace linden {
namespace {

// NaN equals itself, and 0 not -0: what is not the same bits is another model.
bool is_same(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }
bool are_same(const std::vector<double>& a, const std::vector<double>& b) { return std::ranges::equal(a, b, is_same); }

void add(ModelDiff& diff, std::string what, std::string first, std::string second) {
  if (first != second) diff.differences.push_back({std::move(what), std::move(first), std::move(second)});
}

// Where the texts are equal though the things are not, because they are cut or rounded.
void add_unequal(ModelDiff& diff, bool equal, std::string what, std::string first, std::string second) {
  if (!equal) diff.differences.push_back({std::move(what), std::move(first), std::move(second)});
}

std::string numbers(const std::vector<double>& list) {
  constexpr std::size_t most = 4;
  std::string text = fmt::format("{}", fmt::join(std::span(list).first(std::min(most, list.size())), " "));
  if (list.size() > most) text += fmt::format(" ... ({})", list.size());
  return text;
}

std::string kind_of_feature(const ModelSchema& schema, std::size_t feature) {
  if (!schema.has_categories(feature)) return schema.feature_names[feature];
  return fmt::format("{}, {}: {}", schema.feature_names[feature],
                     counted(schema.categories[feature].size(), "category", "categories"),
                     listing(schema.categories[feature]));
}

void compare_schemas(ModelDiff& diff, const ModelSchema& a, const ModelSchema& b) {
  add(diff, "label", a.label, b.label);
  add_unequal(diff, a.labels == b.labels, "labels", listing(a.labels), listing(b.labels));
  add(diff, "event", a.event, b.event);
  add(diff, "group", a.group, b.group);
  add_unequal(diff, a.offset == b.offset, "offset", a.offset.empty() ? "none" : listing(a.offset),
              b.offset.empty() ? "none" : listing(b.offset));
  add_unequal(diff, a.classes == b.classes, "classes", listing(a.classes), listing(b.classes));
  add_unequal(diff, a.missing == b.missing && a.only_missing == b.only_missing, "missing values", listing(a.missing),
              listing(b.missing));
  const std::size_t features = std::max(a.feature_names.size(), b.feature_names.size());
  for (std::size_t f = 0; f < features; ++f) {
    const bool in_a = f < a.feature_names.size(), in_b = f < b.feature_names.size();
    const bool equal = in_a && in_b && a.feature_names[f] == b.feature_names[f] &&
                       a.has_categories(f) == b.has_categories(f) &&
                       (!a.has_categories(f) || a.categories[f] == b.categories[f]);
    add_unequal(diff, equal, fmt::format("feature {}", f), in_a ? kind_of_feature(a, f) : "",
                in_b ? kind_of_feature(b, f) : "");
  }
}

template <class Config>
void compare_fields(ModelDiff& diff, const Config& a, const Config& b) {
  std::vector<std::string> order;
  std::map<std::string, std::pair<std::string, std::string>> values;
  const auto note = [&](const Config& config, auto side) {
    for (const FieldInfo& field : fields(config)) {
      if (!values.contains(field.name)) order.push_back(field.name);
      values[field.name].*side = field.value;
    }
  };
  using Both = std::pair<std::string, std::string>;
  note(a, &Both::first);
  note(b, &Both::second);
  for (const std::string& name : order) add(diff, name, values[name].first, values[name].second);
}

// All that files have of a loss, with the expression that one of the user's is made of.
void compare_losses(ModelDiff& diff, const Loss& a, const Loss& b) {
  const auto text = [](const Loss& loss) {
    std::string words;
    JsonWriter json([&](std::string_view part) { words += part; });
    write_loss(json, loss);
    json.flush();
    return words;
  };
  const bool same_name = a.name() == b.name();
  add_unequal(diff, text(a) == text(b), "loss", same_name ? text(a) : a.name(), same_name ? text(b) : b.name());
  add(diff, "link", name_of(a.link()), name_of(b.link()));
}

// How many groups the categories of each feature make that has some.
std::string group_sizes(const std::vector<std::vector<int>>& groups) {
  std::string text;
  for (std::size_t f = 0; f < groups.size(); ++f)
    if (!groups[f].empty())
      text += fmt::format("{}{} of feature {}", text.empty() ? "" : ", ",
                          std::set<int>(groups[f].begin(), groups[f].end()).size(), f);
  return text;
}

bool are_same(const TargetStatistics& a, const TargetStatistics& b) {
  return std::ranges::equal(a.tables(), b.tables(), [](const StatisticsTable& x, const StatisticsTable& y) {
    if (x.features() != y.features() || x.tuples() != y.tuples() || !are_same(x.prior(), y.prior()) ||
        !is_same(x.prior_weight(), y.prior_weight()))
      return false;
    for (std::size_t t = 0; t < x.tuples(); ++t) {
      if (x.key_of(t) != y.key_of(t) || !is_same(x.rows(t), y.rows(t))) return false;
      for (int k = 0; k < x.statistics(); ++k)
        if (!is_same(x.sum(t, k), y.sum(t, k))) return false;
    }
    return true;
  });
}

bool are_same(const std::vector<std::vector<MetricValue>>& a, const std::vector<std::vector<MetricValue>>& b) {
  return std::ranges::equal(a, b, [](const auto& x, const auto& y) {
    return std::ranges::equal(x, y, [](const MetricValue& m, const MetricValue& n) {
      return m.name == n.name && is_same(m.value, n.value) && m.higher_is_better == n.higher_is_better;
    });
  });
}

// Whether rows go the same ways.
bool is_same_split(const TreeNode& a, const TreeNode& b) {
  return a.feature == b.feature && is_same(a.threshold, b.threshold) && a.missing_left == b.missing_left &&
         a.zero_missing == b.zero_missing && a.categorical == b.categorical && a.left_categories == b.left_categories &&
         a.left == b.left;
}

bool is_same_term(const LeafTerm& a, const LeafTerm& b) {
  return a.leaf == b.leaf && a.feature == b.feature && is_same(a.slope, b.slope) && is_same(a.centre, b.centre) &&
         is_same(a.low, b.low) && is_same(a.high, b.high);
}

// What one node says where the other says something else; "" where they do not differ.
std::string node_difference(const BoostedModel& first, const BoostedModel& second, const Tree& a, const Tree& b,
                            std::size_t i) {
  const TreeNode &x = a.nodes[i], &y = b.nodes[i];
  const auto said = [](const BoostedModel& model, const Tree& tree, const TreeNode& node) {
    const TreeWords words(model);
    return node.feature < 0 ? words.leaf(tree, node) : words.rule(node);
  };
  const auto both = [&](const std::string& p, const std::string& q) {
    return fmt::format("node {}: {} against {}", i, p, q);
  };
  if (!is_same_split(x, y)) return both(said(first, a, x), said(second, b, y));
  if (x.feature < 0 && !std::ranges::equal(a.values(x), b.values(y), is_same))
    return both(fmt::format("leaf {}", fmt::join(a.values(x), " ")),
                fmt::format("leaf {}", fmt::join(b.values(y), " ")));
  if (x.feature < 0 && !std::ranges::equal(a.terms(x), b.terms(y), is_same_term))
    return both(said(first, a, x), said(second, b, y));
  if (!is_same(x.gain, y.gain)) return both(fmt::format("gain {}", x.gain), fmt::format("gain {}", y.gain));
  if (!is_same(x.cover, y.cover)) return both(fmt::format("cover {}", x.cover), fmt::format("cover {}", y.cover));
  if (x.rows != y.rows) return both(rows_of_node(known_of(a), x), rows_of_node(known_of(b), y));
  return "";
}

std::string tree_difference(const BoostedModel& first, const BoostedModel& second, const Tree& a, const Tree& b) {
  if (a.output != b.output) return fmt::format("output {} against {}", a.output, b.output);
  for (std::size_t i = 0; i < std::min(a.nodes.size(), b.nodes.size()); ++i)
    if (std::string found = node_difference(first, second, a, b, i); !found.empty()) return found;
  return a.nodes.size() == b.nodes.size() ? "" : fmt::format("{} against {} nodes", a.nodes.size(), b.nodes.size());
}

void compare_leaves(ModelDiff& diff, const Tree& a, const Tree& b, int tree) {
  if (a.leaf_values.size() != b.leaf_values.size() || !std::ranges::equal(a.nodes, b.nodes, is_same_split)) return;
  const std::size_t width = a.leaf_values.size() / static_cast<std::size_t>(a.leaves());
  for (std::size_t leaf = 0; leaf < static_cast<std::size_t>(a.leaves()); ++leaf) {
    bool moved = false;
    for (std::size_t i = leaf * width; i < (leaf + 1) * width; ++i) {
      moved |= !is_same(a.leaf_values[i], b.leaf_values[i]);
      const double apart = std::abs(a.leaf_values[i] - b.leaf_values[i]);
      if (!(apart > diff.largest_leaf)) continue;
      diff.largest_leaf = apart;
      diff.largest_leaf_tree = tree;
      diff.largest_leaf_number = static_cast<int>(leaf);
    }
    diff.moved_leaves += moved ? 1 : 0;
  }
}

ModelDiff compare(const BoostedModel& first, const BoostedModel& second) {
  ModelDiff diff;
  const BoostedModel::State &a = first.state(), &b = second.state();
  compare_losses(diff, a.config.loss, b.config.loss);
  compare_schemas(diff, a, b);
  add(diff, "configuration", a.has_config ? "there" : "none", b.has_config ? "there" : "none");
  if (a.has_config && b.has_config) compare_fields(diff, a.config, b.config);
  add(diff, "rounds kept", fmt::format("{}", first.rounds()), fmt::format("{}", second.rounds()));
  add(diff, "trees", fmt::format("{}", a.trees.size()), fmt::format("{}", b.trees.size()));
  add_unequal(diff, are_same(a.initial_score, b.initial_score), "start", numbers(a.initial_score),
              numbers(b.initial_score));
  const auto hazards = [](const BoostedModel::State& s) {
    return s.baseline ? counted(s.baseline->times.size(), "time") : std::string("none");
  };
  const bool same_hazards = a.baseline.has_value() == b.baseline.has_value() &&
                            (!a.baseline || (are_same(a.baseline->times, b.baseline->times) &&
                                             are_same(a.baseline->hazards, b.baseline->hazards)));
  add_unequal(diff, same_hazards, "hazard in common", hazards(a), hazards(b));
  add_unequal(diff, are_same(a.position_biases, b.position_biases), "biases of places", numbers(a.position_biases),
              numbers(b.position_biases));
  add_unequal(diff, a.groups == b.groups, "groups of categories", group_sizes(a.groups), group_sizes(b.groups));
  add_unequal(diff, are_same(a.statistics, b.statistics), "target statistics",
              counted(a.statistics.tables().size(), "table"), counted(b.statistics.tables().size(), "table"));
  const auto saved = [](const BoostedModel::State& s) {
    return s.saves_history ? counted(s.history.size(), "round") : std::string("none");
  };
  add_unequal(diff, a.saves_history == b.saves_history && (!a.saves_history || are_same(a.history, b.history)),
              "history in files", saved(a), saved(b));
  diff.trees = static_cast<int>(std::min(a.trees.size(), b.trees.size()));
  for (int t = 0; t < diff.trees; ++t) {
    const Tree &x = a.trees[static_cast<std::size_t>(t)], &y = b.trees[static_cast<std::size_t>(t)];
    const std::string found = tree_difference(first, second, x, y);
    compare_leaves(diff, x, y, t);
    if (found.empty()) continue;
    if (diff.different_trees++ > 0) continue;
    diff.first_tree = t;
    diff.first_node = found;
  }
  return diff;
}

ModelDiff compare(const LinearModel& first, const LinearModel& second) {
  ModelDiff diff;
  const LinearModel::State &a = first.state(), &b = second.state();
  compare_losses(diff, a.config.loss, b.config.loss);
  compare_schemas(diff, a, b);
  compare_fields(diff, a.config, b.config);
  add(diff, "certificate", to_json(a.certificate, false), to_json(b.certificate, false));
  add(diff, "outputs", fmt::format("{}", a.outputs()), fmt::format("{}", b.outputs()));
  if (a.weight_names() != b.weight_names() || a.outputs() != b.outputs()) return diff;
  const auto look = [&](double x, double y, const std::string& name, std::size_t output) {
    if (is_same(x, y)) return;
    ++diff.moved_weights;
    const double apart = std::abs(x - y);
    if (!(apart > diff.largest_weight)) return;
    diff.largest_weight = apart;
    diff.largest_weight_of = a.outputs() == 1 ? name : fmt::format("{}, output {}", name, output);
  };
  const std::size_t features = a.weight_names().size();
  for (std::size_t k = 0; k < a.intercept.size(); ++k) {
    look(a.intercept[k], b.intercept[k], "(intercept)", k);
    for (std::size_t f = 0; f < features; ++f)
      look(a.weights[k * features + f], b.weights[k * features + f], a.weight_names()[f], k);
  }
  return diff;
}

}  // namespace

ModelDiff diff(const AnyModel& first, const AnyModel& second) {
  return or_out_of_memory("diff", [&] {
    for (const AnyModel* model : {&first, &second})
      if (std::visit([](const auto& m) { return m.empty(); }, *model))
        fail<ArgumentError>("diff: the {} model is empty.", model == &first ? "first" : "second");
    const auto *a = std::get_if<BoostedModel>(&first), *b = std::get_if<BoostedModel>(&second);
    if (a && b) return compare(*a, *b);
    if (!a && !b) return compare(std::get<LinearModel>(first), std::get<LinearModel>(second));
    ModelDiff diff;
    add(diff, "model", a ? "boosted" : "linear", b ? "boosted" : "linear");
    return diff;
  });
}

std::ostream& operator<<(std::ostream& out, const ModelDiff& diff) {
  return out << or_out_of_memory("operator<<", [&] {
           std::string text;
           for (const Difference& one : diff.differences) {
             const auto side = [](const std::string& words) { return words.empty() ? std::string("-") : words; };
             text += fmt::format("{:<19} {} | {}\n", one.what, side(one.first), side(one.second));
           }
           if (diff.different_trees > 0)
             text += fmt::format("{:<19} {} of {}; the first is tree {}: {}\n", "trees that differ",
                                 diff.different_trees, diff.trees, diff.first_tree, diff.first_node);
           if (diff.moved_leaves > 0)
             text +=
                 fmt::format("{:<19} {}, at most by {:.6g} (tree {}, leaf {})\n", "leaves that differ",
                             diff.moved_leaves, diff.largest_leaf, diff.largest_leaf_tree, diff.largest_leaf_number);
           if (diff.moved_weights > 0)
             text += fmt::format("{:<19} {}, at most by {:.6g} ({})\n", "weights that differ", diff.moved_weights,
                                 diff.largest_weight, diff.largest_weight_of);
           return text;
         });
}

}  // namespace linden
