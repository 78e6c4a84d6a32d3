#include "interop/import/catboost/statistics.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <numeric>
#include <set>

#include "base/fail.hpp"

namespace linden::catboost {
namespace {

constexpr double largest = std::numeric_limits<double>::max();
constexpr std::uint64_t no_tuple =
    std::numeric_limits<std::uint64_t>::max();  // an empty place of CatBoost's hash table
constexpr std::size_t most_tests = 16;

// CatBoost's hash of a hash and one thing more. The factor is odd, so that the first hash can be found from the second.
constexpr std::uint64_t factor = 0x4906ba494954cb65;
constexpr std::uint64_t inverse() {
  std::uint64_t found = factor;  // right in three bits, and in twice as many after each step
  for (int step = 0; step < 5; ++step) found *= 2 - factor * found;
  return found;
}
static_assert(factor * inverse() == 1);
constexpr std::uint64_t hashed(std::uint64_t before, std::uint64_t more) { return factor * (before + factor * more); }
constexpr std::uint64_t without(std::uint64_t hash, std::uint64_t last) { return inverse() * hash - factor * last; }

std::uint64_t key_of(const Place& place) {
  const std::string& text = place.text();
  std::uint64_t key = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), key);
  if (error != std::errc() || stop != text.data() + text.size()) place.refuse("is no hash of 64 bits");
  return key;
}

// In floats, as CatBoost computes it.
float value_of(const Ctr& ctr, double count, double total) {
  const float share = (static_cast<float>(count) + ctr.prior) / (static_cast<float>(total) + ctr.weight);
  return (share + ctr.shift) * ctr.scale;
}

}  // namespace

Statistics::Statistics(const Features& features, const std::optional<Place>& data, int statistics)
    : features_(features),
      statistics_(statistics),
      names_(features.names_of_hashes.begin(), features.names_of_hashes.end()),
      candidates_(features.names.size()),
      codes_(features.names.size()) {
  const bool by_category =
      std::ranges::any_of(features.splits, [](const Split& split) { return split.ctr >= 0 || split.test.by_category; });
  if (by_category && names_.empty())
    fail<FileError>(
        "splits are by categories, and the file has hashes in place of their names. Hint: save_model(FILE, "
        "format=\"json\", pool=DATA), with the data of training, writes the names, too.");
  std::vector<const Ctr*> ctrs;
  for (const Ctr& ctr : features.ctrs)
    if (by_category) ctrs.push_back(&ctr);
  std::ranges::stable_sort(ctrs, {}, [](const Ctr* ctr) { return ctr->features.size() + ctr->tests.size(); });
  for (const Ctr* const ctr : ctrs) {
    const auto [entry, is_new] = counts_.try_emplace(ctr->table);
    if (!is_new) {
      if (entry->second.ctr->features != ctr->features || entry->second.ctr->tests != ctr->tests ||
          entry->second.ctr->type != ctr->type)
        fail<FileError>("two CTRs of other features have one table, {}.", ctr->table);
      continue;
    }
    entry->second.ctr = ctr;
    if (!data) fail<FileError>("there are CTRs and no \"ctr_data\".");
    read((*data)[ctr->table], entry->second);
  }
  find_categories();
}

std::uint64_t Statistics::signed_hash(std::int32_t name) const {
  return static_cast<std::uint64_t>(static_cast<std::int32_t>(names_[static_cast<std::size_t>(name)].first));
}

