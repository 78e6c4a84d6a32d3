#include "cli/train/formula.hpp"

#include <linden/formula.hpp>

#include "base/fail.hpp"
#include "cli/ranks.hpp"
#include "linear/recipe/parse_formula.hpp"

namespace linden::cli {

void settle_formula(LinearConfig& config, ReadOptions& read) {
  if (!read.trials.empty()) {
    if (config.loss.name() == "automatic") config.loss = loss::cross_entropy();
    if (config.loss.label_kind() != LabelKind::share)
      fail<ArgumentError>("--trials goes with loss cross_entropy, and --loss is {}. Hint: leave one out.",
                          config.loss.name());
  }
  if (!read.exposure.empty() && ranks().get() != nullptr)
    fail<ArgumentError>(
        "--exposure {}: several processes take columns as they are, not logarithms of them. Hint: --offset takes a "
        "column of the logarithms of exposures.",
        read.exposure);
  if (!read.exposure.empty())
    config.formula =
        fmt::format("{} + offset(log({}))", config.formula.empty() ? "." : config.formula, formula_word(read.exposure));
  if (config.formula.empty() || !read.label.empty()) return;
  const std::string label = Formula(config.formula).label();
  if (!label.empty()) read.label = {label};
}

void settle_formula(const BoostingConfig&, const ReadOptions& read) {
  if (!read.trials.empty())
    fail<ArgumentError>("--trials is for linear models. Hint: --model linear, or leave it out.");
  if (!read.exposure.empty())
    fail<ArgumentError>(
        "--exposure {}: it is for linear models. Hint: --offset takes a column of the logarithms of exposures.",
        read.exposure);
}

void check_exposure(const ReadOptions& read, const Loss& loss) {
  if (read.exposure.empty() || loss.link() == Link::exp) return;
  fail<ArgumentError>(
      "--exposure {}: its logarithm is added to scores, which loss {} does not take as logarithms. Hint: --loss "
      "poisson, or another loss of counts.",
      read.exposure, loss.name());
}

}  // namespace linden::cli
