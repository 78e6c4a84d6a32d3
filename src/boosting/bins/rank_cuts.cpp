#include "boosting/bins/rank_cuts.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>

#include "boosting/bins/number_cuts.hpp"
#include "boosting/bins/values/coded_counts.hpp"
#include "ranks/agreement.hpp"

namespace linden {
namespace {

// A run by its ends.
using Ends = std::pair<double, double>;

// The search for the cuts of one feature.
struct Search {
  const NumbersOfRank* here;
  std::int64_t feature;
  std::int64_t missing;                              // on all ranks
  std::vector<std::int64_t> before = {};             // weight of this rank's values before each, and of all
  ValueRun all = {};                                 // rows of runs are weights here
  std::map<Ends, std::vector<ValueRun>> parts = {};  // of runs that were divided
  std::int64_t excess = 0;  // by how much a bin gets more than it needs, for its last value is not divided
  Quantiles found = {};
  bool is_done = false;
};

// A run that is to be divided.
struct Asked {
  Search* search;
  ValueRun run;
  std::int64_t begin, end;  // the places of its values among this rank's
  std::int64_t values = 0;  // of all ranks, each counting its own

  Asked(Search& of, const ValueRun& its_run) : search(&of), run(its_run) {
    const std::vector<ValueCount>& here = of.here->values;
    begin = std::ranges::lower_bound(here, run.first, {}, &ValueCount::value) - here.begin();
    end = std::ranges::upper_bound(here, run.last, {}, &ValueCount::value) - here.begin();
  }
  std::span<const ValueCount> here() const {
    return std::span(search->here->values)
        .subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
  }
  std::vector<ValueRun>& parts() const { return search->parts[{run.first, run.last}]; }
};

// Walks over the runs as far as they are known; what it would have had divided is appended to `asked`, and taken for
// values that end where bins do.
Quantiles walk(Search& search, int bins, std::vector<Asked>& asked) {
  const auto divide = [&](const ValueRun& run, std::int64_t wanted, std::vector<ValueRun>& runs) {
    const auto known = search.parts.find({run.first, run.last});
    if (known != search.parts.end()) {
      runs.insert(runs.end(), known->second.begin(), known->second.end());
      return;
    }
    const bool is_rest = !asked.empty() && asked.back().search == &search && asked.back().run.first == run.first;
    if (!is_rest) asked.emplace_back(search, run);
    ValueRun guess = run, rest = run;
    guess.last = guess.first;
    if (wanted > 0) guess.rows = std::min(run.rows, wanted + search.excess);
    runs.push_back(guess);
    rest.rows -= guess.rows;
    rest.begin += guess.rows;
    if (rest.rows > 0) runs.push_back(rest);
  };
  std::vector<ValueRun> runs;
  if (search.all.rows > 0) runs.push_back(search.all);
  return quantiles_of(std::move(runs), bins, divide);
}

// The same between cuts that are forced, for which all values must be known.
std::vector<double> cuts_between(Search& search, std::span<const double> forced, int bins, std::vector<Asked>& asked) {
  std::vector<ValueRun> runs;
  const auto known = search.parts.find({search.all.first, search.all.last});
  if (known != search.parts.end())
    runs = known->second;
  else if (search.all.rows > 0)
    runs.push_back(search.all);
  if (!runs.empty() && !runs.front().is_one_value()) {
    asked.emplace_back(search, search.all);
    return {};
  }
  std::vector<ValueCount> values;
  for (const ValueRun& run : runs) values.push_back({run.first, run.rows});
  return cuts_with(forced, values, bins);
}

// Every rank gets all values of these runs.
void list(const Ranks& ranks, std::span<const Asked* const> asked) {
  std::string mine;
  for (const Asked* one : asked) append_counts(one->here(), mine);
  const std::vector<std::string> texts = gather_texts(ranks, mine);
  std::vector<std::string_view> left(texts.begin(), texts.end());
  std::vector<ValueCount> values;
  for (const Asked* one : asked) {
    values.clear();
    for (std::string_view& text : left) take_counts(text, values);
    std::ranges::sort(values, {}, &ValueCount::value);
    std::vector<ValueRun>& parts = one->parts();
    std::int64_t begin = one->run.begin;
    for (const ValueCount& v : values) {
      if (parts.empty() || parts.back().first != v.value) parts.push_back({v.value, v.value, 0, begin});
      parts.back().rows += v.weight;
      begin += v.weight;
    }
    // A bin is full somewhere in its last value, anywhere there alike.
    double more = 0, all = 0;
    for (const ValueRun& part : parts) {
      const auto weight = static_cast<double>(part.rows);
      more += weight * (weight - 1) / 2;
      all += weight;
    }
    one->search->excess = std::llround(more / all);
  }
}

// Ends of parts, on all ranks: ascending, all below the last value of the run.
using PartEnds = std::vector<double>;

// Every rank proposes some of its values, evenly, by its share of all.
std::vector<PartEnds> propose(const Ranks& ranks, std::span<const Asked* const> asked, const Exchanges& limits) {
  const std::int64_t parts =
      std::clamp(limits.parts_at_once / std::ssize(asked), limits.least_parts, limits.most_parts);
  std::string mine;
  std::vector<ValueCount> values;
  for (const Asked* one : asked) {
    const std::int64_t here = one->end - one->begin;
    const std::int64_t count = std::min(here, (parts * here + one->values - 1) / one->values);
    values.clear();
    for (std::int64_t i = 0; i < count; ++i)
      values.push_back({one->here()[static_cast<std::size_t>(i * here / count)].value, 1});
    append_counts(values, mine);
  }
  const std::vector<std::string> texts = gather_texts(ranks, mine);
  std::vector<std::string_view> left(texts.begin(), texts.end());
  std::vector<PartEnds> ends;
  for (const Asked* one : asked) {
    values.clear();
    for (std::string_view& text : left) take_counts(text, values);
    PartEnds& at = ends.emplace_back();
    for (const ValueCount& v : values) at.push_back(v.value);
    std::ranges::sort(at);
    at.erase(std::unique(at.begin(), at.end()), at.end());
    if (at.back() == one->run.last) at.pop_back();
  }
  return ends;
}

// Divides these runs at values that are proposed, so that no part is empty; rows and ends are those of all ranks.
void divide(const Ranks& ranks, std::span<const Asked* const> asked, const Exchanges& limits) {
  const std::vector<PartEnds> ends = propose(ranks, asked, limits);
  std::vector<std::int64_t> rows;  // of each part but the last
  std::vector<double> firsts;      // of each but the first the lowest value, its negative
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const std::span<const ValueCount> values = asked[i]->here();
    const std::int64_t* const before = asked[i]->search->before.data() + asked[i]->begin;
    std::size_t begin = 0;
    for (const double end : ends[i]) {
      const auto above = std::ranges::upper_bound(values.begin() + static_cast<std::ptrdiff_t>(begin), values.end(),
                                                  end, {}, &ValueCount::value);
      const auto stop = static_cast<std::size_t>(above - values.begin());
      rows.push_back(before[stop] - before[begin]);
      firsts.push_back(stop < values.size() ? -values[stop].value : -std::numeric_limits<double>::infinity());
      begin = stop;
    }
  }
  ranks.sum(std::span(rows));
  ranks.max(std::span(firsts));
  std::size_t next = 0;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    std::vector<ValueRun>& parts = asked[i]->parts();
    ValueRun rest = asked[i]->run;
    for (const double end : ends[i]) {
      parts.push_back({rest.first, end, rows[next], rest.begin});
      rest = {-firsts[next] + 0.0, rest.last, rest.rows - rows[next], rest.begin + rows[next]};
      ++next;
    }
    parts.push_back(rest);
  }
}

