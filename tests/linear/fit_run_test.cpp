// How often a fit passes over its rows: once for each point that it is at, whatever is asked there.
#include "linear/fit_run.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "linear/counting_backend.hpp"
#include "linear/small_fit.hpp"

namespace linden {
namespace {

const std::vector<std::string> names = {"a", "b", "c", "d"};

struct Counted {
  Counted(const Loss& loss, const LinearConfig& config, RandomRows random)
      : small(loss, std::move(random), 0, 0, true),
        rows(counting_backend(), small.context, small.loss, small.random.labels, small.random.weights) {
    FitRun fit("test", rows, small.design, config, names);
    backend_counts_at_start = backend_counts;
    fit.run();
    certificate = fit.certificate();
    certificate = fit.certificate();  // costs nothing
    counts = backend_counts;
  }

  SmallFit small;
  LinearRows rows;
  BackendCounts backend_counts_at_start, counts;
  Certificate certificate;
};

Counted run(const Loss& loss, const LinearConfig& config, RandomRows random) {
  backend_counts = {};
  return Counted(loss, config, std::move(random));
}
Counted run(const Loss& loss, const LinearConfig& config) { return run(loss, config, RandomRows(loss, false, 4, 200)); }

TEST(FitRun, ASquaredLossIsPassedOverAtItsStartAndItsEnd) {
  const Counted cholesky = run(loss::squared(), {.l2 = 0.1, .solver = Solver::newton_cholesky});
  EXPECT_EQ(cholesky.certificate.status, FitStatus::converged);
  EXPECT_EQ(cholesky.backend_counts_at_start.passes, 1);
  EXPECT_EQ(cholesky.counts.passes, 2);
  EXPECT_EQ(cholesky.counts.products, 0);
  const Counted qr = run(loss::squared(), {.solver = Solver::qr});
  EXPECT_EQ(qr.certificate.status, FitStatus::converged);
  EXPECT_EQ(qr.counts.passes, 2);
}

// Its loss is all but 0: scores of 0 are asked for, too, which says how large labels are, and the start is kept
// meanwhile.
TEST(FitRun, StopsAtItsStartWhereThereIsOneClass) {
  RandomRows one(loss::logistic(), false, 4, 200);
  one.labels.assign(one.labels.size(), 1.0);
  const Counted stopped = run(loss::logistic(), {.solver = Solver::lbfgs}, one);
  EXPECT_EQ(stopped.certificate.status, FitStatus::separable);
  EXPECT_EQ(stopped.backend_counts_at_start.passes, 2);
  EXPECT_EQ(stopped.counts.passes, 2);
}

// Iterations are points: none is visited twice to come back from a trial, or to ask for its gap.
TEST(FitRun, NewtonsMethodPassesOnceForEachStep) {
  const Counted fit = run(loss::poisson(), {.l2 = 0.1, .solver = Solver::newton_cg});
  EXPECT_EQ(fit.certificate.status, FitStatus::converged);
  EXPECT_EQ(fit.counts.passes, 1 + fit.certificate.iterations);
}

}  // namespace
}  // namespace linden
