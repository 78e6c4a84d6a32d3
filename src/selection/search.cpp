// search: trials drawn by their number, rungs, and what the best of them is fitted to.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <linden/search.hpp>
#include <numeric>
#include <set>

#include "backend/math/philox.hpp"
#include "base/csv_field.hpp"
#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "selection/data_checksum.hpp"
#include "selection/defaults.hpp"
#include "selection/schedule.hpp"
#include "selection/trials_file.hpp"
#include "selection/validate.hpp"

namespace linden {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* where = "search";
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// What the families do not have in common.
int rounds_of(const BoostingConfig& config) { return *config.rounds; }
int rounds_of(const LinearConfig&) { return 0; }
void set_rounds(BoostingConfig& config, int rounds) { config.rounds = rounds; }
void set_rounds(LinearConfig&, int) {}
BoostedModel fit(const Dataset& data, const BoostingConfig& config, const SearchOptions& options) {
  return fit_boosted(data, config, {.device = options.device, .threads = options.threads});
}
LinearModel fit(const Dataset& data, const LinearConfig& config, const SearchOptions& options) {
  return fit_linear(data, config, {.device = options.device, .threads = options.threads});
}
constexpr const char* family_of(const BoostingConfig&) { return "boosted"; }
constexpr const char* family_of(const LinearConfig&) { return "linear"; }

// Fields are set with the loss first, for others may be its parameters.
template <class Config>
Config with_values(Config config, std::span<const TrialValue> values) {
  for (const bool is_loss : {true, false})
    for (const TrialValue& value : values)
      if ((value.field == "loss") == is_loss) set_field(config, value.field, value.value);
  return config;
}

template <class Config>
void check_space(const Config& base, const SearchSpace& space, const SearchOptions& options) {
  if (space.empty())
    fail<ArgumentError>("{}: the space is empty. Hint: space::of(config) is one to begin with.", where);
  std::set<std::string_view> names;
  std::vector<std::string> losses{base.loss.name()};
  for (const SearchField& one : space) {
    if (!names.insert(one.field).second)
      fail<ArgumentError>("{}: the space has {} twice. Hint: leave one out.", where, one.field);
    if (one.field == "rounds" && options.halving && options.halving->budget == Halving::Budget::rounds)
      fail<ArgumentError>(
          "{}: the space has rounds, which are what successive halving gives to trials. Hint: leave them out, or "
          ".budget = Halving::Budget::rows.",
          where);
    if (one.field != "loss") continue;
    losses = one.values.ends();
    if (!options.metric)
      fail<ArgumentError>(
          "{}: the space has losses, whose default metrics are not of one scale. Hint: name one, .metric.", where);
    for (const std::string& loss : losses)
      if (loss::by_name(loss).label_kind() != loss::by_name(losses[0]).label_kind())
        fail<ArgumentError>("{}: the space has the losses {} and {}, which take different labels.", where, losses[0],
                            loss);
  }
  for (const std::string& loss : losses)  // every end of every range, with each of the losses
    for (const SearchField& one : space)
      for (const std::string& end : one.values.ends()) {
        std::vector<TrialValue> values{{one.field, end}};
        if (one.field != "loss" && names.contains("loss")) values.push_back({"loss", loss});
        with_values(base, values);
      }
}

template <class Config>
void check_search(const Config& base, const SearchSpace& space, const SearchOptions& options) {
  base.check();
  check_schedule(options);
  if (std::string_view(family_of(base)) == "linear") {
    if (options.early_stopping)
      fail<ArgumentError>("{}: .early_stopping looks at rounds, and linear models have none. Hint: leave it out.",
                          where);
    if (options.halving && options.halving->budget == Halving::Budget::rounds)
      fail<ArgumentError>(
          "{}: .halving gives out rounds, and linear models have none. Hint: .budget = Halving::Budget::rows.", where);
  }
  check_space(base, space, options);
}

// Values depend on the seed, the trial and the place of the field in the space. Draws that split rows are of round 0:
// trials have the others, the last but one of which is for the rows of a rung.
std::vector<TrialValue> values_of(int trial, const SearchSpace& space, std::uint64_t seed) {
  std::vector<TrialValue> values;
  for (std::size_t f = 0; f < space.size(); ++f) {
    const std::uint64_t bits = random_bits(seed, Draw::split, static_cast<std::uint32_t>(trial) + 1, f);
    values.push_back({space[f].field, space[f].values.at(static_cast<double>(bits >> 11) * 0x1p-53)});
  }
  return values;
}

// The folds with about so many rows to draw from, whole groups of the data together. What a smaller number draws is
// among what a larger one does.
std::vector<Fold> folds_of_some(const Dataset& data, const std::vector<Fold>& folds, std::int64_t rows,
                                std::uint64_t seed) {
  constexpr std::uint32_t round = std::numeric_limits<std::uint32_t>::max() - 1;
  std::vector<std::int64_t> starts(static_cast<std::size_t>(data.rows()) + 1);
  std::iota(starts.begin(), starts.end(), 0);
  if (data.has_groups()) {
    const auto groups = data.groups().span<const std::int64_t>();
    starts.assign(groups.begin(), groups.end());
  }
  std::vector<std::size_t> order(starts.size() - 1);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {},
                    [&](std::size_t unit) { return std::pair(random_bits(seed, Draw::split, round, unit), unit); });
  std::vector<bool> drawn(static_cast<std::size_t>(data.rows()), false);
  std::int64_t count = 0;
  for (const std::size_t unit : order) {
    if (count >= rows) break;
    for (std::int64_t row = starts[unit]; row < starts[unit + 1]; ++row, ++count)
      drawn[static_cast<std::size_t>(row)] = true;
  }
  std::vector<Fold> some = folds;
  for (std::size_t f = 0; f < some.size(); ++f) {
    std::erase_if(some[f].train, [&](std::int64_t row) { return !drawn[static_cast<std::size_t>(row)]; });
    if (some[f].train.empty())
      fail<ArgumentError>("{}: a rung of {} rows leaves none to train on in fold {}. Hint: a larger .least.", where,
                          rows, f + 1);
  }
  return some;
}