void begin(const Ranks& ranks, std::span<Search> searches) {
  constexpr double none = -std::numeric_limits<double>::infinity();
  std::vector<std::int64_t> counts;
  std::vector<double> ends;  // the negative of the lowest value, and the highest
  for (Search& search : searches) {
    const std::vector<ValueCount>& values = search.here->values;
    search.before.push_back(0);
    for (const ValueCount& v : values) search.before.push_back(search.before.back() + v.weight);
    counts.push_back(search.before.back());
    counts.push_back(search.missing);
    ends.push_back(values.empty() ? none : -values.front().value);
    ends.push_back(values.empty() ? none : values.back().value);
  }
  ranks.sum(std::span(counts));
  ranks.max(std::span(ends));
  for (std::size_t i = 0; i < searches.size(); ++i) {
    searches[i].all = {-ends[2 * i] + 0.0, ends[2 * i + 1], counts[2 * i], 0};
    searches[i].missing = counts[2 * i + 1];
  }
}

// What the walks have asked for.
void answer(const Ranks& ranks, std::span<Asked> asked, const CutRules& rules, std::int64_t first,
            const Exchanges& limits) {
  std::vector<std::int64_t> values;
  for (const Asked& one : asked) values.push_back(one.end - one.begin);
  ranks.sum(std::span(values));
  const std::int64_t most = std::max(limits.least_listed, limits.listed_at_once / std::ssize(asked));
  std::vector<const Asked*> listed, divided;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    asked[i].values = values[i];
    const bool is_forced = !rules.forced(first + asked[i].search->feature).empty();
    (values[i] <= most || is_forced ? listed : divided).push_back(&asked[i]);
  }
  if (!listed.empty()) list(ranks, listed);
  if (!divided.empty()) divide(ranks, divided, limits);
}

