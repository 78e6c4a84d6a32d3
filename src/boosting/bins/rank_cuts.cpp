#include "boosting/bins/rank_cuts.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "boosting/bins/number_cuts.hpp"

namespace linden {
namespace {

constexpr std::int64_t most_gathered = 4096;  // values of a feature that every rank gets rather than looks for
constexpr std::int64_t most_listed = 1024;    // rows of a run whose values are all proposed
constexpr std::int64_t proposals = 65'536;    // of a rank at a time, about

// A run by its ends.
using Ends = std::pair<double, double>;

// The search for the quantiles of one feature.
struct Search {
  const NumbersOfRank* here;
  std::int64_t feature;                   // among those that are looked for
  std::int64_t missing = 0;               // on all ranks
  std::vector<std::int64_t> before = {};  // rows of this rank before each of its values, and all
  ValueRun all = {};
  std::map<Ends, std::vector<ValueRun>> parts = {};  // of runs that were divided
  bool is_done = false;
};

// A run that is to be divided, and between which of its values this rank proposes to.
struct Asked {
  Search* search;
  ValueRun run;
  std::vector<double> at = {};  // ends of parts, on all ranks: ascending, all below the last value
};

// The values of this rank in a run: from which place to which.
std::pair<std::int64_t, std::int64_t> places_in(const NumbersOfRank& here, double first, double last) {
  const auto& values = here.values;
  return {std::ranges::lower_bound(values, first, {}, &ValueCount::value) - values.begin(),
          std::ranges::upper_bound(values, last, {}, &ValueCount::value) - values.begin()};
}

// Walks over the runs as far as they are known; what it would have had divided is appended to `asked`.
Quantiles walk(Search& search, int bins, std::vector<Asked>& asked) {
  const auto divide = [&](const ValueRun& run, std::vector<ValueRun>& runs) {
    const auto known = search.parts.find({run.first, run.last});
    if (known != search.parts.end()) {
      runs.insert(runs.end(), known->second.begin(), known->second.end());
      return;
    }
    asked.push_back({&search, run});
    ValueRun guess = run;
    guess.last = guess.first;
    runs.push_back(guess);
  };
  std::vector<ValueRun> runs;
  if (search.all.rows > 0) runs.push_back(search.all);
  return quantiles_of(std::move(runs), bins, divide);
}

// Every rank proposes some of its values, all where a run has few rows; the parts end at those of all ranks.
void propose(const Ranks& ranks, std::vector<Asked>& asked) {
  const std::int64_t most = std::clamp<std::int64_t>(proposals / std::ssize(asked), 15, 1023);
  std::vector<double> mine;  // for each run the number of values, and these
  for (const Asked& one : asked) {
    const NumbersOfRank& here = *one.search->here;
    const auto [begin, end] = places_in(here, one.run.first, one.run.last);
    const std::int64_t count = one.run.rows <= most_listed ? end - begin : std::min(most, end - begin);
    mine.push_back(static_cast<double>(count));
    for (std::int64_t i = 0; i < count; ++i)
      mine.push_back(here.values[static_cast<std::size_t>(begin + i * (end - begin) / count)].value);
  }
  const std::vector<double> all = ranks.join(mine);
  std::size_t next = 0;
  while (next < all.size())
    for (Asked& one : asked) {
      const auto count = static_cast<std::size_t>(all[next++]);
      one.at.insert(one.at.end(), all.begin() + static_cast<std::ptrdiff_t>(next),
                    all.begin() + static_cast<std::ptrdiff_t>(next + count));
      next += count;
    }
  for (Asked& one : asked) {
    std::ranges::sort(one.at);
    one.at.erase(std::unique(one.at.begin(), one.at.end()), one.at.end());
    if (!one.at.empty() && one.at.back() == one.run.last) one.at.pop_back();
  }
}

// Divides the runs at what was proposed: rows and ends of each part are those of all ranks.
void divide(const Ranks& ranks, std::span<const Asked> asked) {
  constexpr double none = -std::numeric_limits<double>::infinity();
  std::vector<std::int64_t> rows;
  std::vector<double> ends;  // of each part the negative of the lowest value, and the highest
  for (const Asked& one : asked) {
    const auto& values = one.search->here->values;
    auto [begin, end] = places_in(*one.search->here, one.run.first, one.run.last);
    for (std::size_t part = 0; part <= one.at.size(); ++part) {
      std::int64_t stop = end;
      if (part < one.at.size())
        stop = std::upper_bound(values.begin() + begin, values.begin() + end, one.at[part],
                                [](double value, const ValueCount& count) { return value < count.value; }) -
               values.begin();
      rows.push_back(one.search->before[static_cast<std::size_t>(stop)] -
                     one.search->before[static_cast<std::size_t>(begin)]);
      ends.push_back(stop > begin ? -values[static_cast<std::size_t>(begin)].value : none);
      ends.push_back(stop > begin ? values[static_cast<std::size_t>(stop - 1)].value : none);
      begin = stop;
    }
  }
  ranks.sum(std::span(rows));
  ranks.max(std::span(ends));
  std::size_t next = 0;
  for (const Asked& one : asked) {
    std::vector<ValueRun>& parts = one.search->parts[{one.run.first, one.run.last}];
    std::int64_t begin = one.run.begin;
    for (std::size_t part = 0; part <= one.at.size(); ++part, ++next) {
      if (rows[next] == 0) continue;
      parts.push_back({-ends[2 * next] + 0.0, ends[2 * next + 1], rows[next], begin});
      begin += rows[next];
    }
  }
}

// The values of some features on all ranks, for each of them.
std::vector<std::vector<ValueCount>> gathered(const Ranks& ranks, std::span<const Search* const> searches) {
  std::vector<double> mine;
  for (const Search* search : searches) {
    mine.push_back(static_cast<double>(search->here->values.size()));
    for (const ValueCount& v : search->here->values) {
      mine.push_back(v.value);
      mine.push_back(static_cast<double>(v.weight));
      mine.push_back(static_cast<double>(v.rows));
    }
  }
  const std::vector<double> all = ranks.join(mine);
  std::vector<std::vector<ValueCount>> lists(searches.size());
  for (std::size_t next = 0; next < all.size();)
    for (std::vector<ValueCount>& list : lists)
      for (auto left = static_cast<std::int64_t>(all[next++]); left > 0; --left, next += 3)
        list.push_back({all[next], static_cast<std::int64_t>(all[next + 1]), static_cast<std::int64_t>(all[next + 2])});
  for (std::vector<ValueCount>& list : lists) {
    std::ranges::stable_sort(list, {}, &ValueCount::value);
    std::vector<ValueCount> merged;
    for (const ValueCount& v : list) {
      if (merged.empty() || merged.back().value != v.value) {
        merged.push_back(v);
        continue;
      }
      merged.back().weight += v.weight;
      merged.back().rows += v.rows;
    }
    list.swap(merged);
  }
  return lists;
}

void begin(const Ranks& ranks, std::span<Search> searches) {
  constexpr double none = -std::numeric_limits<double>::infinity();
  std::vector<std::int64_t> rows;
  std::vector<double> ends;
  for (Search& search : searches) {
    const std::vector<ValueCount>& values = search.here->values;
    search.before.push_back(0);
    for (const ValueCount& v : values) search.before.push_back(search.before.back() + v.rows);
    rows.push_back(search.before.back());
    ends.push_back(values.empty() ? none : -values.front().value);
    ends.push_back(values.empty() ? none : values.back().value);
  }
  ranks.sum(std::span(rows));
  ranks.max(std::span(ends));
  for (std::size_t i = 0; i < searches.size(); ++i) searches[i].all = {-ends[2 * i] + 0.0, ends[2 * i + 1], rows[i], 0};
}

}  // namespace

void find_rank_cuts(const Ranks& ranks, std::span<const NumbersOfRank> features, std::span<const std::int64_t> which,
                    const CutRules& rules, std::int64_t first, std::span<Cuts> cuts) {
  std::vector<std::int64_t> counts;
  for (const std::int64_t f : which) {
    counts.push_back(features[static_cast<std::size_t>(f)].missing);
    counts.push_back(std::ssize(features[static_cast<std::size_t>(f)].values));
  }
  ranks.sum(std::span(counts));
  std::vector<Search> few, many;
  for (std::size_t i = 0; i < which.size(); ++i) {
    const std::int64_t f = which[i];
    const bool is_listed =
        counts[2 * i + 1] <= most_gathered || rules.is_weighted() || !rules.forced(first + f).empty();
    (is_listed ? few : many).push_back({&features[static_cast<std::size_t>(f)], f, counts[2 * i]});
  }
  std::vector<const Search*> listed;
  for (const Search& search : few) listed.push_back(&search);
  const std::vector<std::vector<ValueCount>> lists = gathered(ranks, listed);
  for (std::size_t i = 0; i < few.size(); ++i)
    cuts[static_cast<std::size_t>(few[i].feature)] =
        cuts_of_counts(lists[i], few[i].missing, rules, first + few[i].feature);

  begin(ranks, many);
  for (std::vector<Asked> asked;; asked.clear()) {
    for (Search& search : many) {
      if (search.is_done) continue;
      const std::size_t before = asked.size();
      Quantiles found = walk(search, bins_of_values(search.missing, rules.max_bins(first + search.feature)), asked);
      search.is_done = asked.size() == before;
      if (search.is_done)
        cuts[static_cast<std::size_t>(search.feature)] = numeric_cuts(std::move(found), search.missing);
    }
    if (asked.empty()) return;
    propose(ranks, asked);
    divide(ranks, asked);
  }
}

}  // namespace linden
