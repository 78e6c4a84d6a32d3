#include "interop/import/xgboost/objective.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <linden/linear.hpp>
#include <optional>

#include "base/fail.hpp"
#include "loss/definition.hpp"
#include "loss/link_only.hpp"

namespace linden::xgboost {
namespace {

// How base_score, which is a prediction, becomes a score.
enum class Start { as_it_is, logit, logarithm };

struct Objective {
  const char* name;
  Link link;
  LabelKind labels;
  Start start;
  /// Ours, with the parameters that the file has; nothing where they are not there.
  std::function<std::optional<Loss>(const Learner&)> ours = [](const Learner&) { return std::nullopt; };
};

// A parameter of the objective: "1.5", or "[0.1,0.5]".
std::vector<double> parameter(const Learner& learner, const char* name) {
  std::vector<double> values;
  const auto found = learner.parameters.find(name);
  if (found == learner.parameters.end()) return values;
  std::string_view text = found->second;
  if (text.starts_with('[') || text.starts_with('(')) text = text.substr(1, text.size() < 2 ? 0 : text.size() - 2);
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find(','));
    std::string_view number = one;
    while (number.starts_with(' ')) number.remove_prefix(1);
    float value = 0;  // as XGBoost keeps it
    const auto [stop, error] = std::from_chars(number.data(), number.data() + number.size(), value);
    if (error != std::errc()) return {};
    double nearest = value;
    std::from_chars(number.data(), number.data() + number.size(), nearest);
    values.push_back(nearest);
    text.remove_prefix(std::min(one.size() + 1, text.size()));
  }
  return values;
}

std::function<std::optional<Loss>(const Learner&)> plain(Loss (*make)()) {
  return [make](const Learner&) { return std::optional(make()); };
}

std::optional<Loss> of_classes(const Learner& learner) {
  if (learner.outputs() < 2)
    fail<FileError>("objective {} has {} class(es), but must have two or more.", learner.objective, learner.outputs());
  return loss::softmax({.classes = learner.outputs()});
}

std::optional<Loss> with_number(const Learner& learner, const char* name, const std::function<Loss(double)>& make) {
  const std::vector<double> values = parameter(learner, name);
  if (values.size() != 1) return std::nullopt;
  try {
    return make(values[0]);
  } catch (const ArgumentError&) {  // out of our range
    return std::nullopt;
  }
}

// One level, or several that ascend.
std::optional<Loss> with_levels(const Learner& learner, const char* name, const char* ours) {
  const std::vector<double> levels = parameter(learner, name);
  if (std::ssize(levels) != learner.outputs()) return std::nullopt;
  try {
    return loss::by_name(ours).with_parameter("level", levels);
  } catch (const ArgumentError&) {
    return std::nullopt;
  }
}

std::optional<Loss> aft(const Learner& learner) {
  const auto found = learner.parameters.find("aft_loss_distribution");
  const std::vector<double> scale = parameter(learner, "aft_loss_distribution_scale");
  if (found == learner.parameters.end() || scale.size() != 1) return std::nullopt;
  constexpr std::pair<const char*, loss::TimeDistribution> distributions[] = {
      {"normal", loss::TimeDistribution::normal},
      {"logistic", loss::TimeDistribution::logistic},
      {"extreme", loss::TimeDistribution::extreme}};
  for (const auto& [name, distribution] : distributions)
    if (found->second == name && scale[0] > 0 && scale[0] < 1e6)
      return loss::aft({.distribution = distribution, .scale = scale[0]});
  return std::nullopt;
}

std::optional<Loss> expectile(const Learner& learner) {
  if (learner.outputs() > 1)
    fail<FileError>(
        "objective reg:expectileerror has {} levels, whose predictions XGBoost makes of one another's scores: no link "
        "here does that. Hint: a model for each level.",
        learner.outputs());
  return with_levels(learner, "expectile_alpha", "expectile");
}

