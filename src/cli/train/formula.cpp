#include "cli/train/formula.hpp"

#include <linden/formula.hpp>

#include "base/fail.hpp"
#include "linear/recipe/parse_formula.hpp"

namespace linden::cli {

void settle_formula(LinearConfig& config, ReadOptions& read) {
  if (!read.exposure.empty())
    config.formula =
        fmt::format("{} + offset(log({}))", config.formula.empty() ? "." : config.formula, formula_word(read.exposure));
  if (config.formula.empty() || !read.label.empty()) return;
  const std::string label = Formula(config.formula).label();
  if (!label.empty()) read.label = {label};
}

void settle_formula(const BoostingConfig&, const ReadOptions& read) {
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
