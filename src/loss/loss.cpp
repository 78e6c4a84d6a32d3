// The built-in losses by name, and a loss evaluated on one row.
#include <linden/loss.hpp>
#include <type_traits>
#include <utility>

#include "base/fail.hpp"
#include "loss/definition.hpp"
#include "loss/link.hpp"

namespace linden {
namespace {

Loss make(LossKind kind, std::int32_t outputs, const char* name, Link link, LabelKind label_kind, int classes) {
  return Loss(
      std::make_shared<const Loss::Definition>(Loss::Definition{{kind, outputs, {}}, name, link, label_kind, classes}));
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

}  // namespace

Loss::Loss() : Loss(loss::squared()) {}
Loss::Loss(std::shared_ptr<const Definition> definition) noexcept : definition_(std::move(definition)) {}

const std::string& Loss::name() const noexcept { return definition_->name; }
Link Loss::link() const noexcept { return definition_->link; }
LabelKind Loss::label_kind() const noexcept { return definition_->label_kind; }
int Loss::classes() const noexcept { return definition_->classes; }
int Loss::outputs() const noexcept { return definition_->spec.outputs; }

double Loss::evaluate(std::span<const double> score, double label, std::span<double> gradient,
                      std::span<double> curvature) const {
  const auto outputs = static_cast<std::size_t>(this->outputs());
  if (outputs == 0)
    fail<ArgumentError>(
        "Loss::evaluate: softmax does not know its classes yet. Hint: loss::softmax({{.classes = 3}}).");
  if (score.size() != outputs || (!gradient.empty() && gradient.size() != outputs) ||
      (!curvature.empty() && curvature.size() != outputs))
    fail<ArgumentError>(
        "Loss::evaluate: {} has {} score(s) a row, but score, gradient and curvature have {}, {} and {} entries.",
        name(), outputs, score.size(), gradient.size(), curvature.size());
  return visit_loss(definition_->spec.kind, [&](auto loss) {
    if constexpr (std::is_same_v<decltype(loss), SoftmaxLoss>) {
      if (!(label >= 0 && label < classes() && label == static_cast<int>(label)))
        fail<ArgumentError>("Loss::evaluate: label {} is none of the classes 0 .. {}.", label, classes() - 1);
      return evaluate_softmax(score, static_cast<std::size_t>(label), gradient, curvature);
    } else {
      const Dual d = loss(variable(score[0]), label);
      if (!gradient.empty()) gradient[0] = d.first;
      if (!curvature.empty()) curvature[0] = d.second;
      return d.value;
    }
  });
}

void Loss::predict(std::span<double> score) const {
  if (outputs() == 0 || score.size() != static_cast<std::size_t>(outputs()))
    fail<ArgumentError>("Loss::predict: {} has {} score(s) a row, but {} are given.", name(), outputs(), score.size());
  apply_link(link(), score.data(), 1, outputs(), 1, 1);
}

namespace loss {

Loss squared() { return make(LossKind::squared, 1, "squared", Link::identity, LabelKind::real, 0); }
Loss logistic() { return make(LossKind::logistic, 1, "logistic", Link::sigmoid, LabelKind::classes, 2); }
Loss poisson() { return make(LossKind::poisson, 1, "poisson", Link::exp, LabelKind::nonnegative, 0); }

Loss softmax(SoftmaxOptions options) {
  if (options.classes < 0 || options.classes == 1)
    fail<ArgumentError>(
        "loss::softmax: classes is {}, but it must be 2 or more. Hint: leave it out and it is taken from the labels.",
        options.classes);
  return make(LossKind::softmax, options.classes, "softmax", Link::softmax, LabelKind::classes, options.classes);
}

std::vector<std::string> names() { return {"squared", "logistic", "softmax", "poisson"}; }

Loss by_name(std::string_view name, int classes) {
  if (name == "squared") return squared();
  if (name == "logistic") return logistic();
  if (name == "softmax") return softmax({.classes = classes});
  if (name == "poisson") return poisson();
  const std::vector<std::string> known = names();
  fail<ArgumentError>("loss: no loss \"{}\". {}Losses: {}.", name, did_you_mean(name, known), listing(known));
}

}  // namespace loss
}  // namespace linden
