// The built-in losses by name, and a loss evaluated on one row.
#include <cmath>
#include <iterator>
#include <limits>
#include <linden/loss.hpp>
#include <optional>
#include <type_traits>
#include <utility>

#include "backend/loss/group_losses.hpp"
#include "backend/loss/survival_losses.hpp"
#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "base/other_names.hpp"
#include "loss/custom.hpp"
#include "loss/definition.hpp"
#include "loss/link.hpp"
#include "loss/linked.hpp"

namespace linden {
namespace {

/// Whether it takes any number of classes, and has a score for each.
template <class Listed>
constexpr bool has_classes = Listed::labels == LabelKind::classes && (!has_one_score<Listed> || is_per_class<Listed>);

/// A loss of the list with its usual parameters; `classes` is 0 where they are still open.
template <class Listed>
Loss make(int classes) try {
  Loss::Definition definition;
  definition.spec.kind = kind_of<Listed>;
  definition.spec.outputs = is_distribution<Listed> ? 2 : has_classes<Listed> ? classes : 1;
  definition.name = Listed::name;
  definition.link = Listed::link;
  definition.label_kind = Listed::labels;
  if (Listed::labels == LabelKind::classes) definition.classes = has_classes<Listed> ? classes : 2;
  if constexpr (requires { Listed::parameters; }) {
    definition.parameters = Listed::parameters;
    for (std::size_t i = 0; i < std::size(Listed::parameters); ++i)
      definition.spec.parameter[i] = Listed::parameters[i].usual;
  }
  return Loss(std::make_shared<const Loss::Definition>(std::move(definition)));
} catch (const std::bad_alloc&) {
  fail_out_of_memory(Listed::name);
}

/// A loss of another list, at its place there, with its usual parameters.
template <class TraitsOf>
Loss make_at(LossKind kind, int place, LabelKind labels, Link link, const TraitsOf& traits_of) {
  Loss::Definition definition;
  definition.spec.kind = kind;
  definition.spec.place = static_cast<std::int8_t>(place);
  definition.label_kind = labels;
  definition.link = link;
  const auto traits = traits_of(definition.spec);
  definition.name = traits.name;
  definition.parameters = traits.parameters;
  for (std::size_t i = 0; i < traits.parameters.size(); ++i) definition.spec.parameter[i] = traits.parameters[i].usual;
  return Loss(std::make_shared<const Loss::Definition>(std::move(definition)));
}

/// Calls visit(loss) for those of groups, then for those of times, until it says true.
template <class Visit>
void each_of_other_lists(const Visit& visit) {
  for (int place = 0; place < group_loss_count(GroupLossList()); ++place)
    if (visit(make_at(LossKind::group, place, LabelKind::grades, Link::identity, group_traits_of))) return;
  for (int place = 0; place < survival_loss_count(SurvivalLossList()); ++place)
    if (visit(make_at(LossKind::survival, place, LabelKind::times, Link::exp, survival_traits_of))) return;
}

template <class... Losses>
std::vector<std::string> names_of(LossTypes<Losses...>) {
  return {Losses::name...};
}

std::optional<Loss> find_in_other_lists(std::string_view name) {
  std::optional<Loss> found;
  each_of_other_lists([&](const Loss& loss) {
    if (loss.name() == name) found.emplace(loss);
    return found.has_value();
  });
  return found;
}

template <class... Losses>
std::optional<Loss> find(std::string_view name, int classes, LossTypes<Losses...>) {
  std::optional<Loss> found;
  const auto take = [&]<class Listed>(LossType<Listed>) {
    if (name != Listed::name) return;
    if (has_classes<Listed> && (classes < 0 || classes == 1))
      fail<ArgumentError>(
          "loss::{}: classes is {}, but it must be 2 or more. Hint: leave it out and it is taken from the labels.",
          name, classes);
    found = make<Listed>(classes);
  };
  (take(LossType<Losses>()), ...);
  return found;
}

[[noreturn]] void refuse_parameter(const Loss& loss, std::string_view name) {
  std::vector<std::string> own, others;
  for (const LossParameter& parameter : loss.parameters()) own.push_back(parameter.name);
  for (const std::string& other : loss::names())
    for (const LossParameter& parameter : loss::by_name(other).parameters())
      if (parameter.name == name) others.push_back(other);
  fail<ArgumentError>(
      "loss {} has no parameter \"{}\". {}Parameters: {}.{}", loss.name(), name, did_you_mean(name, own),
      own.empty() ? "none" : listing(own),
      others.empty() ? "" : fmt::format(" Hint: {} {} it.", listing(others), others.size() == 1 ? "has" : "have"));
}

void check_values(const Loss& loss, const ParameterRule& rule, std::span<const double> values) {
  constexpr std::size_t most_values = 1000;
  if (values.empty()) fail<ArgumentError>("loss::{}: {} has no value.", loss.name(), rule.name);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!rule.allows(values[i]))
      fail<ArgumentError>("loss::{}: {} is {}, but it must be {}.", loss.name(), rule.name, values[i], range_of(rule));
    if (i > 0 && !(values[i - 1] < values[i]))
      fail<ArgumentError>("loss::{}: {} has {} before {}. Hint: several are given in ascending order, each once.",
                          loss.name(), rule.name, values[i - 1], values[i]);
  }
  if (values.size() > 1 && !rule.is_list)
    fail<ArgumentError>("loss::{}: {} has {} values, but it takes one.", loss.name(), rule.name, values.size());
  if (values.size() > most_values)
    fail<ArgumentError>("loss::{}: {} has {} values; at most {} are taken.", loss.name(), rule.name, values.size(),
                        most_values);
  if (values.size() > 1 && loss.definition().labels > 1)
    fail<ArgumentError>("loss::{}: {} has {} values, but the loss is that of {} labels a row, and takes one.",
                        loss.name(), rule.name, values.size(), loss.definition().labels);
}

