// Trees as source: tables of nodes, and a walk of a few trees at a time, whose steps do not wait for one another.
//
// A row is first written to slots, as RowForest does it: a number has one for splits that send missing values right and
// one for those that send them left, with infinity or -infinity where it is missing, so that a step is one comparison.
// A leaf leads to itself by slot 0, which is below everything; its `number` is its value, or, where it has several or
// slopes, its place among all leaves. A split by category has the place of its set of bits for a number.
#include <algorithm>
#include <map>
#include <tuple>

#include "boosting/bins/category_groups.hpp"
#include "interop/export/source/source_text.hpp"

namespace linden::exporting {
namespace {

constexpr std::size_t trees_at_once = 8;
constexpr std::uint32_t category_mark = 1u << 31;

struct SourceNode {
  double number = 0;
  std::uint32_t slot = 0, left = 0;
};

class ForestSource {
 public:
  ForestSource(const Request& request, const BoostedModel::State& model)
      : model_(model), features_(model.feature_names.size()), source_(request) {
    for (const Tree& tree : model.trees) {
      adds_to_all_ |= tree.output < 0;
      is_linear_ |= !tree.leaf_terms.empty();
    }
    find_slots();
    for (const Tree& tree : model.trees) add_tree(tree);
    while (roots_.size() % trees_at_once != 0) {  // those that are missing in the last group add nothing, to the bit
      roots_.push_back(static_cast<std::uint32_t>(nodes_.size()));
      nodes_.push_back({-0.0, 0, roots_.back()});
    }
  }

  std::string written() {
    const Loss& loss = model_.config.loss;
    const bool has_offset = !model_.offset.empty();
    source_.open(usage_of(source_.request(), model_, loss, about()));
    source_.constant("outputs", model_.initial_score.size());
    write_names(source_, model_);
    source_.open_inside();
    write_slots();
    if (!model_.statistics.empty()) write_statistics();
    write_walk();
    write_link(source_, loss, model_.classes, has_offset, true);
    source_.close_inside();
    write_scores(has_offset);
    write_link(source_, loss, model_.classes, has_offset, false);
    source_.close();
    return source_.taken();
  }

 private:
  std::string about() const {
    std::size_t leaves = 0;
    for (const Tree& tree : model_.trees) leaves += static_cast<std::size_t>(tree.leaves());
    return fmt::format("{} trees with {} leaves over {} features. Scores take {} bytes of the stack.",
                       model_.trees.size(), leaves, features_, 8 * (slots() + model_.derived.size()));
  }

  // Numbers: those for which zeros are missing last. Then categories.
  void find_slots() {
    for (const Tree& tree : model_.trees)
      for (const TreeNode& node : tree.nodes) {
        if (node.feature < 0) continue;
        if (node.categorical)
          category_slots_.emplace(node.feature, 0);
        else
          number_slots_.emplace(std::tuple(node.zero_missing, node.missing_left, node.feature), 0);
      }
    std::uint32_t slot = 1;
    for (auto& [key, number] : number_slots_) number = slot++;
    for (auto& [feature, number] : category_slots_) {
      number = slot++;
      const auto f = static_cast<std::size_t>(feature);
      std::vector<std::int32_t> groups =
          f < model_.groups.size() ? group_numbers(model_.groups[f]) : std::vector<std::int32_t>();
      if (groups.empty())
        for (std::size_t code = 0; code < model_.categories[f].size(); ++code)
          groups.push_back(static_cast<std::int32_t>(code));
      groups_of_[feature] = std::move(groups);
    }
  }
  std::size_t slots() const { return 1 + number_slots_.size() + category_slots_.size(); }

  void add_tree(const Tree& tree) {
    const auto root = static_cast<std::uint32_t>(nodes_.size());
    roots_.push_back(root);
    for (const TreeNode& node : tree.nodes) nodes_.push_back(node.feature < 0 ? leaf(tree, node) : split(node, root));
  }

