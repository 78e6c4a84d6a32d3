// Rows on several machines: every rank finds the weights of one machine that has them all, and all the same bytes.
#include "linear/ranks.hpp"

#include <linden/error.hpp>
#include <linden/ops.hpp>

#include "linear/design/moments.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

void expect_fits(const Dataset& data, const LinearConfig& config) {
  expect_fits_of_ranks(Device::cpu(), data, config, false);
}

TEST(LinearRanks, FindTheOptimumOfOneMachineBySolversOfEveryKind) {
  for (const Loss& loss : {loss::squared(), loss::logistic(), loss::softmax({.classes = 3}), loss::poisson()}) {
    const RandomRows rows(loss, true, 5, 220, 4);
    const Dataset data = rows.dataset();
    for (const Solver solver : {Solver::automatic, Solver::newton_cholesky, Solver::newton_cg, Solver::lbfgs})
      for (const double l2 : {0.0, 0.01}) expect_fits(data, {.loss = loss, .l2 = l2, .solver = solver});
    for (const Solver solver : {Solver::lbfgs, Solver::coordinate_descent})
      expect_fits(data, {.loss = loss, .l1 = 0.02, .solver = solver});
  }
}

TEST(LinearRanks, FindTheOptimumOfEveryConvexLoss) {
  for (const Loss& loss : convex_losses()) {
    const RandomRows rows(loss, false, 6, 150, 3);
    for (const auto& [l1, l2] : {std::pair(0.0, 0.0), std::pair(0.02, 0.01)})
      expect_fits(rows.dataset(), {.loss = loss, .l1 = l1, .l2 = l2});
  }
}

TEST(LinearRanks, FindTheOptimumOfLossesWithCorners) {
  for (const Loss& loss : cornered_losses()) {
    const RandomRows rows(loss, true, 16, 150, 3);
    expect_fits(rows.dataset(), {.loss = loss, .l1 = 0.01, .l2 = 0.02, .tolerance = 1e-10});
  }
}

TEST(LinearRanks, KeepToBounds) {
  const RandomRows rows(loss::logistic(), true, 17, 150, 3);
  expect_fits(rows.dataset(), {.loss = loss::logistic(),
                               .l2 = 0.01,
                               .penalty = {{{"f0", 0}}},
                               .constraints = {.nonnegative = true, .upper = {{"f2", 0.05}}}});
}

TEST(LinearRanks, JoinTheirTriangles) {
  RandomRows rows(loss::squared(), true, 7, 200, 5);
  expect_fits(rows.dataset(), {.loss = loss::squared(), .solver = Solver::qr});
  expect_fits(rows.dataset(), {.loss = loss::squared(), .l2 = 0.1, .solver = Solver::qr});
  for (int i = 0; i < rows.rows; ++i) {
    rows.at(i, 3) = rows.at(i, 0) - 2 * rows.at(i, 1);
  }
  expect_fits(rows.dataset(), {.loss = loss::squared()});
  for (double& y : rows.labels) y = y > 0 ? 1 : 0;
  expect_fits(rows.dataset(), {.loss = loss::logistic()});
}

TEST(LinearRanks, HaveTheColumnsThatAnyHasEntriesIn) {
  RandomRows rows(loss::logistic(), {.rows = 200, .features = 6, .weighted = true, .entries = 3}, 8);
  for (int i = 0; i < rows.rows; ++i) rows.at(i, 5) = i % 10 == 3 ? i % 4 : 0;  // of the first rank
  for (const auto& [l1, l2] : {std::pair(0.0, 0.01), std::pair(0.01, 0.0)})
    expect_fits(rows.dataset(), {.loss = loss::logistic(), .l1 = l1, .l2 = l2});
}

TEST(LinearRanks, EvaluateLossesRowByRow) {
  const RandomRows rows(loss::logistic(), true, 9, 120, 3);
  const Loss spelt = loss::custom("mine", [](const Tensor& s, const Tensor& y) { return softplus(s) - y * s; },
                                  {.link = Link::sigmoid});
  expect_fits(rows.dataset(), {.loss = spelt, .l2 = 0.01});
}

TEST(LinearRanks, SayTogetherThatThereIsNoMinimum) {
  RandomRows rows(loss::logistic(), false, 10, 60, 2);
  for (int i = 0; i < rows.rows; ++i) rows.labels[static_cast<std::size_t>(i)] = rows.at(i, 0) > 2 ? 1 : 0;
  for (const Solver solver : {Solver::automatic, Solver::newton_cg, Solver::lbfgs})
    expect_fits(rows.dataset(), {.loss = loss::logistic(), .solver = solver});
  // One class here is not one class everywhere.
  for (int i = 0; i < rows.rows; ++i) rows.labels[static_cast<std::size_t>(i)] = i % 10 == 3 ? 1 : 0;
  expect_fits(rows.dataset(), {.loss = loss::logistic(), .l2 = 0.1});
  rows.labels.assign(rows.labels.size(), 1.0);
  expect_fits(rows.dataset(), {.loss = loss::logistic()});
}