std::string text_of(const std::vector<TrialValue>& values) {
  std::vector<std::string> words;
  for (const TrialValue& value : values) words.push_back(fmt::format("{} = {}", value.field, value.value));
  return fmt::format("{}", fmt::join(words, ", "));
}

template <class Config>
SearchFacts facts_of(const Dataset& data, const std::vector<Fold>& folds, const Config& base, const SearchSpace& space,
                     const SearchOptions& options, const std::vector<Rung>& rungs, const std::string& metric) {
  SearchFacts facts{{"family", family_of(base)}};
  std::set<std::string_view> searched;
  for (const SearchField& one : space) searched.insert(one.field);
  for (const FieldInfo& field : fields(base))
    if (!searched.contains(field.name)) facts.emplace_back(field.name, field.value);
  for (const SearchField& one : space) facts.emplace_back("space." + one.field, one.values.text());
  facts.emplace_back("metric", metric);
  facts.emplace_back("search.seed", fmt::format("{}", options.seed));
  if (options.early_stopping) {
    facts.emplace_back("patience", fmt::format("{}", options.early_stopping->patience));
    facts.emplace_back("min_delta", fmt::format("{}", options.early_stopping->min_delta));
    facts.emplace_back("watched", options.early_stopping->metric);
  }
  if (options.halving) {  // without, there may be more trials another time
    std::vector<std::string> words;
    for (const Rung& rung : rungs)
      words.push_back(fmt::format("{} of {} rounds, {} rows", rung.trials, rung.rounds, rung.rows));
    facts.emplace_back("rungs", fmt::format("{}", fmt::join(words, "; ")));
  }
  if (options.file.empty()) return facts;
  facts.emplace_back("data", checksum_of(data));
  facts.emplace_back("folds", checksum_of(folds));
  return facts;
}

