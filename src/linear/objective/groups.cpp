#include "linear/objective/groups.hpp"

#include <algorithm>

namespace linden {

Groups::Groups(const Objective& objective) : objective_(objective), members_(objective.penalty().groups.size()) {
  for (std::int64_t i = 0; i < objective.size() && !members_.empty(); ++i)
    if (objective.group_of(i) >= 0 && objective.is_free(i))
      members_[static_cast<std::size_t>(objective.group_of(i))].push_back(static_cast<std::size_t>(i));
}

double Groups::unit(std::size_t parameter) const noexcept {
  return objective_.penalty().unit[parameter % static_cast<std::size_t>(objective_.width())];
}

std::vector<double> Groups::weights(std::size_t group, std::span<const double> parameters) const {
  std::vector<double> z;
  z.reserve(members_[group].size());
  for (const std::size_t i : members_[group]) z.push_back(parameters[i] * unit(i));
  return z;
}

std::vector<double> Groups::slopes(std::size_t group, std::span<const double> slopes) const {
  std::vector<double> v;
  v.reserve(members_[group].size());
  for (const std::size_t i : members_[group]) v.push_back(slopes[i] / unit(i));
  return v;
}

double Groups::value(std::span<const double> parameters) const {
  double sum = 0;
  for (std::size_t g = 0; g < size(); ++g) sum += penalty(g).group * euclidean_norm(weights(g, parameters));
  return sum;
}

void Groups::least_subgradient(std::span<const double> at, std::span<const double> gradient,
                               std::span<double> out) const {
  std::vector<double> least;
  for (std::size_t g = 0; g < size(); ++g) {
    least.resize(members_[g].size());
    penalty(g).least_subgradient(weights(g, at), slopes(g, gradient), least);
    for (std::size_t k = 0; k < least.size(); ++k) out[members_[g][k]] = least[k] * unit(members_[g][k]);
  }
}

double Groups::factor(std::span<const double> v, double most) const {
  for (std::size_t g = 0; g < size(); ++g) most = std::min(most, penalty(g).factor(slopes(g, v)));
  return most;
}

double Groups::gap(std::span<const double> at, std::span<const double> v, double t) const {
  double sum = 0;
  for (std::size_t g = 0; g < size(); ++g) {
    std::vector<double> q = slopes(g, v);
    for (double& value : q) value *= t;
    sum += penalty(g).gap(weights(g, at), q);
  }
  return sum;
}

}  // namespace linden