double evaluate_softmax(std::span<const double> score, std::size_t label, std::span<double> gradient,
                        std::span<double> curvature) {
  double shift = score[0];
  for (const double s : score.subspan(1)) shift = SoftmaxLoss::larger(shift, s);
  double sum = 0;
  for (const double s : score) sum += SoftmaxLoss::term(s, shift);
  for (std::size_t k = 0; k < score.size(); ++k) {
    const SoftmaxLoss::Output d = SoftmaxLoss::output(SoftmaxLoss::share(score[k], shift, sum), k == label);
    if (!gradient.empty()) gradient[k] = d.gradient;
    if (!curvature.empty()) curvature[k] = d.curvature;
  }
  return SoftmaxLoss::value(score[label], shift, sum);
}

/// Of a time, or of one that is above -label.
double evaluate_time(const Loss& loss, double score, double label, std::span<double> gradient,
                     std::span<double> curvature) {
  return visit_survival_loss(loss.definition().spec, [&]<class Functor>(const Functor& functor) -> double {
    if constexpr (is_cox<Functor>) {
      fail<ArgumentError>("Loss::evaluate: {} compares rows, so one row has no loss of its own.", loss.name());
    } else {
      const Dual d = functor(score, {std::abs(label), label > 0 ? label : std::numeric_limits<double>::infinity()});
      if (!gradient.empty()) gradient[0] = d.first;
      if (!curvature.empty()) curvature[0] = d.second;
      return d.value;
    }
  });
}

