// LightGBM's text: lines of KEY=VALUE, first those of the model, then those of each tree, then sections.
#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/fail.hpp"
#include "boosting/model/foreign_splits.hpp"
#include "data/text/number.hpp"
#include "interop/import/lightgbm/source.hpp"

namespace linden::lightgbm {
namespace {

using Lines = std::map<std::string_view, std::string_view, std::less<>>;

// Words between blanks.
std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (true) {
    text.remove_prefix(std::min(text.size(), text.find_first_not_of(" \t")));
    if (text.empty()) return words;
    const std::size_t end = std::min(text.size(), text.find_first_of(" \t"));
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

class Section {
 public:
  explicit Section(std::string name) : name_(std::move(name)) {}

  const std::string& name() const noexcept { return name_; }
  void add(std::string_view line) {
    const std::size_t equals = line.find('=');
    const std::string_view key = line.substr(0, equals);
    lines_[key] = equals == line.npos ? std::string_view() : line.substr(equals + 1);
  }
  bool has(std::string_view key) const { return lines_.contains(key); }
  std::string_view text(std::string_view key) const {
    const auto found = lines_.find(key);
    if (found == lines_.end()) fail<FileError>("{} has no line \"{}=\".", name_, key);
    return found->second;
  }

  template <class Number>
  std::vector<Number> numbers(std::string_view key, std::size_t count) const {
    std::vector<Number> all;
    for (const std::string_view word : words_of(text(key))) all.push_back(number<Number>(key, word));
    if (all.size() != count)
      fail<FileError>("{}: \"{}\" has {} entries, and {} belong there.", name_, key, all.size(), count);
    return all;
  }
  std::int64_t whole(std::string_view key, std::int64_t low, std::int64_t high) const {
    const auto found = number<std::int64_t>(key, text(key));
    if (found < low || found > high)
      fail<FileError>("{}: \"{}\" is {}, but must be in [{}, {}].", name_, key, found, low, high);
    return found;
  }

 private:
  template <class Number>
  Number number(std::string_view key, std::string_view word) const {
    if constexpr (std::is_floating_point_v<Number>) {
      if (const std::optional<double> found = parse_number(word)) return *found;
    } else {
      Number found{};
      const auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), found);
      if (error == std::errc() && stop == word.data() + word.size()) return found;
    }
    fail<FileError>("{}: \"{}\" has the entry \"{}\", which is no number of its kind.", name_, key, word.substr(0, 40));
  }

