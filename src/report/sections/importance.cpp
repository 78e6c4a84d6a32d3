// Which features the model needs, by several measures.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "report/sections/sections.hpp"
#include "report/svg/chart.hpp"

namespace linden::reporting {
namespace {

constexpr std::size_t most_bars = 20;

struct Bar {
  std::string name;
  double value = 0, spread = 0;
};

std::string bars(const std::string& title, const std::string& said, const std::string& unit, std::vector<Bar> all) {
  if (all.size() > most_bars) all.resize(most_bars);
  AxisOptions names, values{.title = unit};
  double low = 0, high = 0;
  for (const Bar& one : all) {
    names.categories.push_back(one.name);
    low = std::min(low, one.value - one.spread);
    high = std::max(high, one.value + one.spread);
  }
  values.range = nice_range(low, high > low ? high : 1);
  Chart chart(title, said, values, names);
  for (std::size_t i = 0; i < all.size(); ++i) chart.bar(static_cast<int>(i), all[i].value, 0, all[i].spread);
  return chart.svg();
}

std::string of_all(std::size_t shown, std::size_t all) {
  return shown < all ? fmt::format(" The first {} of {} are shown.", shown, all) : "";
}

void add_permutation(Page& page, const Subject& subject) {
  const PermutationImportances& found = subject.importances;
  std::vector<Bar> all;
  for (const PermutationImportance& one : found.features)
    if (one.mean != 0) all.push_back({one.name, one.mean, one.deviation});
  if (all.empty()) return;
  const std::string said = fmt::format(
      "How much worse {} gets when the values of a feature are shuffled among {} rows: the more, the more the model "
      "needs it. "
      "Whiskers are the spread of {} shuffles.{}",
      found.metric, subject.sample.rows(), found.features.front().drops.size(),
      of_all(std::min(most_bars, all.size()), all.size()));
  page.figure(
      bars("Importance by shuffling", said, (found.higher_is_better ? "fall of " : "rise of ") + found.metric, all),
      "Importance by shuffling", said);
}

void add_gain(Page& page, const BoostedModel& model) {
  std::vector<Bar> all;
  double total = 0;
  for (const Importance& one : model.importances()) {
    all.push_back({one.name, one.gain, 0});
    total += one.gain;
  }
  if (!(total > 0)) return;
  for (Bar& bar : all) bar.value /= total;
  const std::string said = fmt::format(
      "The share that splits by each feature have in all that training gained. It favours features of many values.{}",
      of_all(std::min(most_bars, all.size()), all.size()));
  page.figure(bars("Importance by gain", said, "share of all gains", all), "Importance by gain", said);
}

}  // namespace

void add_importance(Page& page, const Subject& subject) {
  page.section("What it looks at");
  page.paragraph(
      "Importances say what the model does with the features, and not what they do in the world: of two features that "
      "tell the same, either may have all of it.");
  add_permutation(page, subject);
  if (const BoostedModel* const model = subject.boosted()) add_gain(page, *model);
}

}  // namespace linden::reporting
