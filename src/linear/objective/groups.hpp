// The groups of an objective's weights, in the units that are penalised.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "linear/objective/objective.hpp"

namespace linden {

class Groups {
 public:
  /// The objective must outlive the object, and keep its columns.
  explicit Groups(const Objective& objective);

  std::size_t size() const noexcept { return members_.size(); }
  const GroupPenalty& penalty(std::size_t group) const noexcept { return objective_.penalty().groups[group].penalty; }
  /// Its parameters, of all outputs, that are free.
  const std::vector<std::size_t>& members(std::size_t group) const noexcept { return members_[group]; }
  /// What a parameter's weight is multiplied by to be penalised.
  double unit(std::size_t parameter) const noexcept;
  /// Of parameters [outputs, width], those of a group: in the units that are penalised.
  std::vector<double> weights(std::size_t group, std::span<const double> parameters) const;
  /// Of slopes in them, likewise.
  std::vector<double> slopes(std::size_t group, std::span<const double> slopes) const;

  /// sum group |z|_2
  double value(std::span<const double> parameters) const;
  /// Overwrites the entries of grouped parameters.
  void least_subgradient(std::span<const double> at, std::span<const double> gradient, std::span<double> out) const;
  /// The least of GroupPenalty::factor() and `most`.
  double factor(std::span<const double> v, double most) const;
  /// sum GroupPenalty::gap(), for q = t v.
  double gap(std::span<const double> at, std::span<const double> v, double t) const;

 private:
  const Objective& objective_;
  std::vector<std::vector<std::size_t>> members_;
};

}  // namespace linden