// Hash and counts of each tuple, one after the other.
void Statistics::read(const Place& place, Counts& counts) {
  const Ctr& ctr = *counts.ctr;
  if (ctr.features.size() > most_combined)
    place.refuse(
        fmt::format("is of {} features together, and {} are the most here. Hint: train with a smaller "
                    "max_ctr_complexity",
                    ctr.features.size(), most_combined));
  if (ctr.tests.size() > most_tests) place.refuse("is of too many tests");
  const auto stride = static_cast<std::size_t>(place["hash_stride"].whole(2, 1 << 20));
  counts.width = stride - 1;
  const bool fits = ctr.type == CtrType::mean      ? counts.width == 2
                    : ctr.type == CtrType::counter ? counts.width == 1
                                                   : static_cast<std::size_t>(ctr.target) < counts.width;
  const Place map = place["hash_map"];
  if (!fits || map.size() % stride != 0) place.refuse(fmt::format("has a stride of {}", stride));
  counts.denominator = static_cast<double>(place["counter_denominator"].whole(0, INT32_MAX));
  std::vector<std::uint64_t> keys;
  for (std::size_t at = 0; at < map.size(); at += stride) {
    const std::uint64_t key = key_of(map.at(at));
    if (key == no_tuple) continue;
    keys.push_back(key);
    for (std::size_t i = 1; i < stride; ++i) counts.counts.push_back(map.at(at + i).number());
    const bool is_mean = ctr.type == CtrType::mean;
    for (std::size_t i = 1; i < stride; ++i)
      if (const double one = counts.counts[counts.counts.size() - i]; (!is_mean || i == 1) && !(one >= 0))
        map.refuse(fmt::format("has the count {}", one));
  }
  Candidates all(features_.names.size());
  std::vector<std::int32_t> every(names_.size());
  std::iota(every.begin(), every.end(), 0);
  for (const int f : ctr.features) all[static_cast<std::size_t>(f)] = every;
  Candidates known = all;  // tables of one feature come first, and know all of its categories
  for (const int f : ctr.features)
    if (const auto& list = candidates_[static_cast<std::size_t>(f)]; !list.empty())
      known[static_cast<std::size_t>(f)] = list;
  if (!find_tuples(keys, known, counts) && !find_tuples(keys, all, counts))
    place.refuse(
        "has tuples of categories whose names the file does not have. Hint: save_model with pool=DATA wants all data "
        "of training");
  if (ctr.features.size() != 1) return;
  std::set<std::int32_t> found;
  for (const Tuple& tuple : counts.tuples) found.insert(tuple.names[0]);
  candidates_[static_cast<std::size_t>(ctr.features[0])].assign(found.begin(), found.end());
}

// The hashes of the first features, as many as the table's size allows, are looked up; the others are tried.
bool Statistics::find_tuples(const std::vector<std::uint64_t>& keys, const Candidates& candidates,
                             Counts& counts) const {
  constexpr std::uint64_t most_steps = std::uint64_t{1} << 31;
  const Ctr& ctr = *counts.ctr;
  const auto of = [&](std::size_t i) -> const std::vector<std::int32_t>& {
    return candidates[static_cast<std::size_t>(ctr.features[i])];
  };
  KeyNumbers known;  // by their numbers, whose digits are the places of candidates
  for (const std::int32_t name : of(0)) known.add(hashed(0, signed_hash(name)));
  std::size_t looked_up = 1, entries = of(0).size();
  for (; looked_up < ctr.features.size() && entries * of(looked_up).size() <= 4096 + 4 * keys.size(); ++looked_up) {
    KeyNumbers longer;
    for (const std::uint64_t before : known.keys())
      for (const std::int32_t name : of(looked_up)) longer.add(hashed(before, signed_hash(name)));
    entries *= of(looked_up).size();
    known = std::move(longer);
  }
  if (known.size() != entries) return false;  // two have one hash
  std::uint64_t tried = 1;
  for (std::size_t i = looked_up; i < ctr.features.size(); ++i) tried *= of(i).size();
  const std::uint32_t ways = std::uint32_t{1} << ctr.tests.size();
  if (keys.size() * ways > most_steps / tried)
    fail<FileError>("table {} has too many tuples of too many categories to find their names.", ctr.table);
  counts.tuples.clear();
  for (const std::uint64_t key : keys) {
    bool is_found = false;
    for (std::uint32_t passed = 0; passed < ways && !is_found; ++passed) {
      std::uint64_t hash = key;
      for (std::size_t t = ctr.tests.size(); t-- > 0;) hash = without(hash, passed >> t & 1);
      for (std::uint64_t choice = 0; choice < tried && !is_found; ++choice) {
        Tuple tuple{{}, passed};
        std::uint64_t first = hash, rest = choice;
        for (std::size_t i = ctr.features.size(); i-- > looked_up; rest /= of(i).size()) {
          tuple.names[i] = of(i)[static_cast<std::size_t>(rest % of(i).size())];
          first = without(first, signed_hash(tuple.names[i]));
        }
        std::int32_t number = known.find(first);
        if (number < 0) continue;
        for (std::size_t i = looked_up; i-- > 0;) {
          const auto size = static_cast<std::int32_t>(of(i).size());
          tuple.names[i] = of(i)[static_cast<std::size_t>(number % size)];
          number /= size;
        }
        counts.tuples.push_back(tuple);
        is_found = true;
      }
    }
    if (!is_found) return false;
  }
  return true;
}

