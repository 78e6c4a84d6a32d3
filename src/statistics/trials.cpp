#include <cmath>
#include <linden/statistics.hpp>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"

namespace linden {

Dataset with_trials(const Dataset& data, const NumberList& trials) try {
  constexpr const char* where = "with_trials";
  if (!data.has_label() || data.label().rank() != 1)
    fail<DataError>("{}: the data wants one label a row, how many of its trials were successes.", where);
  const auto successes = data.label().span<const double>(), counts = trials.span();
  if (trials.values().rank() != 1 || counts.size() != successes.size())
    fail<ArgumentError>("{}: {} numbers of trials for {} rows.", where, counts.size(), successes.size());
  const bool is_weighted = data.weight().elements() > 0;
  std::vector<double> shares, weights;
  for (std::size_t row = 0; row < counts.size(); ++row) {
    if (!(counts[row] >= 0 && std::isfinite(counts[row]) && successes[row] >= 0 && successes[row] <= counts[row]))
      fail<DataError>(
          "{}: {} successes of {} trials at {}. Hint: the label counts successes, from 0 to the row's trials.", where,
          successes[row], counts[row], data.where(static_cast<std::int64_t>(row)));
    shares.push_back(counts[row] > 0 ? successes[row] / counts[row] : 0);
    weights.push_back(counts[row] * (is_weighted ? data.weight().span<const double>()[row] : 1));
  }
  return data.with_label(shares, data.label_names()).with_weight(weights);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("with_trials");
}

}  // namespace linden
