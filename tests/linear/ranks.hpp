// Linear fits of several ranks, each of which has some of the rows: threads of one process.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <linden/linear.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "backend/backend.hpp"
#include "linear/fit_run.hpp"
#include "linear/small_fit.hpp"
#include "linear/units.hpp"
#include "meeting.hpp"
#include "model/training_data.hpp"

namespace linden {

struct RankFit {
  std::vector<double> weights, intercept;
  Certificate certificate;

  bool operator==(const RankFit& other) const {
    const Certificate &a = certificate, &b = other.certificate;
    return weights == other.weights && intercept == other.intercept && a.objective == b.objective && a.gap == b.gap &&
           a.iterations == b.iterations && a.solver == b.solver && a.why == b.why && a.rank == b.rank &&
           a.condition == b.condition && a.status == b.status && a.collinear_columns == b.collinear_columns;
  }
};

/// The rows of `data` with these numbers; `comms` is null for one machine.
inline RankFit fit_on_rank(const Device& device, Comms* comms, const Dataset& data, const LinearConfig& config,
                           int threads) {
  const Backend& backend = backend_of(device);
  Workers workers(threads);
  DeviceContext context(device, workers, comms);
  const Ranks ranks(backend.memory, context);
  const std::span<const double> labels = data.label().span<const double>();
  const std::span<const double> weights = weights_of(data);
  const std::vector<std::string> names = names_of(data, fitted_columns(data, ranks));
  Design design("fit_linear", data, weights, config.intercept, workers, ranks);
  const LinearRows rows(backend, context, config.loss, labels, weights);
  FitRun fit("fit_linear", rows, design, config, names);
  fit.run();
  RankFit result{{}, {}, fit.certificate()};
  append_in_units_of_data(fit.point(), result.weights, result.intercept);
  return result;
}

/// All ranks have the same fit, to the byte, and it is that of one machine, within the gaps. Row i lies on rank
/// owner[i].
inline void expect_fit_of_ranks(const Device& device, const Dataset& data, const LinearConfig& config,
                                const std::vector<int>& owner, int ranks, bool turns) {
  const RankFit alone = fit_on_rank(device, nullptr, data, config, 1);
  std::vector<std::vector<std::int64_t>> rows(static_cast<std::size_t>(ranks));
  for (std::size_t i = 0; i < owner.size(); ++i)
    rows[static_cast<std::size_t>(owner[i])].push_back(static_cast<std::int64_t>(i));
  std::vector<RankFit> found(rows.size());
  Meeting meeting(ranks, turns);
  meeting.run([&](int rank) {
    const auto r = static_cast<std::size_t>(rank);
    Meeting::Member comms(meeting, backend_of(device).memory, rank);
    found[r] = fit_on_rank(device, &comms, data.take(rows[r]), config, 1 + rank % 2);
  });
  for (const RankFit& other : found) EXPECT_TRUE(other == found[0]);
  const Certificate &a = found[0].certificate, &b = alone.certificate;
  SCOPED_TRACE(config.loss.name());
  EXPECT_EQ(a.status, b.status) << a << b;
  EXPECT_EQ(a.solver, b.solver);
  EXPECT_EQ(a.gap_kind, b.gap_kind);
  EXPECT_EQ(a.rank, b.rank);
  EXPECT_EQ(a.collinear_columns, b.collinear_columns);
  EXPECT_EQ(a.constant_columns, b.constant_columns);
  if (!a.is_optimal()) return;
  EXPECT_NEAR(a.objective, b.objective, a.gap + b.gap + 1e-14 * std::abs(b.objective));
  ASSERT_EQ(found[0].weights.size(), alone.weights.size());
  for (std::size_t j = 0; j < alone.weights.size(); ++j)
    EXPECT_NEAR(found[0].weights[j], alone.weights[j], 1e-5 * (1 + std::abs(alone.weights[j]))) << j;
}

/// Rows in turn to 2 and to 3 ranks, the first of which has few.
inline std::vector<int> owners(std::int64_t rows, int ranks) {
  std::vector<int> owner;
  for (std::int64_t i = 0; i < rows; ++i) owner.push_back(i % 10 == 3 ? 0 : 1 + static_cast<int>(i % (ranks - 1)));
  return owner;
}

inline void expect_fits_of_ranks(const Device& device, const Dataset& data, const LinearConfig& config, bool turns) {
  for (const int ranks : {2, 3}) expect_fit_of_ranks(device, data, config, owners(data.rows(), ranks), ranks, turns);
}

}  // namespace linden