template <class Config, class Report>
class Search {
 public:
  Search(const Dataset& data, const Config& base, const SearchSpace& space, const SearchOptions& options)
      : space_(space),
        options_(options),
        settled_(settled(where, data, base.loss)),
        base_(base),
        folds_(PreparedFolds(where, settled_.data, options.folds).folds()) {
    base_.loss = settled_.loss;
    if constexpr (std::is_same_v<Config, BoostingConfig>)
      base_ = with_defaults(base_, settled_, {options.device, options.threads});
    metric_ = options.metric ? std::vector{*options.metric} : metric::defaults(base_.loss);
    if (metric_.empty())
      fail<ArgumentError>("{}: loss \"{}\" has no metric of its own. Hint: name one, .metric.", where,
                          base_.loss.name());
    metric_.erase(metric_.begin() + 1, metric_.end());
    report_.metric = metric_.front().name();
    report_.higher_is_better = metric_.front().higher_is_better();
    report_.rungs = schedule(options, rounds_of(base_), data.rows());
  }

  Report run() {
    TrialsFile file(options_.file,
                    facts_of(settled_.data, folds_, base_, space_, options_, report_.rungs, report_.metric));
    std::vector<int> numbers(static_cast<std::size_t>(options_.trials));
    std::iota(numbers.begin(), numbers.end(), 0);
    for (int rung = 0; rung < static_cast<int>(report_.rungs.size()) && !report_.out_of_time; ++rung) {
      const Rung& budget = report_.rungs[static_cast<std::size_t>(rung)];
      PreparedFolds folds(where, settled_.data,
                          budget.rows < settled_.data.rows()
                              ? folds_of_some(settled_.data, folds_, budget.rows, options_.seed)
                              : folds_);
      const std::size_t first = report_.trials.size();
      for (const int number : numbers)
        if (!add_trial(file, folds, number, rung)) break;
      if (report_.trials.size() > first) numbers = choose_best(first, rung);
    }
    const Trial& best = report_.best();
    if (!best.failure.empty()) fail<DataError>("{}: every trial failed; the first one: {}", where, best.failure);
    report_.config = configuration(best.values, nullptr);
    const int given = report_.rungs[static_cast<std::size_t>(best.rung)].rounds;
    if (best.rounds < given) set_rounds(report_.config, best.rounds);
    if (options_.refit) report_.model = fit(settled_.data, report_.config, options_);
    report_.seconds = seconds_since(start_);
    return std::move(report_);
  }

 private:
  Config configuration(const std::vector<TrialValue>& values, const Rung* rung) const {
    Config config = with_values(base_, values);
    if (rung != nullptr && options_.halving) set_rounds(config, rung->rounds);
    return config;
  }

  // False when time is over.
  bool add_trial(TrialsFile& file, PreparedFolds& folds, int number, int rung) {
    const std::vector<TrialValue> values = values_of(number, space_, options_.seed);
    const Trial* const known = file.find(number, rung);
    if (known != nullptr) {
      if (!std::ranges::equal(known->values, values, [](const TrialValue& a, const TrialValue& b) {
            return a.field == b.field && a.value == b.value;
          }))
        fail<FileError>("{}: \"{}\" has other values for trial {} than the space gives it: {}. Hint: another .file.",
                        where, options_.file.string(), number, text_of(known->values));
      report_.trials.push_back(*known);
    } else {
      if (options_.seconds > 0 && !report_.trials.empty() && seconds_since(start_) >= options_.seconds) {
        report_.out_of_time = true;
        return false;
      }
      report_.trials.push_back(tried(folds, number, rung, values));
      file.add(report_.trials.back());
    }
    if (options_.after_trial) options_.after_trial(report_.trials.back());
    return true;
  }