// Where bins are not made of rows alone these are counted when all cuts are known.
void count_rows(const Ranks& ranks, std::span<Search* const> searches) {
  std::vector<std::int64_t> all;
  for (const Search* search : searches) {
    std::vector<std::int64_t> rows = rows_of_bins(search->here->values, search->found.cuts);
    rows.resize(search->found.cuts.size() + 1);
    all.insert(all.end(), rows.begin(), rows.end());
  }
  ranks.sum(std::span(all));
  auto next = all.begin();
  for (Search* search : searches) {
    const auto end = next + std::ssize(search->found.cuts) + 1;
    if (search->all.rows > 0) search->found.rows.assign(next, end);
    next = end;
  }
}

}  // namespace

void find_rank_cuts(const Ranks& ranks, std::span<const NumbersOfRank> features, std::span<const std::int64_t> which,
                    const CutRules& rules, std::int64_t first, std::span<Cuts> cuts, const Exchanges& limits) {
  if (which.empty()) return;
  std::vector<Search> searches;
  std::vector<Search*> weighted;
  for (const std::int64_t f : which) {
    const NumbersOfRank& here = features[static_cast<std::size_t>(f)];
    searches.push_back({&here, f, here.missing});
  }
  begin(ranks, searches);
  for (std::vector<Asked> asked;; asked.clear()) {
    for (Search& search : searches) {
      if (search.is_done) continue;
      const std::span<const double> forced = rules.forced(first + search.feature);
      const int bins = bins_of_values(search.missing, rules.max_bins(first + search.feature));
      const std::size_t before = asked.size();
      if (forced.empty())
        search.found = walk(search, bins, asked);
      else
        search.found = {cuts_between(search, forced, bins, asked), {}};
      search.is_done = asked.size() == before;
      if (!search.is_done) continue;
      search.parts.clear();
      if (!forced.empty() || rules.is_weighted()) weighted.push_back(&search);
    }
    if (asked.empty()) break;
    answer(ranks, asked, rules, first, limits);
  }
  if (!weighted.empty()) count_rows(ranks, weighted);
  for (Search& search : searches)
    cuts[static_cast<std::size_t>(search.feature)] = numeric_cuts(std::move(search.found), search.missing);
}

}  // namespace linden
