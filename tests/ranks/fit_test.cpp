// fit_boosted and fit_linear on several ranks, threads of this process: every rank has the bytes of one machine.
#include <gtest/gtest.h>

#include "meeting.hpp"
#include "ranks/fits_of_ranks.hpp"

namespace linden {
namespace {

class BoostedOnRanks : public testing::TestWithParam<FitOfRanks> {};

TEST_P(BoostedOnRanks, HasTheBytesOfOneMachine) {
  const FitOfRanks& fit = GetParam();
  const std::string wanted = fitted(fit, {}, 0, {});
  for (const int ranks : {1, 2, 3, 4})
    for (const RowSplit& split : splits_of(fit.train.rows(), ranks)) {
      std::vector<std::string> found(static_cast<std::size_t>(ranks));
      Meeting meeting(ranks, false);
      meeting.run([&](int rank) {
        Meeting::Seat seat(meeting, rank);
        found[static_cast<std::size_t>(rank)] = fitted(fit, split, rank, seat);
      });
      for (int rank = 0; rank < ranks; ++rank)
        ASSERT_EQ(found[static_cast<std::size_t>(rank)], wanted) << "rank " << rank << " of " << ranks;
    }
}

INSTANTIATE_TEST_SUITE_P(All, BoostedOnRanks, testing::ValuesIn(fits_of_ranks()), [](const auto& test) {
  std::string name = test.param.name;
  std::ranges::replace(name, ' ', '_');
  return name;
});

// What the ranks are refused, each by its own words.
template <class Fit>
std::vector<std::string> refusals(int ranks, const Fit& fit) {
  std::vector<std::string> said(static_cast<std::size_t>(ranks));
  Meeting meeting(ranks, false);
  meeting.run([&](int rank) {
    Meeting::Seat seat(meeting, rank);
    said[static_cast<std::size_t>(rank)] = refusal<Error>([&] { fit(rank, seat); });
  });
  return said;
}

Dataset one_column(const std::string& name, double shift = 0) {
  std::vector<double> values, label;
  for (int row = 0; row < 40; ++row) {
    values.push_back(row + shift);
    label.push_back(row % 7);
  }
  return Dataset().with_column(name, values).with_label(label);
}

TEST(BoostedOnRanksIs, RefusedTogetherForAnotherConfiguration) {
  const std::vector<std::string> said = refusals(3, [](int rank, Communicator& ranks) {
    fit_boosted(one_column("x"), {.loss = loss::squared(), .rounds = 2, .learning_rate = rank == 2 ? 0.2 : 0.1},
                {.ranks = ranks});
  });
  for (const std::string& words : said)
    EXPECT_EQ(
        words,
        "fit_boosted: BoostingConfig.learning_rate is 0.2 on rank 2, and 0.1 on rank 0. Hint: pass the same to all "
        "ranks, but for rows.");
}

TEST(BoostedOnRanksIs, RefusedTogetherForOtherColumns) {
  const std::vector<std::string> said = refusals(2, [](int rank, Communicator& ranks) {
    fit_boosted(one_column(rank == 1 ? "y" : "x"), {.loss = loss::squared(), .rounds = 2}, {.ranks = ranks});
  });
  for (const std::string& words : said)
    EXPECT_EQ(words, "fit_boosted: rank 1 has a column \"y\" that rank 0 does not have.");
}

TEST(BoostedOnRanksIs, RefusedTogetherForTextAmongNumbers) {
  const std::vector<std::string> said = refusals(2, [](int rank, Communicator& ranks) {
    Dataset data = one_column("x");
    if (rank == 1) data = data.with_column("x", std::vector<std::string>(40, "red"));
    fit_boosted(data, {.loss = loss::squared(), .rounds = 2}, {.ranks = ranks});
  });
  for (const std::string& words : said)
    EXPECT_EQ(
        words,
        "fit_boosted: column \"x\" holds text on rank 1 and numbers on rank 0. Hint: name it among the categorical "
        "columns where all ranks read their data, or mend the field that is no number.");
}

TEST(BoostedOnRanksIs, RefusedTogetherWithoutALabelOnOne) {
  const std::vector<std::string> said = refusals(2, [](int rank, Communicator& ranks) {
    const Dataset data = rank == 1 ? Dataset().with_column("x", std::vector<double>(40, 1)) : one_column("x");
    fit_boosted(data, {.loss = loss::squared(), .rounds = 2}, {.ranks = ranks});
  });
  for (const std::string& words : said)
    EXPECT_EQ(words,
              "fit_boosted: the number of labels a row is 0 on rank 1, and 1 on rank 0. Hint: read all parts alike.");
}

TEST(BoostedOnRanksIs, RefusedTogetherWhereOneCannotGoOn) {
  const std::vector<std::string> said = refusals(2, [](int rank, Communicator& ranks) {
    FitOptions options{.ranks = ranks};
    if (rank == 1) options.callbacks.emplace_back();
    fit_boosted(one_column("x"), {.loss = loss::squared(), .rounds = 2}, options);
  });
  EXPECT_EQ(said[0], "fit_boosted: rank 1 cannot go on: fit_boosted: callback 0 of .callbacks is empty.");
  EXPECT_EQ(said[1], "fit_boosted: callback 0 of .callbacks is empty.");
}

TEST(BoostedOnRanksIs, RefusedForWhatRanksCannotShare) {
  const auto words = [](const Dataset& data, const BoostingConfig& config) {
    return refusals(2, [&](int, Communicator& ranks) { fit_boosted(data, config, {.ranks = ranks}); }).at(1);
  };
  EXPECT_EQ(words(one_column("x"), {.loss = loss::squared(), .rounds = 2, .linear_leaves = {.enabled = true}}),
            "fit_boosted: leaves are not linear where rows lie on several machines or GPUs. Hint: leave "
            ".linear_leaves.enabled out.");
  EXPECT_EQ(
      words(one_column("x"), {.loss = loss::absolute(), .rounds = 2}),
      "fit_boosted: leaves that are order statistics, as those of the losses quantile and absolute, are not found "
      "over rows on several machines or GPUs. Hint: huber is like absolute, and its leaves are sums.");
  BoostingConfig statistics = small_trees(loss::logistic(), 2);
  statistics.categories.encoding = CategoryEncoding::statistics;
  EXPECT_EQ(words(classes_of(mixed_rows(1, 60), 2, false), statistics),
            "fit_boosted: feature \"x3\" is to be read through target statistics, which are not learnt from rows on "
            "several machines or GPUs. Hint: .categories.encoding = partition.");
  const Loss by_row = loss::custom(
      "mine", [](const Tensor& s, const Tensor& y, std::span<const Tensor> p) { return square(y - s) * p[0]; },
      {.parameters = {Tensor::ones({40})}});
  EXPECT_EQ(
      words(one_column("x"), {.loss = by_row, .rounds = 2}),
      "fit_boosted: a parameter of loss \"mine\" has a value for each row, which rows on several machines or GPUs do "
      "not allow. Hint: parameters that all rows have in common.");
}

TEST(BoostedOnRanks, TellsCallbacksOnTheFirstAloneAndAllObey) {
  std::vector<int> asked(3), rounds(3);
  Meeting meeting(3, false);
  meeting.run([&](int rank) {
    Meeting::Seat seat(meeting, rank);
    const auto r = static_cast<std::size_t>(rank);
    const Callback stop = [&asked, r](const Round& round) {
      ++asked[r];
      return round.index == 2 ? Signal::stop_and_keep(2) : Signal::proceed_with(0.05);
    };
    rounds[r] = fit_boosted(one_column("x", rank), {.loss = loss::squared(), .rounds = 9, .min_rows_in_leaf = 1},
                            {.callbacks = {stop}, .ranks = seat})
                    .rounds();
  });
  EXPECT_EQ(asked, (std::vector{3, 0, 0}));
  EXPECT_EQ(rounds, (std::vector{2, 2, 2}));
}

// What a model tells does not depend on who is asked.
TEST(BoostedOnRanks, WarnsAlike) {
  std::vector<std::vector<std::string>> warnings(2);
  Meeting meeting(2, false);
  meeting.run([&](int rank) {
    Meeting::Seat seat(meeting, rank);
    const std::vector<double> x(20, 1), y(20, rank);
    warnings[static_cast<std::size_t>(rank)] = fit_boosted(Dataset().with_column("x", x).with_label(y),
                                                           {.loss = loss::squared(), .rounds = 1}, {.ranks = seat})
                                                   .warnings();
  });
  EXPECT_EQ(warnings[0], warnings[1]);
  EXPECT_EQ(warnings[0].size(), 1);
}

TEST(LinearOnRanks, HasTheSameBytesEverywhereAndTheOptimumOfOneMachine) {
  for (const Loss& loss : {loss::squared(), loss::logistic(), loss::softmax()})
    for (const double l1 : {0.0, 0.01}) {
      const int classes = loss.name() == "softmax" ? 3 : 2;
      const Dataset all = loss.name() == "squared"
                              ? mixed(21, 240).without({"x2", "x3", "x4"})
                              : classes_of(mixed_rows(22, 240), classes, true).without({"x2", "x3", "x4"});
      const LinearConfig config{.loss = loss, .l1 = l1, .l2 = 0.01};
      const LinearModel wanted = fit_linear(all, config);
      for (const int ranks : {2, 3})
        for (const RowSplit& split : splits_of(all.rows(), ranks)) {
          std::vector<LinearModel> found(static_cast<std::size_t>(ranks));
          Meeting meeting(ranks, false);
          meeting.run([&](int rank) {
            Meeting::Seat seat(meeting, rank);
            found[static_cast<std::size_t>(rank)] =
                fit_linear(part_of_rank(all, split, rank), config, {.threads = 1 + rank % 2, .ranks = seat});
          });
          for (const LinearModel& model : found) EXPECT_EQ(model.to_string(), found[0].to_string());
          const Certificate &a = found[0].certificate(), &b = wanted.certificate();
          EXPECT_NEAR(a.objective, b.objective, a.gap + b.gap + 1e-14 * std::abs(b.objective));
          EXPECT_EQ(found[0].classes(), wanted.classes());
          const auto weights = found[0].weights(), others = wanted.weights();
          ASSERT_EQ(weights.size(), others.size());
          for (std::size_t j = 0; j < weights.size(); ++j)
            EXPECT_NEAR(weights[j], others[j], 1e-5 * (1 + std::abs(others[j])));
        }
    }
}

TEST(LinearOnRanksIs, RefusedTogetherForAnotherConfiguration) {
  const std::vector<std::string> said = refusals(2, [](int rank, Communicator& ranks) {
    fit_linear(one_column("x"), {.loss = loss::squared(), .l2 = rank == 1 ? 0.5 : 0.25}, {.ranks = ranks});
  });
  for (const std::string& words : said)
    EXPECT_EQ(words,
              "fit_linear: LinearConfig.l2 is 0.5 on rank 1, and 0.25 on rank 0. Hint: pass the same to all ranks, but "
              "for rows.");
}

}  // namespace
}  // namespace linden