  Trial tried(PreparedFolds& folds, int number, int rung, const std::vector<TrialValue>& values) {
    const Clock::time_point start = Clock::now();
    Trial trial{.number = number, .rung = rung, .values = values, .score = {nan, nan, nan}, .failure = {}};
    CrossValidationOptions options{.device = options_.device, .threads = options_.threads, .metrics = metric_};
    if (options_.early_stopping) options.callbacks = {early_stopping(*options_.early_stopping)};
    try {
      const Config config = configuration(values, &report_.rungs[static_cast<std::size_t>(rung)]);
      const CrossValidation cv =
          validate(fmt::format("{}: trial {}", where, number), folds, config, options, Purpose::comparison);
      trial.rounds = rounds_of(config) > 0 ? cv.rounds : 0;
      trial.score = cv.of(report_.metric);
    } catch (const DataError& error) {
      trial.failure = error.what();
    } catch (const ArgumentError& error) {
      fail<ArgumentError>("{} ({})", error.what(), text_of(values));
    }
    trial.seconds = seconds_since(start);
    return trial;
  }

  // Of the trials from `first` on: notes the best, and returns the numbers of those that go on.
  std::vector<int> choose_best(std::size_t first, int rung) {
    std::vector<std::size_t> order(report_.trials.size() - first);
    std::iota(order.begin(), order.end(), first);
    const auto comes_before = [&](std::size_t a, std::size_t b) {
      const double x = report_.trials[a].score.mean, y = report_.trials[b].score.mean;
      if (std::isnan(x) || std::isnan(y)) return !std::isnan(x) && std::isnan(y);
      return report_.higher_is_better ? x > y : x < y;
    };
    std::ranges::stable_sort(order, comes_before);
    // A last rung on which all that time was left for has failed says less than the one before it.
    if (rung == 0 || !std::isnan(report_.trials[order.front()].score.mean))
      report_.best_trial = static_cast<int>(order.front());
    for (const std::size_t trial : order)
      if (const Trial& failed = report_.trials[trial]; !failed.failure.empty())
        report_.warnings.push_back(
            fmt::format("trial {} failed ({}): {}", failed.number, text_of(failed.values), failed.failure));
    std::vector<int> numbers;
    if (rung + 1 == static_cast<int>(report_.rungs.size())) return numbers;
    const auto next = static_cast<std::size_t>(report_.rungs[static_cast<std::size_t>(rung) + 1].trials);
    for (std::size_t i = 0; i < std::min(next, order.size()); ++i) numbers.push_back(report_.trials[order[i]].number);
    std::ranges::sort(numbers);
    return numbers;
  }

  const Clock::time_point start_ = Clock::now();
  const SearchSpace& space_;
  const SearchOptions& options_;
  SettledData settled_;
  Config base_;
  std::vector<Fold> folds_;
  std::vector<Metric> metric_;
  Report report_;
};

}  // namespace

std::string SearchReport::csv() const {
  std::string text = "trial,rung,rounds of rung,rows of rung";
  for (const TrialValue& value : trials.empty() ? std::vector<TrialValue>() : trials.front().values)
    text += ',' + csv_field(value.field);
  text += fmt::format(",rounds,{0} mean,{0} standard deviation,{0} standard error,seconds,failure\n", metric);
  const auto number = [](double value) { return std::isnan(value) ? std::string() : fmt::format("{}", value); };
  for (const Trial& trial : trials) {
    const Rung& rung = rungs[static_cast<std::size_t>(trial.rung)];
    text += fmt::format("{},{},{},{}", trial.number, trial.rung, rung.rounds, rung.rows);
    for (const TrialValue& value : trial.values) text += ',' + csv_field(value.value);
    text += fmt::format(",{},{},{},{},{},{}\n", trial.rounds, number(trial.score.mean),
                        number(trial.score.standard_deviation), number(trial.score.standard_error), trial.seconds,
                        csv_field(trial.failure));
  }
  return text;
}

BoostedSearch search(const Dataset& data, const BoostingConfig& base, const SearchSpace& space,
                     const SearchOptions& options) {
  return or_out_of_memory(where, [&] {
    check_search(base, space, options);
    return Search<BoostingConfig, BoostedSearch>(data, base, space, options).run();
  });
}

LinearSearch search(const Dataset& data, const LinearConfig& base, const SearchSpace& space,
                    const SearchOptions& options) {
  return or_out_of_memory(where, [&] {
    check_search(base, space, options);
    return Search<LinearConfig, LinearSearch>(data, base, space, options).run();
  });
}

}  // namespace linden