// Ranks throw the same, though one alone has the missing value.
TEST(LinearRanks, RefuseTogether) {
  RandomRows rows(loss::squared(), false, 11, 40, 3);
  rows.at(1, 1) = std::nan("");
  const Dataset data = rows.dataset();
  std::vector<std::string> said(2);
  Meeting meeting(2, false);
  meeting.run([&](int rank) {
    Meeting::Member comms(meeting, host_memory_kernels(), rank);
    std::vector<std::int64_t> mine;
    for (std::int64_t i = rank; i < data.rows(); i += 2) mine.push_back(i);
    said[static_cast<std::size_t>(rank)] =
        refusal<DataError>([&] { fit_on_rank(Device::cpu(), &comms, data.take(mine), {.loss = loss::squared()}, 1); });
  });
  EXPECT_EQ(said[0],
            "fit_linear: missing values in column f1. Hint: a fit with .missing_values = mean_indicator takes "
            "the mean of the column and says where values are missing, one with .missing_values = drop leaves "
            "such rows out; boosted models take them as they are.");
  EXPECT_EQ(said[1], said[0]);
}

TEST(LinearRanks, RefuseText) {
  const Dataset data = Dataset().with_column("size", NameList{"L", "S"}).with_label(std::vector<double>{1, 2});
  const std::string start = "fit_linear: column size holds categories, which ",
                    end =
                        ". Hint: drop it, or give one column of zeros and ones a category; boosted models take "
                        "categories as they are.";
  const auto said = [&](Comms* comms) {
    return refusal<DataError>([&] { fit_on_rank(Device::cpu(), comms, data, {.loss = loss::squared()}, 1); });
  };
  EXPECT_EQ(said(nullptr), start + "are no numbers" + end);
  Meeting meeting(2, false);
  meeting.run([&](int rank) {
    Meeting::Member comms(meeting, host_memory_kernels(), rank);
    EXPECT_EQ(said(&comms), start + "linear models of rows on several machines do not take" + end);
  });
}

TEST(LinearRanks, RefuseLossesThatMixRows) {
  const RandomRows rows(loss::squared(), false, 12, 40, 3);
  const Loss mixed =
      loss::custom("spread", [](const Tensor& s, const Tensor& y) { return square(y - s - mean(y - s)); });
  Meeting meeting(1, false);
  Meeting::Member comms(meeting, host_memory_kernels(), 0);
  EXPECT_EQ(refusal<ArgumentError>([&] { fit_on_rank(Device::cpu(), &comms, rows.dataset(), {.loss = mixed}, 1); }),
            "fit_linear: loss \"spread\" mixes rows, which rows on several machines do not allow. Hint: a loss that is "
            "evaluated row by row, of the row's score and label alone.");
}

// Moments of moments: means far apart, a rank without weight, numbers whose squares no double holds.
TEST(LinearRanks, HaveTheMomentsOfAllRows) {
  const std::vector<std::vector<ColumnMoments>> here = {
      {{1, 2}, {1e200, 0}}, {{9, 0}, {-1e200, 1e200}}, {{0, 0}, {0, 0}}};
  const std::vector<std::vector<double>> weights = {{1, 2}, {1}, {0, 0}};
  std::vector<std::vector<ColumnMoments>> all(3);
  Meeting meeting(3, false);
  Workers workers(1);
  meeting.run([&](int rank) {
    const auto r = static_cast<std::size_t>(rank);
    Meeting::Member comms(meeting, host_memory_kernels(), rank);
    Context context{workers, nullptr, &comms};
    all[r] = moments_of_ranks(here[r], std::ssize(weights[r]), weights[r], {host_memory_kernels(), context});
  });
  for (const std::vector<ColumnMoments>& moments : all) {
    EXPECT_DOUBLE_EQ(moments[0].mean, 3);
    EXPECT_DOUBLE_EQ(moments[0].deviation, std::sqrt((3 * (4 + 4) + 36) / 4.0));
    EXPECT_DOUBLE_EQ(moments[1].mean, 0.5e200);
    EXPECT_DOUBLE_EQ(moments[1].deviation, 1e200 * std::sqrt((3 * 0.25 + 1 + 2.25) / 4));
  }
}

}  // namespace
}  // namespace linden
