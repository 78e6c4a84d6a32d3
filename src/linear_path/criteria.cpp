// Information criteria over a path.
#include <cmath>
#include <limits>
#include <linden/linear_choice.hpp>

#include "base/counted.hpp"
#include "base/fail.hpp"

namespace linden {
namespace {

constexpr double not_known = std::numeric_limits<double>::quiet_NaN();
constexpr PathRule path_rules[] = {
    PathRule::best, PathRule::one_standard_error, PathRule::aic, PathRule::aicc, PathRule::bic, PathRule::ebic,
    PathRule::gcv};

// log of n! / (k! (n - k)!).
double log_choices(double n, double k) { return std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1); }

}  // namespace

const char* name_of(PathRule rule) noexcept {
  constexpr const char* names[] = {"best", "one_standard_error", "aic", "aicc", "bic", "ebic", "gcv"};
  return names[static_cast<int>(rule)];
}

PathRule path_rule_named(std::string_view name) {
  std::vector<std::string> known;
  for (const PathRule rule : path_rules) {
    if (name == name_of(rule)) return rule;
    known.emplace_back(name_of(rule));
  }
  fail<ArgumentError>("path rule: no rule \"{}\". {}Rules: {}.", name, did_you_mean(name, known), listing(known));
}

double criterion_value(const LinearPath& path, std::size_t index, PathRule rule) {
  if (rule == PathRule::best || rule == PathRule::one_standard_error)
    fail<ArgumentError>("criterion_value: rule {} wants folds. Hint: cross_validate_path.", name_of(rule));
  const LinearPathPoint& point = path[index];
  const double n = path.rows(), k = point.df + (path.has_dispersion() ? 1 : 0);
  if (rule == PathRule::gcv) return n > point.df ? n * point.deviance / ((n - point.df) * (n - point.df)) : not_known;
  const double bic = k * std::log(n) - 2 * point.log_likelihood, aic = 2 * k - 2 * point.log_likelihood;
  switch (rule) {
    case PathRule::aic: return aic;
    case PathRule::aicc: return n - k - 1 > 0 ? aic + 2 * k * (k + 1) / (n - k - 1) : not_known;
    case PathRule::ebic: return bic + 2 * log_choices(path.columns(), point.nonzero);
    default: return bic;
  }
}

PathChoice choose(const LinearPath& path, PathRule rule) {
  PathChoice choice;
  choice.value = not_known;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const double value = criterion_value(path, i, rule);
    if (std::isnan(value) || value >= choice.value) continue;  // false beside NaN
    choice = {i, path[i].strength, value, ""};
  }
  if (std::isnan(choice.value))
    fail<ArgumentError>("choose: {} has no value at any of {}: {}. Hint: cross_validate_path.", name_of(rule),
                        counted(path.size(), "point"),
                        path.size() > 0 && std::isnan(path[0].log_likelihood)
                            ? fmt::format("loss {} is no distribution with a likelihood", path.config().loss.name())
                            : "there are no more rows than degrees of freedom");
  const LinearPathPoint& point = path[choice.index];
  choice.why =
      fmt::format("strength {:.6g}, {}: the least {} of {}, {:.6g}", choice.strength, counted(point.nonzero, "column"),
                  name_of(rule), counted(path.size(), "strength"), choice.value);
  return choice;
}

}  // namespace linden
