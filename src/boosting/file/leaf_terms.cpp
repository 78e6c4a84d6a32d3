#include "boosting/file/leaf_terms.hpp"

#include "base/fail.hpp"

namespace linden {

void write_leaf_terms(JsonWriter& json, const std::vector<LeafTerm>& terms) {
  json["leaf_terms"].open_object();
  json["leaf"].values(terms, [](const LeafTerm& t) { return t.leaf; });
  json["feature"].values(terms, [](const LeafTerm& t) { return t.feature; });
  json["slope"].values(terms, [](const LeafTerm& t) { return t.slope; });
  json["centre"].values(terms, [](const LeafTerm& t) { return t.centre; });
  json["low"].values(terms, [](const LeafTerm& t) { return t.low; });
  json["high"].values(terms, [](const LeafTerm& t) { return t.high; });
  json.close_object();
}

// Lists of one entry a term: by leaf, and in a leaf by feature. Terms are made once all are there.
std::vector<LeafTerm> read_leaf_terms(JsonReader& json, const ModelSchema& known, int leaves) {
  std::vector<std::int32_t> leaf, feature;
  json["leaf_terms"].open_object();
  for (json["leaf"].open_list(); json.next();)
    leaf.push_back(static_cast<std::int32_t>(json.whole(leaf.empty() ? 0 : leaf.back(), leaves - 1)));
  if (leaf.empty()) json.refuse("is empty");
  const auto list = [&](const char* name, const auto& read) {
    std::size_t i = 0;
    for (json[name].open_list(); json.next(); ++i) {
      if (i == leaf.size()) json.refuse("is one more than there are terms");
      read(i);
    }
    if (i != leaf.size()) json.refuse(fmt::format("has {} entries for {} terms", i, leaf.size()));
  };
  const auto numbers = [&](const char* name, const auto& check) {
    std::vector<double> values;
    list(name, [&](std::size_t i) {
      values.push_back(json.finite());
      check(i, values.back());
    });
    return values;
  };
  list("feature", [&](std::size_t i) {
    feature.push_back(static_cast<std::int32_t>(json.whole(0, std::ssize(known.feature_names) - 1)));
    if (known.has_categories(static_cast<std::size_t>(feature[i]))) json.refuse("is a feature of categories");
    if (i > 0 && leaf[i - 1] == leaf[i] && feature[i - 1] >= feature[i]) json.refuse("is not ascending in its leaf");
  });
  const auto anything = [](std::size_t, double) {};
  const std::vector<double> slope = numbers("slope", anything), centre = numbers("centre", anything);
  const std::vector<double> low = numbers("low", [&](std::size_t i, double value) {
    if (value > centre[i]) json.refuse("is above the centre");
  });
  const std::vector<double> high = numbers("high", [&](std::size_t i, double value) {
    if (value < centre[i]) json.refuse("is below the centre");
  });
  json.close_object();
  std::vector<LeafTerm> terms;
  for (std::size_t i = 0; i < leaf.size(); ++i)
    terms.push_back({leaf[i], feature[i], slope[i], centre[i], low[i], high[i]});
  return terms;
}

}  // namespace linden
