// What dump_model writes: JSON, in which a tree is an object in an object.
#include <charconv>

#include "base/fail.hpp"
#include "boosting/model/foreign_splits.hpp"
#include "interop/import/lightgbm/source.hpp"

namespace linden::lightgbm {
namespace {

constexpr std::int32_t most = INT32_MAX;

double number_or(const Place& place, std::string_view name, double otherwise) {
  const std::optional<Place> found = place.find(name);
  return found && found->is_number() ? found->number() : otherwise;
}

// "1||10||100"
std::vector<std::int32_t> codes_of(const Place& place) {
  std::vector<std::int32_t> codes;
  for (std::string_view rest = place.text(); !rest.empty();) {
    const std::size_t bar = std::min(rest.size(), rest.find("||"));
    std::int32_t code = 0;
    const auto [stop, error] = std::from_chars(rest.data(), rest.data() + bar, code);
    if (error != std::errc() || stop != rest.data() + bar || code < 0) place.refuse("is no list of categories");
    codes.push_back(code);
    rest.remove_prefix(std::min(rest.size(), bar + 2));
  }
  return codes;
}

MissingType missing_of(const Place& place) {
  const std::string& word = place.text();
  if (word == "None") return MissingType::none;
  if (word == "Zero") return MissingType::zero;
  if (word != "NaN") place.refuse(fmt::format("is \"{}\", but must be None, Zero or NaN", word));
  return MissingType::nan;
}

void read_split(const Place& place, TreeNode& node, std::vector<std::int32_t>& codes) {
  node.feature = static_cast<int>(place["split_feature"].whole(0, most));
  node.gain = number_or(place, "split_gain", 0);
  node.rows = rows_of(number_or(place, "internal_count", 0));
  node.cover = number_or(place, "internal_weight", static_cast<double>(node.rows));
  const std::string& decision = place["decision_type"].text();
  const bool is_categorical = decision == "==";
  if (!is_categorical && decision != "<=") place["decision_type"].refuse("is neither \"<=\" nor \"==\"");
  if (is_categorical)
    codes = codes_of(place["threshold"]);
  else
    node.threshold = place["threshold"].number();
  set_split(node, is_categorical, missing_of(place["missing_type"]), place["default_left"].flag());
}

void read_leaf(const Place& place, SourceTree& out, std::size_t at) {
  out.tree.values[at] = out.constants[at] = place["leaf_value"].number();
  out.tree.nodes[at].rows = rows_of(number_or(place, "leaf_count", 0));
  out.tree.nodes[at].cover = number_or(place, "leaf_weight", static_cast<double>(out.tree.nodes[at].rows));
  const std::optional<Place> constant = place.find("leaf_const");
  if (!constant) return;
  out.tree.values[at] = constant->number();
  const std::vector<std::int32_t> features = place["leaf_features"].wholes(0, most);
  const std::vector<double> slopes = place["leaf_coeff"].numbers();
  if (features.size() != slopes.size()) place.refuse("does not have one slope a feature");
  std::vector<std::pair<int, double>> terms;
  for (std::size_t i = 0; i < features.size(); ++i) terms.emplace_back(features[i], slopes[i]);
  if (out.tree.terms.empty()) out.tree.terms.resize(out.tree.nodes.size());
  out.tree.terms[at] = terms_of(place.path(), std::move(terms));
}

SourceTree tree_of(const Place& root) {
  SourceTree out;
  struct Open {
    Place place;
    std::size_t at;
  };
  const auto add = [&] {
    out.tree.add_leaf(0);
    out.codes.emplace_back();
    out.constants.push_back(0);
    if (!out.tree.terms.empty()) out.tree.terms.emplace_back();
    return out.tree.nodes.size() - 1;
  };
  std::vector<Open> open;
  open.push_back({root, add()});
  while (!open.empty()) {
    const auto [place, at] = std::move(open.back());
    open.pop_back();
    if (place.find("leaf_value")) {
      read_leaf(place, out, at);
      continue;
    }
    read_split(place, out.tree.nodes[at], out.codes[at]);
    const std::size_t left = add(), right = add();
    out.tree.nodes[at].left = static_cast<int>(left);
    out.tree.nodes[at].right = static_cast<int>(right);
    for (const auto& [side, child] : {std::pair("left_child", left), std::pair("right_child", right)}) {
      const Place below = place[side];
      open.push_back({below, child});
    }
  }
  return out;
}

void read_infos(const Place& infos, Source& source) {
  source.categorical.resize(source.features.size());
  source.codes.resize(source.features.size());
  for (std::size_t f = 0; f < source.features.size(); ++f) {
    const std::optional<Place> info = infos.find(source.features[f]);
    const std::optional<Place> values = info ? info->find("values") : std::nullopt;
    if (!values || values->size() == 0) continue;
    source.categorical[f] = true;
    for (const std::int32_t code : values->wholes(-1, most))
      if (code >= 0) source.codes[f].push_back(code);
  }
}

}  // namespace

Source source_of_dump(std::string_view text) {
  const Value document = parse_json(text);
  const Place root(document);
  Source source;
  source.outputs = static_cast<int>(root["num_tree_per_iteration"].whole(1, most));
  source.features = root["feature_names"].texts();
  if (const auto objective = root.find("objective")) source.objective = objective->text();
  if (const auto average = root.find("average_output")) source.is_average = average->flag();
  if (const auto infos = root.find("feature_infos")) read_infos(*infos, source);
  const Place trees = root["tree_info"];
  for (std::size_t t = 0, count = trees.size(); t < count; ++t)
    source.trees.push_back(tree_of(trees.at(t)["tree_structure"]));
  // As Python writes it, it stands last.
  constexpr std::string_view mark = "\"pandas_categorical\":";
  if (const auto pandas = root.find("pandas_categorical"); pandas && pandas->is_list())
    if (const std::size_t at = text.rfind(mark), end = text.rfind(']'); at != text.npos && end > at && end != text.npos)
      source.pandas = frame_categories(text.substr(at + mark.size(), end + 1 - at - mark.size()));
  return source;
}

}  // namespace linden::lightgbm
