#include "boosting/train/checkpoints.hpp"

#include <utility>

#include "base/fail.hpp"
#include "boosting/file/trees.hpp"
#include "boosting/train/file_rows.hpp"
#include "checkpoint/rows_facts.hpp"
#include "model/training_data.hpp"

namespace linden {
namespace {

std::string digits_of_names(const Dataset& data) {
  Checksum sum;
  const auto add = [&](const std::string& name) { sum.add(fmt::format("{}:{}", name.size(), name)); };
  for (const std::string& name : data.feature_names()) add(name);
  for (const Column& column : data.columns()) {
    sum.add(";");
    for (const std::string& category : column.categories) add(category);
  }
  return fmt::format("{:016x}", sum.value());
}

std::vector<std::string> as_words(const UndefinedMetrics& metrics) {
  std::vector<std::string> words;
  for (const auto& [name, why] : metrics) words.insert(words.end(), {name, why});
  return words;
}

}  // namespace

void BoostedCheckpoints::note(Facts settings, const Dataset& train, std::int64_t first, const Dataset& whole,
                              const Labels& labels, std::span<const double> weights, std::span<const double> offsets,
                              const StoredTable* table, const Progress& progress, const Ranks& ranks,
                              Workers& workers) {
  facts_ = std::move(settings);
  const auto add = [&](const char* name, std::string value) { facts_.emplace_back(name, std::move(value)); };
  add("the number of rows", std::to_string(whole.rows()));
  add("the list of features", listing(train.feature_names()));
  add("the checksum of the names of features and categories", digits_of_names(train));
  add("the list of classes", labels.classes.empty() ? "none" : listing(labels.classes));
  add("the checksum of the labels", fmt::format("{}, {}", digits_of(labels.values), digits_of(labels.uppers)));
  add("the checksum of the weights", digits_of(weights));
  add("the checksum of the groups", digits_of(whole.groups().to_vector<std::int64_t>()));
  add("the checksum of the offsets", digits_of(offsets));
  Workers one(1);
  add("the checksum of the values", table == nullptr ? digits_of_columns(train, first, ranks, workers)
                                                     : digits_of_columns(train, first, ranks, one, [&](std::int64_t f) {
                                                         release_column(*table, train, f);
                                                       }));
  for (auto& fact : progress.facts()) facts_.push_back(std::move(fact));
}

void BoostedCheckpoints::read(const BoostedModel::State& model, Progress& progress) {
  file_.read(std::move(facts_), [&](JsonReader& json) {
    past_.rates = json["rates"].finites();
    past_.seconds = json["seconds"].finites();
    const std::vector<double> start = json["first_gradients"].finites();
    for (std::size_t i = 0; i + 1 < start.size(); i += 2) past_.start.push_back({start[i], start[i + 1]});
    past_.biases = json["position_biases"].finites();
    past_.filled = static_cast<int>(json["filled"].whole(-1, INT32_MAX));
    const std::vector<std::string> undefined = json["undefined"].texts();
    UndefinedMetrics metrics;
    for (std::size_t i = 0; i + 1 < undefined.size(); i += 2) metrics.emplace(undefined[i], undefined[i + 1]);
    progress.set_undefined(metrics);
    history_ = read_history(json["history"]);
    if (progress.judges() && std::ssize(history_) != past_.count()) json.refuse("does not have one entry a round");
    trees_ = read_trees(json, {model, model.groups, model.columns(), model.outputs()});
    const auto trees = static_cast<std::size_t>(past_.count()) * static_cast<std::size_t>(model.trees_a_round());
    if (trees_.size() != trees || past_.seconds.size() != past_.rates.size()) json.refuse("does not fit the rounds");
  });
}

void BoostedCheckpoints::add_trees(int round, double rate, std::size_t trees_a_round, Ensemble& ensemble) {
  const auto number = static_cast<std::size_t>(round);
  if (past_.rates[number] != rate)
    fail<ArgumentError>(
        "fit_boosted: the learning rate of round {} is {}, and was {} in the {}. Hint: the callbacks of that fit, or "
        "another path.",
        round, rate, past_.rates[number], file_.name());
  for (std::size_t tree = 0; tree < trees_a_round; ++tree)
    ensemble.add(std::move(trees_[number * trees_a_round + tree]));
}

void BoostedCheckpoints::write(const BoostedModel::State& model, const Ensemble& ensemble, const Progress& progress,
                               const RoundsSoFar& rounds) const {
  file_.write([&](JsonWriter& json) {
    json["rates"].values(rounds.rates);
    json["seconds"].values(rounds.seconds);
    std::vector<double> start;
    for (const GradientRange& range : rounds.start)
      start.insert(start.end(), {range.max_gradient, range.max_curvature});
    json["first_gradients"].values(start);
    json["position_biases"].values(rounds.biases);
    json["filled"].value(rounds.filled);
    json["undefined"].values(as_words(progress.undefined()));
    write_history(json, model.history);
    write_trees(json, ensemble.added(), model.columns());
  });
}

}  // namespace linden