const std::vector<Objective>& objectives() {
  using enum Link;
  using enum LabelKind;
  using enum Start;
  static const std::vector<Objective> all{
      {"reg:squarederror", identity, real, as_it_is, plain(loss::squared)},
      {"reg:linear", identity, real, as_it_is, plain(loss::squared)},
      {"reg:squaredlogerror", identity, nonnegative, as_it_is},
      {"reg:absoluteerror", identity, real, as_it_is, plain(loss::absolute)},
      {"reg:pseudohubererror", identity, real, as_it_is,
       [](const Learner& l) {
         return with_number(l, "huber_slope", [](double d) { return loss::pseudo_huber({.delta = d}); });
       }},
      {"reg:quantileerror", sorted, real, as_it_is,
       [](const Learner& l) { return with_levels(l, "quantile_alpha", "quantile"); }},
      {"reg:expectileerror", identity, real, as_it_is, expectile},
      {"reg:logistic", sigmoid, share, logit, plain(loss::cross_entropy)},
      {"binary:logistic", sigmoid, LabelKind::classes, logit, plain(loss::logistic)},
      {"binary:logitraw", identity, real, as_it_is},
      {"binary:hinge", sigmoid, LabelKind::classes, as_it_is},  // its predictions, 0 and 1, are our labels
      {"count:poisson", exp, nonnegative, logarithm, plain(loss::poisson)},
      {"reg:gamma", exp, positive, logarithm, plain(loss::gamma)},
      {"reg:tweedie", exp, nonnegative, logarithm,
       [](const Learner& l) {
         return with_number(l, "tweedie_variance_power",
                            [](double power) { return loss::tweedie({.variance_power = power}); });
       }},
      {"multi:softmax", Link::softmax, LabelKind::classes, as_it_is, of_classes},
      {"multi:softprob", Link::softmax, LabelKind::classes, as_it_is, of_classes},
      {"survival:cox", exp, times, logarithm,
       [](const Learner&) { return std::optional(loss::cox({.ties = loss::Ties::breslow})); }},
      {"survival:aft", exp, times, logarithm, aft},
      {"rank:pairwise", identity, grades, as_it_is},
      {"rank:ndcg", identity, grades, as_it_is},
      {"rank:map", identity, grades, as_it_is},
  };
  return all;
}

const Objective& objective_of(const Learner& learner) {
  const std::vector<Objective>& all = objectives();
  const auto found = std::ranges::find_if(all, [&](const Objective& o) { return learner.objective == o.name; });
  if (found != all.end()) return *found;
  std::vector<std::string> names;
  for (const Objective& objective : all) names.push_back(objective.name);
  fail<FileError>("objective \"{}\" is not known, so that nothing says what its scores mean. {}Known: {}.",
                  learner.objective, did_you_mean(learner.objective, names), listing(names, names.size()));
}

Loss by_link(const Objective& objective, int outputs) {
  // Labels of several outputs that are no classes of one label are shares, each of its own.
  const bool is_one_label = outputs == 1 || objective.link == Link::softmax;
  const LabelKind labels =
      objective.labels == LabelKind::classes && !is_one_label ? LabelKind::share : objective.labels;
  return link_only_loss(objective.name, objective.link, outputs, labels);
}

float score_of(Start start, float prediction) {
  constexpr float least = 1e-6f;
  switch (start) {
    case Start::as_it_is: return prediction;
    case Start::logit: {
      const float p = std::clamp(prediction, least, 1 - least);
      return -std::log(1 / p - 1);
    }
    case Start::logarithm: return std::log(prediction);
  }
  return prediction;
}

}  // namespace

Loss loss_of(const Learner& learner) {
  const Objective& objective = objective_of(learner);
  const int outputs = learner.outputs();
  const std::optional<Loss> ours = objective.ours(learner);
  if (!ours) return by_link(objective, outputs);
  if (ours->outputs() == outputs) return *ours;
  const bool has_labels = learner.targets == outputs && ours->outputs() == 1 && !is_of_times(*ours);
  return has_labels ? of_labels("the model", *ours, outputs) : by_link(objective, outputs);
}

Loss linear_loss_of(const Learner& learner) {
  const Loss loss = loss_of(learner);
  try {
    LinearConfig{.loss = loss}.check();
    if (!is_of_times(loss)) return loss;
  } catch (const ArgumentError&) {
  }
  Objective objective = objective_of(learner);
  if (objective.labels == LabelKind::times) objective.labels = LabelKind::positive;
  return by_link(objective, learner.outputs());
}

std::vector<double> initial_scores(const Learner& learner) {
  const auto outputs = static_cast<std::size_t>(learner.outputs());
  if (learner.base_score.size() != 1 && learner.base_score.size() != outputs)
    fail<FileError>("base_score has {} entries for {} outputs.", learner.base_score.size(), outputs);
  const Start start = learner.base_is_score ? Start::as_it_is : objective_of(learner).start;
  std::vector<double> scores;
  for (std::size_t k = 0; k < outputs; ++k) {
    const float base = learner.base_score[learner.base_score.size() == 1 ? 0 : k];
    const float score = score_of(start, base);
    if (!std::isfinite(score))
      fail<FileError>("base_score {} is no prediction of objective {}.", base, learner.objective);
    scores.push_back(score == 0 ? 0 : score);  // no -0
  }
  return scores;
}

std::vector<std::string> class_names(const Loss& loss) {
  std::vector<std::string> names;
  for (int k = 0; k < loss.classes(); ++k) names.push_back(std::to_string(k));
  return names;
}

}  // namespace linden::xgboost