/// Of a loss of the list; the label was checked, unless it is a class of softmax.
double evaluate_one(const LossSpec& spec, std::span<const double> score, double label, std::span<double> gradient,
                    std::span<double> curvature) {
  const auto keep = [&](std::size_t k, const Dual& d) {
    if (!gradient.empty()) gradient[k] = d.first;
    if (!curvature.empty()) curvature[k] = d.second;
  };
  return visit_loss(spec, [&](auto loss) -> double {
    using Functor = decltype(loss);
    if constexpr (std::is_same_v<Functor, SoftmaxLoss>) {
      if (!(label >= 0 && label < spec.outputs && label == static_cast<int>(label)))
        fail<ArgumentError>("Loss::evaluate: label {} is none of the classes 0 .. {}.", label, spec.outputs - 1);
      return evaluate_softmax(score, static_cast<std::size_t>(label), gradient, curvature);
    } else if constexpr (is_distribution<Functor>) {
      keep(0, loss(variable(score[0]), score[1], label));
      keep(1, loss(score[0], variable(score[1]), label));
      return loss(score[0], score[1], label);
    } else if constexpr (!has_one_score<Functor>) {
      return 0;  // custom ones, which are not of the list
    } else {
      double sum = 0;
      for (std::size_t k = 0; k < score.size(); ++k) {
        const Dual d = loss(variable(score[k]), label_of_output<Functor>(label, static_cast<std::int64_t>(k)));
        keep(k, d);
        sum = k == 0 ? d.value : sum + d.value;
      }
      return sum;
    }
  });
}

}  // namespace

bool compares_times(const Loss& loss) {
  return is_of_times(loss) && survival_traits_of(loss.definition().spec).compares_rows;
}

Loss::Loss() : Loss(loss::squared()) {}
Loss::Loss(std::shared_ptr<const Definition> definition) noexcept : definition_(std::move(definition)) {}

const std::string& Loss::name() const& noexcept { return definition_->name; }
Link Loss::link() const noexcept { return definition_->link; }
LabelKind Loss::label_kind() const noexcept { return definition_->label_kind; }
int Loss::classes() const noexcept { return definition_->classes; }
int Loss::outputs() const noexcept { return definition_->spec.outputs; }

Loss of_labels(std::string_view where, const Loss& loss, int labels) {
  const LossTraits* const traits = traits_of(loss.definition().spec);
  const bool is_of_one_score = traits && !traits->is_per_class && loss.outputs() == 1;
  if (labels > 1 && !loss.definition().levels.empty())
    fail<ArgumentError>(
        "{}: the data has {} labels a row, and loss \"{}\" has {} levels. Hint: one level, or a model for each label.",
        where, labels, loss.name(), loss.outputs());
  if (labels > 1 && (!is_of_one_score || loss.definition().custom))
    fail<ArgumentError>(
        "{}: the data has {} labels a row, and loss \"{}\" takes one. Hint: a built-in loss of one score, such as "
        "loss::squared() or, of labels 0 and 1, loss::logistic(); or a model for each label.",
        where, labels, loss.name());
  Loss::Definition definition = loss.definition();
  definition.labels = labels;
  definition.spec.outputs = labels;
  if (labels > 1 && definition.label_kind == LabelKind::classes) {
    definition.label_kind = LabelKind::share;
    definition.classes = 0;
  }
  return Loss(std::make_shared<const Loss::Definition>(std::move(definition)));
}

Loss of_output(const Loss& loss, int output) {
  const Loss::Definition& definition = loss.definition();
  if (!is_by_output(definition)) return loss;
  if (definition.levels.empty())
    return with_link("the link", loss::by_name(loss.name(), loss.parameters()), loss.link());
  return loss.with_parameter(definition.parameters[0].name, definition.levels[static_cast<std::size_t>(output)]);
}

LossSpec spec_of_output(const Loss::Definition& loss, int output) {
  LossSpec spec = loss.spec;
  if (!is_by_output(loss)) return spec;
  spec.outputs = 1;
  if (!loss.levels.empty()) spec.parameter[0] = loss.levels[static_cast<std::size_t>(output)];
  return spec;
}

std::string range_of(const ParameterRule& rule) {
  if (rule.is_whole && rule.high == rule.low + 2) return fmt::format("{} or {}", rule.low, rule.low + 1);
  if (rule.is_whole) return fmt::format("a whole number >= {}", rule.low);
  if (std::isfinite(rule.high)) return fmt::format("in {}{}, {})", rule.low_open ? "(" : "[", rule.low, rule.high);
  return fmt::format("{} {}", rule.low_open ? ">" : ">=", rule.low);
}