void Statistics::find_categories() {
  std::vector<std::set<std::int32_t>> used(features_.names.size());
  const auto use = [&](const Test& test) {
    if (!test.by_category) return;
    const auto name = std::ranges::lower_bound(names_, test.hash, {}, &std::pair<std::uint32_t, std::string>::first);
    if (name == names_.end() || name->first != test.hash)
      fail<FileError>("\"{}\" has a category without a name, of the hash {}.",
                      features_.names[static_cast<std::size_t>(test.feature)], test.hash);
    used[static_cast<std::size_t>(test.feature)].insert(static_cast<std::int32_t>(name - names_.begin()));
  };
  for (const Split& split : features_.splits)
    if (split.ctr < 0) use(split.test);
  for (const auto& [name, counts] : counts_) std::ranges::for_each(counts.ctr->tests, use);
  for (const auto& [name, counts] : counts_)
    for (const Tuple& tuple : counts.tuples)
      for (std::size_t i = 0; i < counts.ctr->features.size(); ++i)
        used[static_cast<std::size_t>(counts.ctr->features[i])].insert(tuple.names[i]);
  categories_.resize(used.size());
  for (std::size_t f = 0; f < used.size(); ++f) {
    std::vector<std::int32_t> order(used[f].begin(), used[f].end());
    const auto name_of = [&](std::int32_t number) -> const std::string& {
      return names_[static_cast<std::size_t>(number)].second;
    };
    std::ranges::sort(order, {}, name_of);
    for (const std::int32_t number : order) {
      codes_[f][number] = name_of(number).empty() ? missing_code : static_cast<std::int32_t>(categories_[f].size());
      if (!name_of(number).empty()) categories_[f].push_back(name_of(number));
    }
  }
}

std::int32_t Statistics::code(const Test& test) const {
  const auto name = std::ranges::lower_bound(names_, test.hash, {}, &std::pair<std::uint32_t, std::string>::first);
  return codes_[static_cast<std::size_t>(test.feature)].at(static_cast<std::int32_t>(name - names_.begin()));
}

double Statistics::total(const Counts& counts, std::size_t tuple) const {
  const auto first = counts.counts.begin() + static_cast<std::ptrdiff_t>(tuple * counts.width);
  switch (counts.ctr->type) {
    case CtrType::mean: return first[1];
    case CtrType::counter: return first[0];
    default: return std::accumulate(first, first + static_cast<std::ptrdiff_t>(counts.width), 0.0);
  }
}

double Statistics::count(const Counts& counts, std::size_t tuple, int target) const {
  const auto first = counts.counts.begin() + static_cast<std::ptrdiff_t>(tuple * counts.width);
  if (counts.ctr->type == CtrType::mean) return first[0];
  if (counts.ctr->type == CtrType::counter || static_cast<std::size_t>(target) >= counts.width) return 0;
  if (counts.ctr->type == CtrType::buckets) return first[target];
  return std::accumulate(first + target + 1, first + static_cast<std::ptrdiff_t>(counts.width), 0.0);
}

StatisticsTable Statistics::make_table(const Ctr& ctr, std::uint32_t passed) const {
  const Counts& counts = counts_.at(ctr.table);
  std::vector<std::size_t> order(ctr.features.size());  // ours ascend
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return ctr.features[i]; });
  std::vector<int> features;
  std::vector<std::int64_t> sizes;
  for (const std::size_t i : order) {
    features.push_back(ctr.features[i]);
    sizes.push_back(std::ssize(categories_[static_cast<std::size_t>(ctr.features[i])]));
  }
  const TupleKey key(std::move(sizes));
  if (key.tuples() == 0) fail<FileError>("table {} may have more tuples than there are numbers for.", ctr.table);
  std::vector<std::pair<std::uint64_t, std::size_t>> tuples;  // by key, the place
  for (std::size_t t = 0; t < counts.tuples.size(); ++t) {
    if (counts.tuples[t].passed != passed) continue;
    const auto code = [&](std::size_t i) {
      return codes_[static_cast<std::size_t>(features[i])].at(counts.tuples[t].names[order[i]]);
    };
    tuples.emplace_back(key.of(code), t);
  }
  std::ranges::sort(tuples);
  StatisticsTable table(
      std::move(features), key, ctr.weight,
      std::vector<double>(static_cast<std::size_t>(statistics_), double{ctr.prior} / double{ctr.weight}));
  std::vector<double> sums(static_cast<std::size_t>(statistics_));
  for (std::size_t i = 0; i < tuples.size(); ++i) {
    if (i > 0 && tuples[i].first == tuples[i - 1].first) fail<FileError>("table {} has a tuple twice.", ctr.table);
    for (int k = 0; k < statistics_; ++k)
      sums[static_cast<std::size_t>(k)] = count(counts, tuples[i].second, statistics_ == 1 ? ctr.target : k);
    table.add(tuples[i].first, total(counts, tuples[i].second), sums);
  }
  return table;
}

