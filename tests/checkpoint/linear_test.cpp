// Linear fits that end in the middle and are taken up: the bytes of fits in one go.
#include <gtest/gtest.h>

#include "meeting.hpp"
#include "ranks/fits_of_ranks.hpp"
#include "refusal.hpp"
#include "scratch_folder.hpp"

namespace linden {
namespace {

struct LinearFit {
  const char* name;
  Dataset train;
  LinearConfig config;
};

Dataset wide_rows(int seed, int classes) {
  Random random(static_cast<std::uint64_t>(seed));
  const int rows = 200, columns = 12;
  std::vector<double> values, label;
  for (int row = 0; row < rows; ++row) {
    double score = random.normal(), last = 0;
    for (int column = 0; column < columns; ++column) {
      last = 0.9 * last + random.normal();  // columns that are like each other take iterations
      values.push_back(last);
      score += (column % 3 - 1) * last;
    }
    label.push_back(classes == 0 ? score : std::clamp(std::floor(score / 3 + 1), 0.0, classes - 1.0));
  }
  return Dataset::from_rows(values, columns, {.label = label});
}

std::vector<LinearFit> fits() {
  return {
      {"logistic", wide_rows(1, 2), {.loss = loss::logistic(), .l2 = 1e-4, .solver = Solver::lbfgs}},
      {"l1", wide_rows(2, 2), {.loss = loss::logistic(), .l1 = 1e-3, .solver = Solver::lbfgs}},
      {"softmax", wide_rows(3, 3), {.loss = loss::softmax(), .l2 = 1e-4, .solver = Solver::lbfgs}},
      {"huber", wide_rows(4, 0), {.loss = loss::huber(), .solver = Solver::lbfgs, .tolerance = 1e-12}},
      {"poisson", wide_rows(5, 4), {.loss = loss::poisson(), .l2 = 1e-3, .solver = Solver::lbfgs, .tolerance = 1e-14}},
      {"squared_hinge", wide_rows(6, 2), {.loss = loss::squared_hinge(), .l2 = 1e-3, .solver = Solver::lbfgs}},
  };
}

// The last file that a fit leaves is of some iteration before its end.
TEST(LinearCheckpoint, ChangesNoBytesAndTakenUpHasTheBytesOfOneGo) {
  int every = 3;
  for (const LinearFit& fit : fits()) {
    const ScratchFolder folder;
    const LinearModel wanted = fit_linear(fit.train, fit.config, {.threads = 1});
    Checkpoint checkpoint{.path = folder / "c", .every = every++};
    EXPECT_GT(wanted.certificate().iterations, checkpoint.every) << fit.name;
    EXPECT_EQ(fit_linear(fit.train, fit.config, {.threads = 1, .checkpoint = checkpoint}).to_string(),
              wanted.to_string())
        << fit.name;
    checkpoint.resume = true;
    EXPECT_EQ(fit_linear(fit.train, fit.config, {.threads = 2, .checkpoint = checkpoint}).to_string(),
              wanted.to_string())
        << fit.name;
  }
}

TEST(LinearCheckpoint, OfRanksTakenUpHasTheBytesOfOneGo) {
  const LinearFit fit = fits().front();
  const ScratchFolder folder;
  const RowSplit split = splits_of(fit.train.rows(), 3)[1];
  const auto run = [&](const Checkpoint& checkpoint, int ranks) {
    std::vector<std::string> models(static_cast<std::size_t>(ranks));
    Meeting meeting(ranks, false);
    const RowSplit rows = ranks == 3 ? split : splits_of(fit.train.rows(), ranks)[0];
    meeting.run([&](int rank) {
      Meeting::Seat seat(meeting, rank);
      models[static_cast<std::size_t>(rank)] = fit_linear(part_of_rank(fit.train, rows, rank), fit.config,
                                                          {.threads = 1, .ranks = seat, .checkpoint = checkpoint})
                                                   .to_string();
    });
    EXPECT_EQ(models.front(), models.back());
    return models.front();
  };
  const std::string wanted = run({}, 3);
  EXPECT_EQ(run({.path = folder / "c", .every = 4}, 3), wanted);
  EXPECT_EQ(run({.path = folder / "c", .every = 4, .resume = true}, 3), wanted);
  EXPECT_TRUE(refusal<ArgumentError>([&] {
                run({.path = folder / "c", .resume = true}, 2);
              }).find("the number of rows of each rank is ") != std::string::npos);
}

TEST(LinearCheckpoint, RefusesOtherSettingsAndSolvers) {
  const LinearFit fit = fits().front();
  const ScratchFolder folder;
  fit_linear(fit.train, fit.config, {.checkpoint = {.path = folder / "c", .every = 4}});
  LinearConfig config = fit.config;
  config.l2 = 0.5;
  EXPECT_EQ(
      refusal<ArgumentError>(
          [&] { fit_linear(fit.train, config, {.checkpoint = {.path = folder / "c", .resume = true}}); }),
      "fit_linear: the checkpoint \"" + (folder / "c").string() +
          "\" is of another fit: LinearConfig.l2 is 0.5 here, and 0.0001 there. Hint: the same data and settings as "
          "then, or another path.");
  config.solver = Solver::newton_cg;
  EXPECT_EQ(
      refusal<ArgumentError>([&] { fit_linear(fit.train, config, {.checkpoint = {.path = folder / "d"}}); }),
      "fit_linear: checkpoints are left by solver lbfgs, and this fit is one of newton_cg, which has no state that "
      "is worth its size. Hint: .solver = lbfgs, or leave Checkpoint.path out.");
  EXPECT_EQ(refusal<ArgumentError>(
                [&] { fit_firth(fit.train, {.loss = loss::logistic()}, {.checkpoint = {.path = folder / "d"}}); }),
            "fit_firth: its few steps leave no checkpoints. Hint: leave Checkpoint.path out.");
}

}  // namespace
}  // namespace linden
