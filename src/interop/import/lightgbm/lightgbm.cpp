#include "interop/import/lightgbm/lightgbm.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "boosting/model/foreign_splits.hpp"
#include "interop/import/lightgbm/objective.hpp"
#include "interop/import/lightgbm/source.hpp"
#include "loss/link_only.hpp"

namespace linden {
namespace lightgbm {

void set_split(TreeNode& node, bool is_categorical, MissingType missing, bool default_left) {
  node.categorical = is_categorical;
  if (is_categorical) {  // what is missing, or was not seen, goes right
    node.threshold = 0;
    return;
  }
  // A split of what is missing from all else is at infinity.
  node.threshold = std::min(node.threshold, std::numeric_limits<double>::max());
  set_missing(node, missing, default_left);
}

std::vector<LeafTerm> terms_of(const std::string& tree, std::vector<std::pair<int, double>> slopes) {
  constexpr double largest = std::numeric_limits<double>::max();
  std::ranges::stable_sort(slopes, {}, &std::pair<int, double>::first);
  std::vector<LeafTerm> terms;
  for (const auto& [feature, slope] : slopes) {
    if (!terms.empty() && terms.back().feature == feature)
      fail<FileError>("{}: a leaf has feature {} twice.", tree, feature);
    terms.push_back({.feature = feature, .slope = slope, .low = -largest, .high = largest});
  }
  return terms;
}

namespace {

// The names of a data frame's categories; nothing where they are no texts and no numbers.
std::optional<std::vector<std::string>> names_of(const Place& list) {
  std::vector<std::string> names;
  if (list.size() == 0) return names;
  try {
    for (const double number : list.numbers()) names.push_back(fmt::format("{}", number));
    return names;
  } catch (const FileError&) {
  }
  try {
    return list.texts();
  } catch (const FileError&) {
    return std::nullopt;
  }
}

}  // namespace

FrameCategories frame_categories(std::string_view json) {
  std::string text;
  bool is_quoted = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (json[i] == '"') is_quoted = !is_quoted;
    if (is_quoted && json[i] == '\\' && i + 1 < json.size()) text += json[i++];
    const std::string_view rest = json.substr(i);
    const std::string_view flag = rest.starts_with("true") ? "\"True\"" : rest.starts_with("false") ? "\"False\"" : "";
    if (is_quoted || flag.empty()) {
      text += json[i];
      continue;
    }
    text += flag;
    i += flag.size() - 3;
  }
  const Value document = parse_json(text);
  const Place lists(document);
  FrameCategories names;
  if (!lists.is_list()) return names;
  for (std::size_t i = 0; i < lists.size(); ++i) names.push_back(names_of(lists.at(i)));
  return names;
}

namespace {

// The categories of one feature: ours by LightGBM's numbers.
struct Categories {
  std::vector<std::string> names;
  std::unordered_map<std::int32_t, std::int32_t> code;
};

// One list for each categorical feature, in their order, or none: a data frame's categorical columns are those of the
// model unless some were not used, or others are categorical by number.
std::vector<std::vector<std::string>> names_of_frame(Source& source, const std::vector<bool>& categorical) {
  FrameCategories& lists = source.pandas;
  if (lists.empty()) return {};
  std::vector<std::vector<std::string>> all;
  bool fits = std::ranges::count(categorical, true) == static_cast<std::ptrdiff_t>(lists.size());
  std::size_t f = 0;
  for (std::size_t i = 0; fits && i < lists.size(); ++i, ++f) {
    while (!categorical[f]) ++f;
    std::optional<std::vector<std::string>>& names = lists[i];
    const bool has_codes = f < source.codes.size() && !source.codes[f].empty();
    fits = names && (!has_codes || static_cast<std::size_t>(std::ranges::max(source.codes[f])) < names->size());
    if (fits) all.push_back(std::move(*names));
  }
  if (fits) return all;
  source.warnings.emplace_back(
      "pandas_categorical does not fit the categorical features: their categories are named by LightGBM's numbers.");
  return {};
}

Categories categories_of(std::vector<std::int32_t> codes, const std::vector<std::string>& names) {
  for (std::size_t i = 0; i < names.size(); ++i) codes.push_back(static_cast<std::int32_t>(i));
  std::ranges::sort(codes);
  codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
  std::vector<std::pair<std::string, std::int32_t>> sorted;
  for (const std::int32_t code : codes) {
    const bool has_name = static_cast<std::size_t>(code) < names.size();
    sorted.emplace_back(has_name ? names[static_cast<std::size_t>(code)] : std::to_string(code), code);
  }
  std::ranges::sort(sorted);
  Categories categories;
  for (auto& [name, code] : sorted) {
    categories.code.emplace(code, static_cast<std::int32_t>(categories.names.size()));
    categories.names.push_back(std::move(name));
  }
  return categories;
}

// Those that the head names, and those that trees know beside them.
std::vector<Categories> all_categories(Source& source, std::size_t bytes) {
  const std::size_t features = source.features.size();
  std::vector<bool> categorical = source.categorical;
  categorical.resize(features);
  source.codes.resize(features);
  std::vector<std::vector<std::int32_t>> others(features);
  for (const SourceTree& tree : source.trees)
    for (std::size_t i = 0; i < tree.codes.size(); ++i) {
      const TreeNode& node = tree.tree.nodes[i];
      if (!node.categorical || static_cast<std::size_t>(node.feature) >= features) continue;
      const auto f = static_cast<std::size_t>(node.feature);
      categorical[f] = true;
      others[f].insert(others[f].end(), tree.codes[i].begin(), tree.codes[i].end());
    }
  const std::vector<std::vector<std::string>> names = names_of_frame(source, categorical);
  std::vector<Categories> all(features);
  std::size_t unnamed = 0, next = 0;
  for (std::size_t f = 0; f < features; ++f) {
    std::vector<std::int32_t>& more = others[f];
    std::ranges::sort(more);
    more.erase(std::unique(more.begin(), more.end()), more.end());
    std::vector<std::int32_t>& codes = source.codes[f];
    std::ranges::sort(codes);
    std::erase_if(more, [&](std::int32_t code) { return std::ranges::binary_search(codes, code); });
    unnamed += more.size();
    // A word of 11 bytes can name 32 categories, whose texts take a hundred times that.
    if (unnamed > 4096 + bytes / 64)
      fail<FileError>("trees know {} categories that \"feature_infos\" does not name, too many for its size.", unnamed);
    codes.insert(codes.end(), more.begin(), more.end());
    if (categorical[f]) all[f] = categories_of(codes, names.empty() ? std::vector<std::string>() : names[next++]);
  }
  source.categorical = std::move(categorical);
  return all;
}

void set_categories(SourceTree& tree, const std::vector<Categories>& categories) {
  for (std::size_t i = 0; i < tree.codes.size(); ++i) {
    TreeNode& node = tree.tree.nodes[i];
    if (!node.categorical) continue;
    const auto& code = categories[static_cast<std::size_t>(node.feature)].code;
    for (const std::int32_t theirs : tree.codes[i]) node.left_categories.push_back(code.at(theirs));
    std::ranges::sort(node.left_categories);
    node.left_categories.erase(std::unique(node.left_categories.begin(), node.left_categories.end()),
                               node.left_categories.end());
  }
}

void check_features(const std::string& name, const SourceTree& tree, std::size_t features) {
  const auto check = [&](int feature) {
    if (feature >= 0 && static_cast<std::size_t>(feature) < features) return;
    fail<FileError>("{} uses feature {} of {}.", name, feature, features);
  };
  for (const TreeNode& node : tree.tree.nodes)
    if (node.feature >= 0) check(node.feature);
  for (const auto& terms : tree.tree.terms)
    for (const LeafTerm& term : terms) check(term.feature);
}

// Forests of version 2 had probabilities in their leaves where later ones have scores.
bool has_probabilities(const Source& source, const Objective& objective) {
  if (!source.is_average || !source.is_version_2 || objective.loss.classes() == 0) return false;
  return std::ranges::all_of(source.trees, [](const SourceTree& tree) {
    return std::ranges::all_of(tree.tree.values, [](double value) { return value >= 0 && value <= 1; });
  });
}

// All that a tree adds, times `factor`, and divided by a forest's rounds.
void scale(SourceTree& tree, double factor, double rounds) {
  if (factor == 1 && rounds == 1) return;
  const auto one = [&](double& value) { value = value * factor / rounds; };
  std::ranges::for_each(tree.tree.values, one);
  std::ranges::for_each(tree.constants, one);
  for (auto& terms : tree.tree.terms)
    for (LeafTerm& term : terms) one(term.slope);
}

BoostedModel::State state_of(Source source, std::size_t bytes) {
  Objective objective = objective_of(source);
  const bool is_probability = has_probabilities(source, objective);
  if (is_probability)
    objective.loss = link_only_loss("lightgbm " + source.objective, Link::identity, source.outputs, LabelKind::real);
  const auto outputs = static_cast<std::size_t>(source.outputs);
  if (source.trees.empty() || source.trees.size() % outputs != 0)
    fail<FileError>("there are {} trees, and {} in each round.", source.trees.size(), outputs);
  for (std::size_t t = 0; t < source.trees.size(); ++t)
    check_features(fmt::format("tree {}", t), source.trees[t], source.features.size());
  const std::vector<Categories> categories = all_categories(source, bytes);
  BoostedModel::State state = foreign_state(objective.loss, std::move(source.features), std::vector<double>(outputs));
  for (std::size_t f = 0; f < categories.size(); ++f) {
    state.categorical[f] = source.categorical[f];
    state.categories[f] = categories[f].names;
  }
  const auto rounds = static_cast<double>(source.trees.size() / outputs);
  for (std::size_t t = 0; t < source.trees.size(); ++t) {
    const std::string name = fmt::format("tree {}", t);
    SourceTree& tree = source.trees[t];
    scale(tree, objective.factor, source.is_average ? rounds : 1);
    set_categories(tree, categories);
    if (!tree.tree.terms.empty()) split_off_missing(name, tree.tree, std::move(tree.constants));
    state.trees.push_back(laid_out(name, tree.tree, static_cast<int>(t % outputs)));
    tree = {};
  }
  state.warnings = std::move(source.warnings);
  if (source.is_average && rounds > 1)
    state.warnings.push_back(fmt::format(
        "A random forest: its leaves are divided by its {} rounds, so that a part of it is no mean.", rounds));
  if (objective.factor != 1)
    state.warnings.push_back(
        fmt::format("Scores are {} times LightGBM's, whose objective is \"{}\".", objective.factor, source.objective));
  if (is_probability)
    state.warnings.emplace_back(
        "Its leaves hold probabilities, as those of random forests of version 2: so do predictions.");
  if (source.objective.empty()) state.warnings.emplace_back("The file names no objective: predictions are scores.");
  return state;
}

}  // namespace
}  // namespace lightgbm

bool looks_like_lightgbm(std::string_view head) {
  const bool is_dump = head.starts_with('{') && head.find("\"num_tree_per_iteration\"") != head.npos;
  return is_dump ||
         ((head.starts_with("tree\n") || head.starts_with("tree\r\n")) && head.find("num_class=") != head.npos);
}

std::shared_ptr<const BoostedModel::State> read_lightgbm(std::string_view bytes) {
  return or_out_of_memory("read_lightgbm", [&] {
    lightgbm::Source source =
        bytes.starts_with('{') ? lightgbm::source_of_dump(bytes) : lightgbm::source_of_text(bytes);
    return imported("the LightGBM model", lightgbm::state_of(std::move(source), bytes.size()));
  });
}

}  // namespace linden