int Statistics::table_of(const Ctr& ctr, std::uint32_t passed) {
  const int target = statistics_ == 1 ? ctr.target : -1;  // where labels have several, a table has all
  const auto [entry, is_new] = numbers_.try_emplace({ctr.table, passed, ctr.prior, ctr.weight, target}, -1);
  if (!is_new) return entry->second;
  StatisticsTable table = make_table(ctr, passed);
  if (table.tuples() == 0) return -1;
  entry->second = static_cast<int>(tables_.size());
  tables_.push_back(std::move(table));
  return entry->second;
}

Statistics::Cut Statistics::cut(std::size_t split, std::uint32_t passed) {
  const auto [entry, is_new] = cuts_.try_emplace({split, passed});
  Cut& cut = entry->second;
  if (!is_new) return cut;
  const float border = features_.splits[split].border;
  const Ctr& ctr = features_.ctrs[static_cast<std::size_t>(features_.splits[split].ctr)];
  const bool passes_unseen = value_of(ctr, 0, 0) > border;
  const int number = table_of(ctr, passed);
  cut.all_pass = passes_unseen;
  if (number < 0) return cut;
  const Counts& counts = counts_.at(ctr.table);
  const StatisticsTable& table = tables_[static_cast<std::size_t>(number)];
  const bool is_counter = ctr.type == CtrType::counter;
  const int statistic = is_counter ? statistics_ : statistics_ == 1 ? 0 : ctr.target;
  if (!is_counter && statistic >= statistics_)
    fail<FileError>("a CTR is of class {}, and labels have {}.", ctr.target, statistics_);
  // What passes must be greater here, too: of the statistics of all tuples, and of one that was not seen.
  double below = -largest, above = largest;
  const auto look = [&](double value, bool passes) {
    if (passes)
      above = std::min(above, value);
    else
      below = std::max(below, value);
  };
  look(table.value(-1, statistic), passes_unseen);
  for (std::int32_t t = 0; t < static_cast<std::int32_t>(table.tuples()); ++t) {
    const auto tuple = static_cast<std::size_t>(t);
    const double count = is_counter ? table.rows(tuple) : table.sum(tuple, statistic);
    look(table.value(t, statistic), value_of(ctr, count, is_counter ? counts.denominator : table.rows(tuple)) > border);
  }
  if (above == largest || below == -largest) {
    cut.all_pass = above != largest;
    return cut;
  }
  if (!(below < above))
    fail<FileError>("table {}: tuples that training has not seen come between others, which no statistic here says.",
                    ctr.table);
  cut.column = column_of(number, statistic);
  cut.threshold = below;
  return cut;
}

int Statistics::column_of(int table, int statistic) const {
  return static_cast<int>(features_.names.size()) + table * (statistics_ + 1) + statistic;
}

Statistics::Cut Statistics::missing(int feature) {
  const auto [entry, is_new] = missing_.try_emplace(feature, static_cast<int>(tables_.size()));
  if (is_new) {
    const TupleKey key({std::ssize(categories_[static_cast<std::size_t>(feature)])});
    const std::vector<double> nothing(static_cast<std::size_t>(statistics_));
    tables_.emplace_back(std::vector{feature}, key, 1, nothing)
        .add(key.of([](std::size_t) { return missing_code; }), 1, nothing);
  }
  return {.column = column_of(entry->second, statistics_), .threshold = 0.5};
}

TargetStatistics Statistics::tables() const {
  TargetStatistics all;
  for (const StatisticsTable& table : tables_) all.add(table);
  return all;
}

}  // namespace linden::catboost