std::vector<LossParameter> Loss::parameters() const try {
  std::vector<LossParameter> result;
  for (std::size_t i = 0; i < definition_->parameters.size(); ++i) {
    const char* const name = definition_->parameters[i].name;
    if (i > 0 || definition_->levels.empty()) result.push_back({name, definition_->spec.parameter[i]});
    for (std::size_t k = 0; i == 0 && k < definition_->levels.size(); ++k)
      result.push_back({name, definition_->levels[k]});
  }
  return result;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Loss::parameters");
}

Loss Loss::with_parameter(std::string_view name, double value) const {
  return with_parameter(name, std::span<const double>(&value, 1));
}

Loss Loss::with_parameter(std::string_view name, std::span<const double> values) const try {
  for (std::size_t i = 0; i < definition_->parameters.size(); ++i) {
    const ParameterRule& rule = definition_->parameters[i];
    if (rule.name != name) continue;
    check_values(*this, rule, values);
    Definition changed = *definition_;
    if (changed.custom) {  // a built-in loss, spelt by the user: its program has the old value
      changed.spec = loss::by_name(this->name()).definition().spec;
      changed.custom = nullptr;
    }
    changed.spec.parameter[i] = values[0];
    if (rule.is_list) {
      const bool several = values.size() > 1;
      changed.levels.assign(values.begin(), several ? values.end() : values.begin());
      changed.spec.outputs = several ? static_cast<std::int32_t>(values.size()) : changed.labels;
      changed.link = several ? Link::sorted : loss::by_name(this->name()).link();
    }
    return Loss(std::make_shared<const Definition>(std::move(changed)));
  }
  refuse_parameter(*this, name);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Loss::with_parameter");
}

double Loss::evaluate(std::span<const double> score, double label, std::span<double> gradient,
                      std::span<double> curvature) const try {
  const auto outputs = static_cast<std::size_t>(this->outputs());
  if (outputs == 0)
    fail<ArgumentError>(
        "Loss::evaluate: {}.",
        is_automatic(*this)
            ? "loss::automatic is chosen by the training labels. Hint: model.loss() is the one chosen"
            : fmt::format("{0} does not know its classes yet. Hint: loss::{0}({{.classes = 3}})", name()));
  if (definition_->labels > 1)
    fail<ArgumentError>("Loss::evaluate: {} is that of {} labels a row. Hint: loss::by_name(\"{}\") is that of each.",
                        name(), definition_->labels, name());
  if (score.size() != outputs || (!gradient.empty() && gradient.size() != outputs) ||
      (!curvature.empty() && curvature.size() != outputs))
    fail<ArgumentError>(
        "Loss::evaluate: {} has {} score(s) a row, but score, gradient and curvature have {}, {} and {} entries.",
        name(), outputs, score.size(), gradient.size(), curvature.size());
  if (link() != Link::softmax) check_labels("Loss::evaluate", {&label, 1});
  if (definition_->spec.kind == LossKind::group)
    fail<ArgumentError>("Loss::evaluate: {} compares the rows of a group, so one row has no loss of its own.", name());
  if (definition_->spec.kind == LossKind::survival) return evaluate_time(*this, score[0], label, gradient, curvature);
  if (const CustomLoss* custom = definition_->custom.get()) {
    if (custom->parameters_by_row || custom->mixes_rows || *why_unknown(*custom) != '\0')
      fail<ArgumentError>("Loss::evaluate: {} {}, so one row has no loss of its own.", name(),
                          custom->parameters_by_row ? "reads parameters by row"
                          : custom->mixes_rows      ? "mixes rows"
                                                    : why_unknown(*custom));
    return evaluate_custom(*definition_, score, label, 0, gradient, curvature);
  }
  if (is_by_output(*definition_)) {
    double sum = 0;
    for (std::size_t k = 0; k < outputs; ++k)
      sum += evaluate_one(spec_of_output(*definition_, static_cast<int>(k)), score.subspan(k, 1), label,
                          gradient.empty() ? gradient : gradient.subspan(k, 1),
                          curvature.empty() ? curvature : curvature.subspan(k, 1));
    return sum;
  }
  return evaluate_one(definition_->spec, score, label, gradient, curvature);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Loss::evaluate");
}