  std::string name_;
  Lines lines_;
};

// Bits of words of 32, the lowest first.
std::vector<std::int32_t> codes_of(const Section& section, const std::vector<std::int64_t>& bounds,
                                   const std::vector<std::uint32_t>& words, double set) {
  const auto sets = static_cast<double>(bounds.size()) - 1;
  if (!(set >= 0 && set < sets) || set != std::floor(set))
    fail<FileError>("{}: a split is by set {} of categories, and there are {}.", section.name(), set, sets);
  const auto i = static_cast<std::size_t>(set);
  std::vector<std::int32_t> codes;
  for (std::int64_t word = bounds[i]; word < bounds[i + 1]; ++word)
    for (int bit = 0; bit < 32; ++bit) {
      if ((words[static_cast<std::size_t>(word)] >> bit & 1) == 0) continue;
      const std::int64_t code = 32 * (word - bounds[i]) + bit;
      if (code > INT32_MAX) fail<FileError>("{}: a category has the number {}.", section.name(), code);
      codes.push_back(static_cast<std::int32_t>(code));
    }
  return codes;
}

void read_categories(const Section& section, SourceTree& out, const std::vector<double>& thresholds) {
  const std::size_t sets = static_cast<std::size_t>(section.whole("num_cat", 0, INT32_MAX));
  const auto bounds = section.numbers<std::int64_t>("cat_boundaries", sets + 1);
  const bool ascends = std::ranges::is_sorted(bounds) && bounds.front() == 0;
  if (!ascends || bounds.back() > static_cast<std::int64_t>(section.text("cat_threshold").size()))
    fail<FileError>("{}: \"cat_boundaries\" does not ascend from 0 to the entries of \"cat_threshold\".",
                    section.name());
  const auto words = section.numbers<std::uint32_t>("cat_threshold", static_cast<std::size_t>(bounds.back()));
  out.codes.resize(out.tree.nodes.size());
  for (std::size_t i = 0; i < thresholds.size(); ++i)
    if (out.tree.nodes[i].categorical) out.codes[i] = codes_of(section, bounds, words, thresholds[i]);
}

void read_terms(const Section& section, SourceTree& out, std::size_t leaves) {
  const auto constants = section.numbers<double>("leaf_const", leaves);
  const auto counts = section.numbers<std::int32_t>("num_features", leaves);
  std::int64_t terms = 0;
  for (const std::int32_t count : counts) {
    if (count < 0) fail<FileError>("{}: a leaf has {} features.", section.name(), count);
    terms += count;
  }
  const auto features = section.numbers<std::int32_t>("leaf_features", static_cast<std::size_t>(terms));
  const auto slopes = section.numbers<double>("leaf_coeff", static_cast<std::size_t>(terms));
  const std::size_t splits = leaves - 1;
  out.constants = out.tree.values;
  out.tree.terms.resize(out.tree.nodes.size());
  std::size_t term = 0;
  for (std::size_t leaf = 0; leaf < leaves; ++leaf) {
    std::vector<std::pair<int, double>> own;
    for (const std::size_t end = term + static_cast<std::size_t>(counts[leaf]); term < end; ++term)
      own.emplace_back(features[term], slopes[term]);
    out.tree.values[splits + leaf] = constants[leaf];
    out.tree.terms[splits + leaf] = terms_of(section.name(), std::move(own));
  }
}

// Splits first, then leaves, in LightGBM's numbers.
SourceTree tree_of(const Section& section) {
  const auto leaves = static_cast<std::size_t>(section.whole("num_leaves", 1, INT32_MAX / 2));
  const auto values = section.numbers<double>("leaf_value", leaves);
  const std::size_t splits = leaves - 1;
  SourceTree out;
  std::vector<TreeNode>& nodes = out.tree.nodes;
  nodes.resize(splits + leaves);
  out.tree.values.resize(splits);
  out.tree.values.insert(out.tree.values.end(), values.begin(), values.end());
  const bool has_categories = section.has("num_cat") && section.whole("num_cat", 0, INT32_MAX) > 0;
  if (splits > 0) {
    const auto features = section.numbers<std::int32_t>("split_feature", splits);
    const auto thresholds = section.numbers<double>("threshold", splits);
    const auto decisions = section.numbers<std::int32_t>("decision_type", splits);
    const auto left = section.numbers<std::int32_t>("left_child", splits);
    const auto right = section.numbers<std::int32_t>("right_child", splits);
    const auto place = [&](std::int32_t child) {
      const std::int64_t at = child >= 0 ? child : static_cast<std::int64_t>(splits) + ~child;
      if (child >= static_cast<std::int32_t>(splits) || at >= static_cast<std::int64_t>(nodes.size()))
        fail<FileError>("{}: a split has the child {}, and there are {} leaves.", section.name(), child, leaves);
      return static_cast<int>(at);
    };
    for (std::size_t i = 0; i < splits; ++i) {
      TreeNode& node = nodes[i];
      node.feature = features[i];
      node.left = place(left[i]);
      node.right = place(right[i]);
      const std::int32_t missing = decisions[i] >> 2;
      if (features[i] < 0 || decisions[i] < 0 || missing > 2)
        fail<FileError>("{}: split {} is by feature {} with decision_type {}.", section.name(), i, features[i],
                        decisions[i]);
      node.threshold = thresholds[i];  // of a category the number of its set, which read_categories looks up
      constexpr MissingType types[] = {MissingType::none, MissingType::zero, MissingType::nan};
      set_split(node, (decisions[i] & 1) != 0, types[missing], (decisions[i] & 2) != 0);
    }
    if (has_categories) read_categories(section, out, thresholds);
  }
  const auto fill = [&](std::string_view key, std::size_t first, std::size_t count, const auto& set) {
    if (count == 0 || !section.has(key) || words_of(section.text(key)).empty()) return;
    const auto numbers = section.numbers<double>(key, count);
    for (std::size_t i = 0; i < count; ++i) set(nodes[first + i], numbers[i]);
  };
  const auto count = [](TreeNode& node, double rows) {
    node.rows = rows_of(rows);
    node.cover = static_cast<double>(node.rows);
  };
  fill("split_gain", 0, splits, [](TreeNode& node, double gain) { node.gain = gain; });
  fill("internal_count", 0, splits, count);
  fill("leaf_count", splits, leaves, count);
  if (section.has("internal_weight") || splits == 0)  // since version 3, of both
    for (const auto& [key, first, size] :
         {std::tuple("internal_weight", std::size_t{0}, splits), std::tuple("leaf_weight", splits, leaves)})
      fill(key, first, size, [](TreeNode& node, double weight) { node.cover = weight; });
  if (section.has("is_linear") && section.whole("is_linear", 0, 1) == 1) read_terms(section, out, leaves);
  return out;
}

// "-1:3:0:7" are categories, "[0:1.5]" is a range, "none" a feature without any use.
void read_infos(const Section& head, Source& source) {
  const std::vector<std::string_view> infos = words_of(head.text("feature_infos"));
  if (infos.size() != source.features.size())
    fail<FileError>("{}: \"feature_infos\" has {} entries for {} features.", head.name(), infos.size(),
                    source.features.size());
  for (const std::string_view info : infos) {
    std::vector<std::int32_t>& codes = source.codes.emplace_back();
    source.categorical.push_back(info != "none" && !info.starts_with('['));
    if (!source.categorical.back()) continue;
    for (std::string_view rest = info; !rest.empty();) {
      const std::size_t colon = std::min(rest.size(), rest.find(':'));
      std::int32_t code = 0;
      const auto [stop, error] = std::from_chars(rest.data(), rest.data() + colon, code);
      if (error != std::errc() || stop != rest.data() + colon)
        fail<FileError>("{}: \"feature_infos\" has the entry \"{}\".", head.name(), info.substr(0, 40));
      if (code >= 0) codes.push_back(code);
      rest.remove_prefix(std::min(rest.size(), colon + 1));
    }
  }
}

void read_head(const Section& head, Source& source) {
  constexpr std::string_view known[] = {"v2", "v3", "v4"};
  source.is_version_2 = head.has("version") && head.text("version") == known[0];
  if (head.has("version") && std::ranges::find(known, head.text("version")) == std::end(known))
    fail<FileError>("{} is of version {}, and v2, v3 and v4 are known.", head.name(),
                    head.text("version").substr(0, 40));
  const bool has_outputs = head.has("num_tree_per_iteration");
  source.outputs = static_cast<int>(head.whole(has_outputs ? "num_tree_per_iteration" : "num_class", 1, INT32_MAX));
  const std::int64_t last = head.whole("max_feature_idx", 0, INT32_MAX - 1);
  for (const std::string_view name : words_of(head.text("feature_names"))) source.features.emplace_back(name);
  if (std::ssize(source.features) != last + 1)
    fail<FileError>("{}: \"feature_names\" has {} names, and {} belong there.", head.name(), source.features.size(),
                    last + 1);
  if (head.has("objective")) source.objective = head.text("objective");
  source.is_average = head.has("average_output");
  if (head.has("feature_infos")) read_infos(head, source);
}

}  // namespace

