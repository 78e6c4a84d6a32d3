#include "boosting/bins/number_cuts.hpp"

#include <utility>

namespace linden {

int bins_of_values(std::int64_t missing_rows, int max_bins) { return max_bins - (missing_rows > 0 ? 1 : 0); }

Cuts numeric_cuts(Quantiles values, std::int64_t missing_rows) {
  Cuts cuts;
  cuts.has_missing = missing_rows > 0;
  if (values.rows.empty()) return cuts;
  cuts.numeric = std::move(values.cuts);
  if (cuts.has_missing) values.rows.push_back(missing_rows);
  cuts.bins = static_cast<int>(values.rows.size());
  cuts.find_usual_bin(values.rows);
  return cuts;
}

Cuts cuts_of_counts(std::span<const ValueCount> values, std::int64_t missing, const CutRules& rules, std::int64_t f) {
  const int bins = bins_of_values(missing, rules.max_bins(f));
  if (rules.forced(f).empty() && !rules.is_weighted()) return numeric_cuts(quantiles_of(values, bins), missing);
  Quantiles found{cuts_with(rules.forced(f), values, bins), {}};
  found.rows = rows_of_bins(values, found.cuts);
  return numeric_cuts(std::move(found), missing);
}

}  // namespace linden
