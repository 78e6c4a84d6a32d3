// Which features of many take part in a fit with l1 or groups: an objective of some columns of another, on the same
// rows.
#pragma once

#include <span>
#include <vector>

#include "linear/objective/objective.hpp"
#include "rows/by_column.hpp"

namespace linden {

class WorkingSet {
 public:
  /// `features` ascending; `by_column`, where there is one, has the entries of the whole. The whole must outlive the
  /// object.
  WorkingSet(const Objective& whole, std::vector<int> features, const ByColumn* by_column = nullptr);
  WorkingSet(const WorkingSet&) = delete;
  WorkingSet& operator=(const WorkingSet&) = delete;

  const std::vector<int>& features() const noexcept { return features_; }
  Objective& objective() noexcept { return objective_; }

  /// Of a point of the whole, the part that is ours.
  std::vector<double> from_whole(std::span<const double> whole) const;
  /// A point of the whole: ours, with 0 for all others.
  void to_whole(std::span<const double> part, std::span<double> whole) const;

 private:
  std::vector<int> features_;
  std::int64_t outputs_, whole_width_;
  Design design_;
  Objective objective_;
};

/// What the features of an objective ask for at a point.
struct Demand {
  std::vector<double> score;  ///< [features]: by how much a gradient exceeds what holds 0; infinite where not zero
  int nonzero = 0;            ///< features
  int outside = 0;            ///< features that are zero and should not be, and do not take part yet
};

/// `part`: the features that take part, ascending.
Demand demand_at(const Point& point, std::span<const int> part);

/// The `count` features of the highest score, ascending (features that are left out are none); the first ones where
/// scores are equal. Groups are whole: where a feature of one is among them, its others are.
std::vector<int> most_demanding(const Demand& demand, std::size_t count, const Penalty& penalty);

}  // namespace linden