Source source_of_text(std::string_view text) {
  constexpr std::string_view tree_mark = "Tree=", pandas_mark = "pandas_categorical:";
  Source source;
  Section section("the head");
  bool is_head = true, in_trees = true, is_ended = false;
  const auto close = [&] {
    if (is_head)
      read_head(section, source);
    else if (in_trees)
      source.trees.push_back(tree_of(section));
  };
  std::size_t sizes = 0;
  bool has_sizes = false;
  while (!text.empty()) {
    const std::size_t end = std::min(text.size(), text.find('\n'));
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), end + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    if (in_trees && line.starts_with(tree_mark)) {
      close();
      if (is_head && section.has("tree_sizes")) {
        has_sizes = true;
        sizes = words_of(section.text("tree_sizes")).size();
      }
      is_head = false;
      section = Section(fmt::format("tree {}", source.trees.size()));
      continue;
    }
    const bool ends = line == "end of trees";
    const bool is_section = ends || line == "feature importances:" || line == "feature_importances:" ||
                            line == "parameters:" || line.starts_with(pandas_mark);
    if (in_trees && is_section) {
      close();
      in_trees = false;
      is_ended = true;
    }
    if (in_trees) {
      section.add(line);
    } else if (line.starts_with(pandas_mark)) {
      source.pandas = frame_categories(line.substr(pandas_mark.size()));
    } else if (line.starts_with('[') && line.ends_with(']')) {
      const std::size_t colon = line.find(": ");
      if (colon != line.npos)
        source.parameters.emplace(line.substr(1, colon - 1), line.substr(colon + 2, line.size() - colon - 3));
    }
  }
  if (in_trees) close();
  if (has_sizes && (sizes != source.trees.size() || !is_ended))
    fail<FileError>("the file is cut short: {} of {} trees are there{}. Hint: copy it again.", source.trees.size(),
                    sizes, is_ended ? "" : ", the last one perhaps in part");
  return source;
}

}  // namespace linden::lightgbm