  SourceNode leaf(const Tree& tree, const TreeNode& node) {
    const auto self = static_cast<std::uint32_t>(nodes_.size());
    if (!adds_to_all_ && !is_linear_) return {tree.value(node), 0, self};
    const auto number = static_cast<double>(leaves_++);
    for (const double value : tree.values(node)) leaf_values_.push_back(value);
    if (is_linear_) {
      first_term_.push_back(static_cast<std::uint32_t>(terms_.size()));
      for (const LeafTerm& term : tree.terms(node))
        terms_.push_back(fmt::format("{{{}, {}, {}, {}, {}}}", double_literal(term.slope), double_literal(term.centre),
                                     double_literal(term.low), double_literal(term.high), term.feature));
    }
    return {number, 0, self};
  }

  SourceNode split(const TreeNode& node, std::uint32_t root) {
    const std::uint32_t left = root + static_cast<std::uint32_t>(node.left);
    if (!node.categorical)
      return {node.threshold, number_slots_.at(std::tuple(node.zero_missing, node.missing_left, node.feature)), left};
    // A bit for what is missing, then one for each group: whether it goes left.
    const std::vector<std::int32_t>& groups = groups_of_.at(node.feature);
    const std::int32_t count = groups.empty() ? 0 : std::ranges::max(groups) + 1;
    const std::size_t first = set_bits_;
    set_bits_ += static_cast<std::size_t>(count) + 1;
    sets_.resize((set_bits_ + 31) / 32);
    const auto mark = [&](std::size_t bit) { sets_[bit / 32] |= 1u << (bit % 32); };
    if (node.missing_left) mark(first);
    for (const int code : node.left_categories)
      mark(first + 1 + static_cast<std::size_t>(groups[static_cast<std::size_t>(code)]));
    return {static_cast<double>(first), category_slots_.at(node.feature) | category_mark, left};
  }

