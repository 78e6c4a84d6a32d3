#include "boosting/categories/statistics_file.hpp"

#include <cmath>
#include <utility>

#include "base/fail.hpp"

namespace linden {
namespace {

// Counts, most often, in as few characters as there may be.
void write_number(JsonWriter& json, double value) {
  const auto whole = static_cast<std::int64_t>(std::abs(value) < 1e15 ? value : 0.5);
  static_cast<double>(whole) == value && !std::signbit(value) ? json.value(whole) : json.value(value);
}

void write_table(JsonWriter& json, const StatisticsTable& table) {
  json.open_object();
  json["features"].values(table.features());
  json["prior_weight"].value(table.prior_weight());
  json["prior"].values(table.prior());
  std::uint64_t before = 0;
  json["keys"].open_list();  // the first, then how much larger each is than the one before it
  for (std::size_t t = 0; t < table.tuples(); ++t) {
    json.value(static_cast<std::int64_t>(table.key_of(t) - before));
    before = table.key_of(t);
  }
  json.close_list();
  json["rows"].open_list();
  for (std::size_t t = 0; t < table.tuples(); ++t) write_number(json, table.rows(t));
  json.close_list();
  json["sums"].open_list();  // [tuples, statistics]
  for (std::size_t t = 0; t < table.tuples(); ++t)
    for (int k = 0; k < table.statistics(); ++k) write_number(json, table.sum(t, k));
  json.close_list();
  json.close_object();
}

std::vector<int> read_features(JsonReader& json, const ModelSchema& known) {
  std::vector<int> features;
  for (json["features"].open_list(); json.next();) {
    const std::int64_t low = features.empty() ? 0 : std::int64_t{features.back()} + 1;
    features.push_back(static_cast<int>(json.whole(low, std::ssize(known.feature_names) - 1)));
    if (!known.has_categories(static_cast<std::size_t>(features.back()))) json.refuse("is no feature of categories");
    if (features.size() > most_combined) json.refuse("is one more than a table is of");
  }
  if (features.empty()) json.refuse("is empty");
  return features;
}

// Of two classes a table has the share of one, of more all shares.
void check_prior(JsonReader& json, const std::vector<double>& prior, const ModelSchema& known) {
  const std::size_t classes = known.classes.size();
  const bool fits = classes == 0 ? !prior.empty() : prior.size() == (classes <= 2 ? 1 : classes);
  if (!fits) json.refuse(fmt::format("has {} entries, which is not what the labels have", prior.size()));
}

std::vector<std::uint64_t> read_keys(JsonReader& json, std::uint64_t tuples) {
  std::vector<std::uint64_t> keys;
  std::uint64_t key = 0;
  for (json["keys"].open_list(); json.next();) {
    key += static_cast<std::uint64_t>(
        json.whole(keys.empty() ? 0 : 1, static_cast<std::int64_t>(tuples - 1) - static_cast<std::int64_t>(key)));
    keys.push_back(key);
  }
  if (keys.empty()) json.refuse("is empty");
  return keys;
}

StatisticsTable read_table(JsonReader& json, const ModelSchema& known) {
  json.open_object();
  std::vector<int> features = read_features(json, known);
  std::vector<std::int64_t> categories;
  for (const int f : features) categories.push_back(std::ssize(known.categories[static_cast<std::size_t>(f)]));
  TupleKey key(std::move(categories));
  if (key.tuples() == 0) json.refuse("have more tuples than there are numbers for");
  const double prior_weight = json["prior_weight"].finite();
  if (!(prior_weight > 0)) json.refuse(fmt::format("is {}, which is not above 0", prior_weight));
  std::vector<double> prior = json["prior"].finites();
  check_prior(json, prior, known);
  const std::size_t statistics = prior.size();
  const std::uint64_t tuples = key.tuples();
  StatisticsTable table(std::move(features), std::move(key), prior_weight, std::move(prior));
  const std::vector<std::uint64_t> keys = read_keys(json, tuples);
  std::vector<double> rows;
  for (json["rows"].open_list(); json.next();) {
    rows.push_back(json.finite());
    if (!(rows.back() >= 0)) json.refuse("is below 0");
  }
  if (rows.size() != keys.size()) json.refuse(fmt::format("has {} entries for {} keys", rows.size(), keys.size()));
  const std::vector<double> sums = json["sums"].finites();
  if (sums.size() != keys.size() * statistics)
    json.refuse(fmt::format("has {} entries for {} keys and {} statistics", sums.size(), keys.size(), statistics));
  json.close_object();
  for (std::size_t t = 0; t < keys.size(); ++t)
    table.add(keys[t], rows[t], std::span(sums).subspan(t * statistics, statistics));
  return table;
}

}  // namespace

void write_statistics(JsonWriter& json, const TargetStatistics& statistics) {
  json["statistics"].open_list();
  for (const StatisticsTable& table : statistics.tables()) write_table(json, table);
  json.close_list();
}

TargetStatistics read_statistics(JsonReader& json, const ModelSchema& known) {
  TargetStatistics statistics;
  for (json.open_list(); json.next();) statistics.add(read_table(json, known));
  if (statistics.empty()) json.refuse("is empty");
  return statistics;
}

}  // namespace linden
