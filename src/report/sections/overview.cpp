// What the model is, and how good it is on these rows, in a few numbers and words.
#include <fmt/format.h>

#include <algorithm>

#include "base/counted.hpp"
#include "report/sections/sections.hpp"

namespace linden::reporting {
namespace {

// What a metric says, for those who do not know its name.
std::string meaning(const std::string& name) {
  static constexpr std::pair<std::string_view, std::string_view> meanings[] = {
      {"auc",
       "how often a row of the second class has a higher prediction than one of the first; 0.5 is chance, 1 is best"},
      {"accuracy", "the share of rows whose most probable class is theirs"},
      {"error", "the share of rows whose most probable class is not theirs"},
      {"logloss", "how surprised the predicted probabilities are by what came; 0 is best"},
      {"rmse", "the typical size of an error, in the unit of the label, large errors counting most"},
      {"mae", "the mean size of an error, in the unit of the label"},
      {"mape", "the mean size of an error as a share of the label"},
      {"r2", "the share of the label's variance that predictions explain; 0 is what its mean does, 1 is best"},
      {"rmsle", "the typical size of an error of the logarithm"},
      {"poisson_deviance", "how far counts are from their predicted means, by Poisson's law; 0 is best"},
      {"gamma_deviance", "how far amounts are from their predicted means, in relation to them; 0 is best"},
      {"tweedie_deviance", "how far amounts, many of them 0, are from their predicted means; 0 is best"},
      {"pinball", "the mean cost of quantiles that are too high or too low; 0 is best"},
      {"nll", "how improbable the labels are under the predicted distributions; lower is better"},
      {"crps", "how far the predicted distributions are from the labels, in the unit of the label; 0 is best"},
      {"coverage", "the share of labels within their predicted intervals"},
      {"ndcg", "how near each list is to its best order, the top counting most; 1 is best"},
      {"map", "the mean share of relevant rows above each relevant one; 1 is best"},
      {"mrr", "one over the place of the first relevant row; 1 is best"},
      {"concordance", "how often the row that lasts longer has the higher prediction; 0.5 is chance, 1 is best"},
      {"risk_concordance",
       "how often the row whose event comes first has the higher predicted risk; 0.5 is chance, 1 is best"},
      {"interval_accuracy", "the share of rows whose predicted time lies between its bounds"},
  };
  std::string_view best;
  std::size_t longest = 0;
  for (const auto& [known, words] : meanings)
    if (name.starts_with(known) && known.size() > longest) {
      best = words;
      longest = known.size();
    }
  return best.empty() ? "the loss that was trained" : std::string(best);
}

std::string what_it_predicts(const Subject& subject) {
  const std::vector<std::string> classes = subject.classes();
  if (is_of_times(subject))
    return fmt::format("It predicts when {} comes to an end, from rows some of which were lost from sight.",
                       subject.label());
  if (is_of_groups(subject)) return fmt::format("It puts the rows of a group in order, by {}.", subject.label());
  if (subject.judged.label.rank() == 2 && is_of_classes(subject))
    return fmt::format("It predicts {} yes-or-no labels a row.", subject.judged.label.size(1));
  if (is_of_classes(subject)) {
    const std::size_t count = static_cast<std::size_t>(std::max(subject.loss().classes(), 2));
    if (count == 2)
      return fmt::format("It predicts the probability that {} is {}, and not {}.", subject.label(),
                         subject.class_name(1), subject.class_name(0));
    return fmt::format("It predicts which of {} classes {} is.", count, subject.label());
  }
  return fmt::format("It predicts {}, a number.", subject.label());
}

}  // namespace

std::vector<double> Subject::predictions(std::size_t k) const {
  const auto columns = static_cast<std::size_t>(judged.prediction.rank() == 2 ? judged.prediction.size(1) : 1);
  const auto all = judged.prediction.span<const double>();
  std::vector<double> column;
  column.reserve(all.size() / columns);
  for (std::size_t i = k; i < all.size(); i += columns) column.push_back(all[i]);
  return column;
}

bool is_of_times(const Subject& subject) { return subject.loss().label_kind() == LabelKind::times; }

bool is_of_groups(const Subject& subject) {
  return subject.data.has_groups() && subject.loss().label_kind() == LabelKind::grades;
}

bool is_of_classes(const Subject& subject) {
  const LabelKind kind = subject.loss().label_kind();
  if (kind != LabelKind::share) return kind == LabelKind::classes;
  const auto labels = subject.judged.label.span<const double>();  // of several labels a row, 0 and 1 are classes
  return std::ranges::all_of(labels, [](double label) { return label == 0 || label == 1; });
}

void add_overview(Page& page, const Subject& subject) {
  page.section("In short");
  page.paragraph(what_it_predicts(subject));
  std::vector<Page::Fact> facts;
  for (const MetricValue& metric : subject.metrics) facts.push_back({number(metric.value), metric.name});
  facts.push_back({number(static_cast<double>(subject.data.rows())), "rows judged"});
  page.facts(facts);
  std::vector<std::vector<std::string>> rows;
  for (const MetricValue& metric : subject.metrics)
    rows.push_back(
        {metric.name, number(metric.value),
         fmt::format("{} is better: {}", metric.higher_is_better ? "higher" : "lower", meaning(metric.name))});
  if (!rows.empty()) page.table({"metric", "value", "what it says"}, rows, "Quality on the rows of this report");
  if (!subject.features.empty()) {
    const std::size_t shown = std::min<std::size_t>(3, subject.features.size());
    std::string names;
    for (std::size_t i = 0; i < shown; ++i)
      names += fmt::format("{}{}", i == 0 ? "" : i + 1 == shown ? " and " : ", ", subject.features[i]);
    page.paragraph(fmt::format("It leans most on {}.", names));
  }
  const std::vector<std::string> warnings = std::visit([](const auto& one) { return one.warnings(); }, subject.model);
  for (const std::string& warning : warnings) page.notice(warning);
  for (const std::string& remark : subject.data.remarks()) page.notice(remark);
}

}  // namespace linden::reporting