  void write_slots() {
    std::vector<std::uint32_t> numbers, rules, categories, counts, firsts;
    for (const auto& [key, slot] : number_slots_) {
      const auto [zero_missing, missing_left, feature] = key;
      numbers.push_back(static_cast<std::uint32_t>(feature));
      rules.push_back((missing_left ? 1u : 0u) | (zero_missing ? 2u : 0u));
      has_zeros_ |= zero_missing;
    }
    std::vector<std::int32_t> groups;
    for (const auto& [feature, of_feature] : groups_of_) {
      categories.push_back(static_cast<std::uint32_t>(feature));
      counts.push_back(static_cast<std::uint32_t>(of_feature.size()));
      firsts.push_back(static_cast<std::uint32_t>(groups.size()));
      groups.insert(groups.end(), of_feature.begin(), of_feature.end());
    }
    if (!categories.empty() && groups.empty()) groups.push_back(-1);  // features of no categories at all
    source_.table("uint32_t", "$number_features", numbers);
    source_.table("unsigned char", "$number_rules", rules);
    source_.table("uint32_t", "$category_features", categories);
    source_.table("uint32_t", "$category_counts", counts);
    source_.table("uint32_t", "$category_firsts", firsts);
    source_.table("int16_t", "$groups", groups);
    const bool derives = !model_.derived.empty();
    source_.code(
        "\n/* A row as splits read it: a number, infinity or -infinity where it is missing, a group of categories or "
        "-1. */\n"
        "FUNCTION void $fill(const double* row, {{derived}}double* x) {\n{{declare}}  x[0] = -INFINITY;\n",
        {{"derived", derives ? "const double* derived, " : ""},
         {"declare", numbers.empty() && categories.empty() ? "" : "  uint32_t i;\n"}});
    if (!numbers.empty())
      source_.code(
          R"(  for (i = 0; i < {{numbers}}; ++i) {
    const double value = {{value}};
    const int missing = value != value{{zeros}};
    x[1 + i] = !missing ? value : ($number_rules[i] & 1) != 0 ? -INFINITY : INFINITY;
  }
)",
          {{"numbers", fmt::format("{}u", numbers.size())},
           {"value", derives ? fmt::format("$number_features[i] < {0}u ? row[$number_features[i]] : "
                                           "derived[$number_features[i] - {0}u]",
                                           features_)
                             : "row[$number_features[i]]"},
           {"zeros", has_zeros_ ? " || (($number_rules[i] & 2) != 0 && fabs(value) <= 1.0000000180025095e-35)" : ""}});
    if (!categories.empty())
      source_.code(
          R"(  for (i = 0; i < {{categories}}; ++i) {
    const double code = row[$category_features[i]];
    x[{{first}} + i] = code >= 0 && code < $category_counts[i] ? $groups[$category_firsts[i] + U32(code)] : -1.0;
  }
)",
          {{"categories", fmt::format("{}u", categories.size())}, {"first", std::to_string(1 + numbers.size())}});
    source_.code(numbers.empty() && categories.empty() ? "  (void)row;\n{{derived}}}\n\n" : "}\n\n",
                 {{"derived", derives ? "  (void)derived;\n" : ""}});
  }

  // What trees read in place of categories: of each table the tuple of the row is looked up among those of training.
  void write_statistics() {
    const std::vector<StatisticsTable>& tables = model_.statistics.tables();
    for (std::size_t t = 0; t < tables.size(); ++t) {
      std::vector<std::string> keys;
      std::vector<double> values;
      for (std::size_t tuple = 0; tuple <= tables[t].tuples(); ++tuple) {
        const bool is_known = tuple < tables[t].tuples();  // behind the last one stands what unknown ones have
        if (is_known) keys.push_back(fmt::format("{}ULL", tables[t].key_of(tuple)));
        for (int k = 0; k <= tables[t].statistics(); ++k)
          values.push_back(tables[t].value(is_known ? static_cast<std::int32_t>(tuple) : -1, k));
      }
      if (keys.empty()) keys.push_back("0ULL");
      source_.table("uint64_t", fmt::format("$tuples_{}", t), keys);
      source_.table(fmt::format("$statistics_{}", t), values);
    }
    source_.code(R"(
/* A category as tables know it: missing ones are -1, those that training had no name for -2. */
FUNCTION int32_t $code(double value, double count) { return !(value >= 0) ? -1 : value < count ? I32(value) : -2; }
FUNCTION uint32_t $find_tuple(const uint64_t* tuples, uint32_t count, uint64_t tuple) {
  uint32_t low = 0, high = count;
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    if (tuples[middle] < tuple) low = middle + 1; else high = middle;
  }
  return low < count && tuples[low] == tuple ? low : count;
}
FUNCTION void $derive(const double* row, double* derived) {
  uint32_t at;
  int k;
)");
    std::size_t first = 0;
    for (std::size_t t = 0; t < tables.size(); ++t) {
      std::string codes, unseen, key = "0";
      for (std::size_t i = 0; i < tables[t].features().size(); ++i) {
        const int f = tables[t].features()[i];
        const std::size_t count = model_.categories[static_cast<std::size_t>(f)].size();
        codes += fmt::format("    const int32_t code_{} = $code(row[{}], {}.0);\n", i, f, count);
        unseen += fmt::format("{}code_{} == -2", i > 0 ? " || " : "", i);
        key =
            i == 0 ? fmt::format("U64(code_0 + 1)") : fmt::format("({}) * {}ULL + U64(code_{} + 1)", key, count + 1, i);
      }
      const std::size_t width = static_cast<std::size_t>(tables[t].statistics()) + 1;
      source_.code(
          "  {\n{{codes}}    at = {{unseen}} ? {{count}}u : $find_tuple($tuples_{{table}}, {{count}}u, {{key}});\n"
          "    for (k = 0; k < {{width}}; ++k) derived[{{first}} + k] = $statistics_{{table}}[at * {{width}}u + "
          "U32(k)];\n  }\n",
          {{"codes", codes},
           {"unseen", unseen},
           {"count", std::to_string(tables[t].tuples())},
           {"key", key},
           {"width", std::to_string(width)},
           {"first", std::to_string(first)},
           {"table", std::to_string(t)}});
      first += width;
    }
    source_.code("}\n\n");
  }

  void write_walk() {
    source_.code(source_.is_cpp() ? "struct $node {\n  double number;\n  uint32_t slot, left;\n};\n"
                                  : "typedef struct {\n  double number;\n  uint32_t slot, left;\n} $node;\n");
    std::vector<std::string> nodes;
    for (const SourceNode& node : nodes_)
      nodes.push_back(fmt::format("{{{}, {}u, {}}}", double_literal(node.number), node.slot, node.left));
    source_.table("$node", "$nodes", nodes);
    source_.table("uint32_t", "$sets", sets_);
    source_.table("uint32_t", "$roots", roots_);
    source_.table("$leaf_values", leaf_values_);
    if (is_linear_) {
      source_.code(source_.is_cpp()
                       ? "struct $term {\n  double slope, centre, low, high;\n  uint32_t feature;\n};\n"
                       : "typedef struct {\n  double slope, centre, low, high;\n  uint32_t feature;\n} $term;\n");
      first_term_.push_back(static_cast<std::uint32_t>(terms_.size()));
      source_.table("$term", "$terms", terms_);
      source_.table("uint32_t", "$first_term", first_term_);
    }
    source_.code(sets_.empty() ? R"(
/* A step down a tree. */
FUNCTION uint32_t $next(uint32_t at, const double* x) {
  const $node* const node = &$nodes[at];
  return node->left + (x[node->slot] <= node->number ? 0u : 1u);
}
)"
                               : R"(
/* A step down a tree: by a number, or by a set of bits where the slot has its highest bit. */
FUNCTION uint32_t $next(uint32_t at, const double* x) {
  const $node* const node = &$nodes[at];
  const double value = x[node->slot & 0x7fffffffu];
  if ((node->slot >> 31) != 0) {
    const uint32_t bit = U32(node->number) + U32(value + 1.0);
    return node->left + 1u - ($sets[bit >> 5] >> (bit & 31u) & 1u);
  }
  return node->left + (value <= node->number ? 0u : 1u);
}
)");
    const std::string outputs = std::to_string(model_.initial_score.size());
    if (is_linear_)
      source_.code(R"(
/* Adds a leaf and its slopes, which say nothing where a value is missing or infinite. */
FUNCTION void $add(const double* row, uint32_t tree, uint32_t at, double* out) {
  const uint32_t leaf = U32($nodes[at].number);
  double value = $leaf_values[leaf];
  uint32_t i;
  for (i = $first_term[leaf]; i < $first_term[leaf + 1]; ++i) {
    const $term* const term = &$terms[i];
    const double x = row[term->feature];
    const double kept = x < term->low ? term->low : x > term->high ? term->high : x;
    value += x - x == 0 ? term->slope * (kept - term->centre) : 0.0;
  }
  out[tree % {{outputs}}u] += value;
}
)",
                   {{"outputs", outputs}});
    else if (adds_to_all_)
      source_.code(R"(
/* Adds a leaf to all outputs. */
FUNCTION void $add(uint32_t at, double* out) {
  const double* const values = $leaf_values + U32($nodes[at].number) * {{outputs}}u;
  int k;
  for (k = 0; k < {{outputs}}; ++k) out[k] += values[k];
}
)",
                   {{"outputs", outputs}});
  }

  void write_scores(bool has_offset) {
    const std::size_t outputs = model_.initial_score.size();
    const bool derives = !model_.derived.empty();
    source_.code(
        "/* The scores of a row, before the link. */\nFUNCTION void ~scores(const double* row, {{offset}}double* out) "
        "{\n",
        {{"offset", has_offset ? "const double* offset, " : ""}});
    source_.code("  double x[{{slots}}]{{derived}};\n  uint32_t group, step;\n{{derive}}  $fill(row, {{pass}}x);\n",
                 {{"slots", std::to_string(slots())},
                  {"derived", derives ? fmt::format(", derived[{}]", model_.derived.size()) : ""},
                  {"derive", derives ? "  $derive(row, derived);\n" : ""},
                  {"pass", derives ? "derived, " : ""}});
    for (std::size_t k = 0; k < outputs; ++k)
      source_.code("  out[{{k}}] = {{start}}{{offset}};\n",
                   {{"k", std::to_string(k)},
                    {"start", double_literal(model_.initial_score[k] + 0.0)},
                    {"offset", has_offset ? fmt::format(" + offset[{}]", k) : ""}});
    write_groups(outputs);
    source_.code("}\n");
  }

  void write_groups(std::size_t outputs) {
    source_.code(
        "  for (group = 0; group < {{groups}}u; ++group) {\n    const uint32_t* const root = $roots + {{width}}u * "
        "group;\n    uint32_t ",
        {{"groups", std::to_string(roots_.size() / trees_at_once)}, {"width", std::to_string(trees_at_once)}});
    const auto each = [&](std::string_view text, std::string_view between) {
      std::string all;
      for (std::size_t i = 0; i < trees_at_once; ++i) {
        if (i > 0) all += between;
        for (const char c : text) all += c == '#' ? std::to_string(i) : std::string(1, c);
      }
      source_.code(all);
    };
    each("a# = root[#]", ", ");
    // Leaves are hardly ever nearer than these steps; from there on it pays to look whether all trees have come to one.
    source_.code(";\n    for (step = 0; step < 4; ++step) {\n");
    each("      a# = $next(a#, x);\n", "");
    source_.code("    }\n    while ((");
    each("$nodes[a#].slot", " | ");
    source_.code(") != 0) {\n");
    each("      a# = $next(a#, x);\n", "");
    source_.code("    }\n");
    if (outputs == 1 && !is_linear_ && !adds_to_all_) {
      each("    out[0] += $nodes[a#].number;\n", "");
      source_.code("  }\n");
      return;
    }
    source_.code("    {\n      uint32_t at[{{width}}], i, tree = {{width}}u * group;\n      ",
                 {{"width", std::to_string(trees_at_once)}});
    each("at[#] = a#;", " ");
    source_.code("\n      for (i = 0; i < {{width}}u && tree < {{trees}}u; ++i, ++tree) {{add}};\n    }\n  }\n",
                 {{"width", std::to_string(trees_at_once)},
                  {"trees", std::to_string(model_.trees.size())},
                  {"add", is_linear_     ? "$add(row, tree, at[i], out)"
                          : adds_to_all_ ? "$add(at[i], out)"
                                         : fmt::format("out[tree % {}u] += $nodes[at[i]].number", outputs)}});
  }

  const BoostedModel::State& model_;
  const std::size_t features_;
  SourceText source_;
  bool adds_to_all_ = false, is_linear_ = false, has_zeros_ = false;
  std::map<std::tuple<bool, bool, int>, std::uint32_t> number_slots_;  // of zeros missing, of missing left, feature
  std::map<int, std::uint32_t> category_slots_;
  std::map<int, std::vector<std::int32_t>> groups_of_;  // the group of each code, -1 for none
  std::vector<SourceNode> nodes_;
  std::vector<std::uint32_t> roots_;
  std::vector<std::uint32_t> sets_;
  std::size_t set_bits_ = 0;
  std::vector<double> leaf_values_;
  std::uint32_t leaves_ = 0;
  std::vector<std::string> terms_;
  std::vector<std::uint32_t> first_term_;
};

}  // namespace

std::string to_source(const Request& request, const BoostedModel::State& model) {
  return ForestSource(request, model).written();
}

}  // namespace linden::exporting