void Loss::predict(std::span<double> score) const try {
  if (outputs() == 0 || score.size() != static_cast<std::size_t>(outputs()))
    fail<ArgumentError>("Loss::predict: {} has {} score(s) a row, but {} are given.", name(), outputs(), score.size());
  apply_link(link(), score.data(), 1, outputs(), 1, 1);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Loss::predict");
}

namespace loss {

Loss automatic() try {
  Loss::Definition definition = squared().definition();
  definition.name = "automatic";
  definition.spec.outputs = 0;
  return Loss(std::make_shared<const Loss::Definition>(std::move(definition)));
} catch (const std::bad_alloc&) {
  fail_out_of_memory("automatic");
}

std::vector<std::string> names() try {
  std::vector<std::string> names = names_of(LossList());
  each_of_other_lists([&](const Loss& loss) {
    names.push_back(loss.name());
    return false;
  });
  return names;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("loss::names");
}

Loss by_name(std::string_view name, const std::vector<LossParameter>& parameters, int classes) try {
  std::optional<Loss> loss = find(name, classes, LossList());
  if (!loss) loss = find_in_other_lists(name);
  if (!loss) {
    const std::vector<std::string> known = names();
    // CatBoost has parameters behind a colon.
    const std::string_view plain_name = name.substr(0, name.find('=') == name.npos ? name.npos : name.find(':'));
    fail<ArgumentError>("loss: no loss \"{}\". {}Losses: {}.", name, suggestion(plain_name, other_losses(), known),
                        listing(known));
  }
  for (std::size_t first = 0, next = 0; first < parameters.size(); first = next) {
    std::vector<double> values;  // of one parameter, which is there once for each
    for (; next < parameters.size() && parameters[next].name == parameters[first].name; ++next)
      values.push_back(parameters[next].value);
    *loss = loss->with_parameter(parameters[first].name, values);
  }
  return *loss;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("loss::by_name");
}

Loss lambdarank(LambdarankOptions options) try {
  return by_name("lambdarank", {{"truncation", static_cast<double>(options.truncation)},
                                {"sigmoid", options.sigmoid},
                                {"normalise", options.normalise ? 1.0 : 0.0},
                                {"position_bias", options.position_bias ? 1.0 : 0.0},
                                {"position_l2", options.position_l2},
                                {"exponential_gain", options.exponential_gain ? 1.0 : 0.0}});
} catch (const std::bad_alloc&) {
  fail_out_of_memory("lambdarank");
}

namespace {

template <class Options>
Loss of_pairs(std::string_view name, const Options& options) try {
  return by_name(name, {{"truncation", static_cast<double>(options.truncation)},
                        {"sigmoid", options.sigmoid},
                        {"normalise", options.normalise ? 1.0 : 0.0},
                        {"position_bias", options.position_bias ? 1.0 : 0.0},
                        {"position_l2", options.position_l2}});
} catch (const std::bad_alloc&) {
  fail_out_of_memory(name);
}

}  // namespace

Loss lambdarank_map(RankOptions options) { return of_pairs("lambdarank_map", options); }
Loss lambdarank_mrr(RankOptions options) { return of_pairs("lambdarank_mrr", options); }
Loss pairwise(PairwiseOptions options) { return of_pairs("pairwise", options); }
Loss xendcg() { return by_name("xendcg"); }

Loss cox(CoxOptions options) try {
  return by_name("cox", {{"efron", options.ties == Ties::efron ? 1.0 : 0.0}});
} catch (const std::bad_alloc&) {
  fail_out_of_memory("cox");
}

Loss aft(AftOptions options) try {
  const char* const name = options.distribution == TimeDistribution::normal     ? AftNormalLoss::name
                           : options.distribution == TimeDistribution::logistic ? AftLogisticLoss::name
                                                                                : AftExtremeLoss::name;
  return by_name(name, {{"scale", options.scale}});
} catch (const std::bad_alloc&) {
  fail_out_of_memory("aft");
}

}  // namespace loss
}  // namespace linden
