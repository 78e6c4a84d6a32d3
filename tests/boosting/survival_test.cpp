// Survival in whole fits: that they learn, the two forms of labels, what must not change a model, curves and median
// times, what is refused and what is reported.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <linden/cross_validation.hpp>
#include <linden/linear.hpp>
#include <linden/ops.hpp>
#include <linden/search.hpp>

#include "boosting/random_data.hpp"

namespace linden {
using loss::Ties;
using loss::TimeDistribution;

namespace {

constexpr double no_end = std::numeric_limits<double>::infinity();

/// Rows whose times come of x0 and x1, in units of a tenth so that some are equal; a third is lost from sight before.
struct Patients {
  std::vector<double> x, time, event, weight;

  explicit Patients(std::uint64_t seed, int rows = 600) {
    Random random(seed);
    for (int row = 0; row < rows; ++row) {
      const double a = random.normal(), b = random.normal(), c = random.normal();
      x.insert(x.end(), {a, b, c});
      const double own = std::exp(0.8 * a - 0.6 * b + 0.5 * random.normal() + 1),
                   seen = std::exp(1.2 * random.normal() + 2);
      time.push_back(std::ceil(10 * std::min(own, seen)) / 10);
      event.push_back(own <= seen);
      weight.push_back(static_cast<double>(1 + row % 3));
    }
  }

  std::int64_t rows() const { return std::ssize(time); }
  Dataset features() const { return Dataset::from_rows(x, 3); }
  Dataset dataset() const { return Dataset::from_rows(x, 3, {.label = time, .event = event}); }
  std::vector<double> signed_times() const {
    std::vector<double> label = time;
    for (std::size_t row = 0; row < label.size(); ++row) label[row] *= event[row] != 0 ? 1 : -1;
    return label;
  }
  Tensor bounds() const {
    Tensor both = Tensor::empty({rows(), 2});
    for (std::size_t row = 0; row < time.size(); ++row) {
      both.data<double>()[2 * row] = time[row];
      both.data<double>()[2 * row + 1] = event[row] != 0 ? time[row] : no_end;
    }
    return both;
  }
};

std::vector<Loss> losses() {
  return {loss::cox(), loss::cox({.ties = Ties::breslow}), loss::aft(),
          loss::aft({.distribution = TimeDistribution::logistic, .scale = 0.5}),
          loss::aft({.distribution = TimeDistribution::extreme, .scale = 0.7})};
}
bool is_risk(const Loss& loss) { return loss.name() == loss::cox().name(); }

BoostingConfig some_config(const Loss& loss) {
  return {.loss = loss, .rounds = 20, .learning_rate = 0.2, .max_leaves = 8, .min_rows_in_leaf = 10};
}

TEST(BoostingSurvival, EveryLossLearnsWhoLivesLonger) {
  const Patients train(1), test(2);
  for (const Loss& loss : losses()) {
    const BoostedModel model = fit_boosted(train.dataset(), some_config(loss), {.valid = test.dataset()});
    const MetricInput seen{.prediction = model.predict(test.features()), .label = test.dataset().label()};
    const Metric metric = is_risk(loss) ? metric::risk_concordance() : metric::concordance();
    EXPECT_GT(metric.evaluate(seen), 0.8) << loss.name();
    EXPECT_TRUE(model.warnings().empty()) << model.warnings().front();
    const std::vector<double> times{1, 2, 4, 8};
    const double own = integrated_brier_score(model.survival(test.features(), times), times, test.dataset().label());
    std::vector<double> level;
    for (std::int64_t row = 0; row < test.rows(); ++row)
      for (const double s : kaplan_meier(train.dataset().label(), times)) level.push_back(s);
    const double of_none = integrated_brier_score(Tensor::copy_of(std::span<const double>(level), {test.rows(), 4}),
                                                  times, test.dataset().label());
    EXPECT_LT(own, 0.75 * of_none) << loss.name();
    EXPECT_EQ(model.history().back()[0].name, is_risk(loss) ? "risk_concordance" : loss.name());
  }
}

// Of rows with an event the loss of normal times is half the square of their logarithms.
TEST(BoostingSurvival, KnownNormalTimesAreSquaresOfLogarithms) {
  Patients patients(3, 300);
  std::vector<double> logs;
  for (const double time : patients.time) logs.push_back(std::log(time));
  const BoostedModel times =
      fit_boosted(Dataset::from_rows(patients.x, 3, {.label = patients.time}), some_config(loss::aft()));
  const BoostedModel squares =
      fit_boosted(Dataset::from_rows(patients.x, 3, {.label = logs}), some_config(loss::squared()));
  const Tensor a = log(times.predict(patients.features())), b = squares.predict(patients.features());
  EXPECT_LT(max(abs(a - b)).item(), 1e-6);
}

TEST(BoostingSurvival, AllFormsOfALabelAreOne) {
  const Patients patients(4, 200);
  for (const Loss& loss : losses()) {
    const BoostingConfig config = some_config(loss);
    const std::string bytes = bytes_of(fit_boosted(patients.dataset(), config));
    const auto with = [&](const Dataset& data) { return bytes_of(fit_boosted(data, config)); };
    EXPECT_EQ(with(patients.features().with_label(patients.signed_times())), bytes);
    EXPECT_EQ(with(patients.features().with_label(patients.bounds())), bytes);
    EXPECT_EQ(with(patients.features().with_label(patients.time).with_event(patients.event)), bytes);
    EXPECT_EQ(with(patients.dataset().with_event(patients.event)), bytes);
  }
}

TEST(BoostingSurvival, ModelBytesDoNotDependOnThreads) {
  const Dataset train = Patients(5, 3000).dataset();
  for (const Loss& loss : losses()) {
    const std::string bytes = bytes_of(fit_boosted(train, some_config(loss), {.threads = 1}));
    for (const int threads : {2, 5})
      EXPECT_EQ(bytes_of(fit_boosted(train, some_config(loss), {.threads = threads})), bytes);
    const BoostedModel loaded = BoostedModel::from_string(bytes);
    EXPECT_EQ(bytes_of(loaded), bytes);
    EXPECT_EQ(bytes_of(fit_boosted(train, loaded.config())), bytes);
  }
}

TEST(BoostingSurvival, RowsOfWeightZeroAreAsIfTheyWereNotThere) {
  Patients patients(6, 300);
  std::vector<std::int64_t> kept;
  for (std::size_t row = 0; row < patients.weight.size(); ++row) {
    if (row % 4 == 1)
      patients.weight[row] = 0;
    else
      kept.push_back(static_cast<std::int64_t>(row));
  }
  const Dataset all = patients.dataset().with_weight(patients.weight);
  for (const Loss& loss : losses())
    EXPECT_EQ(bytes_of(fit_boosted(all, some_config(loss))), bytes_of(fit_boosted(all.take(kept), some_config(loss))));
}

TEST(BoostingSurvival, OffsetsAreAddedToScores) {
  const Patients patients(7, 400);
  std::vector<double> known;
  for (std::size_t row = 0; row < patients.time.size(); ++row) known.push_back(0.8 * patients.x[3 * row]);
  for (const Loss& loss : losses()) {
    std::vector<double> offset = known;
    for (double& value : offset) value *= is_risk(loss) ? -1 : 1;
    const Dataset train = patients.dataset().without("f0").with_offset(offset);
    const BoostedModel model = fit_boosted(train, some_config(loss));
    const Metric metric = is_risk(loss) ? metric::risk_concordance() : metric::concordance();
    EXPECT_GT(metric.evaluate({.prediction = model.predict(train), .label = train.label()}), 0.8) << loss.name();
    if (!is_risk(loss)) continue;
    // The hazard in common is that beside the offsets.
    const Tensor curve = model.survival(train, {3.0});
    EXPECT_NEAR(mean(curve).item(), kaplan_meier(train.label(), {3.0})[0], 0.08);
  }
}

TEST(BoostingSurvival, GoesOnAndIsRefitted) {
  const Patients patients(8, 300);
  const Dataset train = patients.dataset();
  for (const Loss& loss : losses()) {
    BoostingConfig config = some_config(loss);
    const BoostedModel whole = fit_boosted(train, config);
    config.rounds = 12;
    const BoostedModel part = fit_boosted(train, config);
    config.rounds = 8;
    EXPECT_EQ(dump(fit_boosted(train, config, {.start = part}).trees()), dump(whole.trees()));
    EXPECT_EQ(bytes_of(whole.slice(0, 20)), bytes_of(whole));
    const BoostedModel again = refit_leaves(whole, Patients(9, 300).dataset(), {.decay = 0.5});
    EXPECT_TRUE(std::isfinite(again.survival(patients.features(), {2.0}).at<double>({0, 0})));
  }
}

// ---- Curves.

TEST(BoostingSurvival, CurvesOfCoxAreThoseOfBreslow) {
  const Patients patients(10, 120);
  const Dataset train = patients.dataset().with_weight(patients.weight);
  const BoostedModel model = fit_boosted(train, some_config(loss::cox()));
  const std::vector<double> score = model.predict(train, {.output = Output::score}).to_vector<double>();
  const std::vector<double> times{-1, 0.5, 2, 3.3, 1e6};
  const Tensor curves = model.survival(train, times);
  for (std::size_t t = 0; t < times.size(); ++t) {
    double hazard = 0;
    for (std::size_t event = 0; event < score.size(); ++event) {
      if (patients.event[event] == 0 || patients.time[event] > times[t]) continue;
      double at_risk = 0;
      for (std::size_t row = 0; row < score.size(); ++row)
        if (patients.time[row] >= patients.time[event]) at_risk += patients.weight[row] * std::exp(score[row]);
      hazard += patients.weight[event] / at_risk;
    }
    for (std::size_t row = 0; row < score.size(); ++row)
      EXPECT_NEAR(curves.at<double>({static_cast<std::int64_t>(row), static_cast<std::int64_t>(t)}),
                  std::exp(-std::exp(score[row]) * hazard), 1e-12);
  }
}

TEST(BoostingSurvival, MedianTimesAreWhereCurvesPassOneHalf) {
  const Patients patients(11, 200);
  for (const Loss& loss : losses()) {
    const BoostedModel model = fit_boosted(patients.dataset(), some_config(loss));
    const std::vector<double> medians = model.median_time(patients.features()).to_vector<double>();
    for (std::size_t row = 0; row < 40; ++row) {
      const auto number = static_cast<std::int64_t>(row);
      const Dataset one = patients.features().take(std::vector{number});
      if (std::isinf(medians[row])) {
        EXPECT_GT(model.survival(one, {1e9}).at<double>({0, 0}), 0.5);
        continue;
      }
      const Tensor around = model.survival(one, {medians[row] * (1 - 1e-9), medians[row] * (1 + 1e-9)});
      EXPECT_GE(around.at<double>({0, 0}), 0.5) << loss.name();
      EXPECT_LE(around.at<double>({0, 1}), 0.5) << loss.name();
    }
  }
}

TEST(BoostingSurvival, PartsAndSumsOfModelsWantTheirBaseline) {
  const Patients patients(12, 200);
  const Dataset train = patients.dataset();
  const BoostedModel model = fit_boosted(train, some_config(loss::cox()));
  const std::string cure =
      "the model has no hazard in common to all rows, since it is made of others or a part of one. Hint: "
      "with_baseline(train).";
  const BoostedModel half = model.first_rounds(10), both = average_models({model, model});
  EXPECT_EQ(refusal<ArgumentError>([&] { half.survival(train, {1}); }), "BoostedModel::survival: " + cure);
  EXPECT_EQ(refusal<ArgumentError>([&] { both.median_time(train); }), "BoostedModel::median_time: " + cure);
  EXPECT_EQ(bytes_of(model.with_baseline(train)), bytes_of(model));
  BoostingConfig config = some_config(loss::cox());
  config.rounds = 10;
  EXPECT_EQ(half.with_baseline(train).survival(train, {1, 3}).to_vector<double>(),
            fit_boosted(train, config).survival(train, {1, 3}).to_vector<double>());
  EXPECT_LT(max(abs(both.with_baseline(train).survival(train, {2}) - model.survival(train, {2}))).item(), 1e-9);
  EXPECT_FALSE(model.first_rounds(10).predict(train).elements() == 0);
}

// ---- Cross-validation and search.

TEST(BoostingSurvival, IsCrossValidatedAndSearched) {
  const Patients patients(13, 300);
  for (const Dataset& data : {patients.dataset(), patients.features().with_label(patients.bounds())})
    for (const Loss& loss : {loss::cox(), loss::aft()}) {
      const BoostedCrossValidation cv = cross_validate(data, some_config(loss));
      EXPECT_GT(cv.of(is_risk(loss) ? "risk_concordance" : "concordance").mean, 0.75);
      const Metric metric = is_risk(loss) ? metric::risk_concordance() : metric::concordance();
      EXPECT_GT(metric.evaluate({.prediction = cv.prediction, .label = data.label()}), 0.75);
    }
  EXPECT_EQ(patients.dataset().folds({.count = 3, .stratified = true}).size(), 3u);
}

// ---- What is said.

TEST(BoostingSurvival, LabelsChooseTheLoss) {
  const Patients patients(14, 100);
  EXPECT_EQ(default_loss(patients.dataset()).name(), "cox");
  EXPECT_EQ(default_loss(patients.features().with_label(patients.bounds())).name(), "aft");
}

TEST(BoostingSurvival, LabelsAreTimes) {
  const Patients patients(15, 50);
  const auto refused = [&](const Loss& loss, const NumberList& label) {
    return refusal<DataError>([&] { fit_boosted(patients.features().with_label(label), {.loss = loss}); });
  };
  std::vector<double> label = patients.time;
  label[4] = 0;
  EXPECT_EQ(
      refused(loss::cox(), label),
      "fit_boosted: the label is 0 at row 4, but cox wants times above 0, or less than 0 where a row was lost from "
      "sight. Hint: half of the least time that the clock tells apart.");
  const auto of_bounds = [&](const Loss& loss, double lower, double upper) {
    Tensor bounds = patients.bounds();
    bounds.data<double>()[8] = lower;
    bounds.data<double>()[9] = upper;
    return refused(loss, bounds);
  };
  EXPECT_EQ(
      of_bounds(loss::aft(), 3, 2),
      "fit_boosted: the label is from 3 to 2 at row 4, and the bound below is the larger one. Hint: the lower bound "
      "first.");
  EXPECT_EQ(
      of_bounds(loss::aft(), -1, 2),
      "fit_boosted: the label is from -1 to 2 at row 4, but times are above 0, up to 1e38, and a bound below is 0 or "
      "more. Hint: 0 for no bound below, inf for none above.");
  EXPECT_EQ(of_bounds(loss::aft(), 0, no_end),
            "fit_boosted: the label is from 0 to inf at row 4, which says nothing. Hint: leave such rows out.");
  EXPECT_EQ(
      of_bounds(loss::cox(), 2, 3),
      "fit_boosted: the label is from 2 to 3 at row 4, but loss cox takes times that are known, or known to be above "
      "a bound. Hint: loss::aft() takes intervals.");
  EXPECT_EQ(
      refused(loss::aft(), Tensor::ones({50, 3})),
      "fit_boosted: the data has 3 labels a row, and loss aft takes one, a time, or two, what it is not below and "
      "not above. Hint: .event says of one time whether the event came.");
  EXPECT_EQ(
      refusal<DataError>([&] { fit_boosted(patients.dataset(), {.loss = loss::squared()}); }),
      "fit_boosted: the data has events, and loss squared takes no times. Hint: .loss = loss::cox() or loss::aft(), "
      "or leave .event out.");
  EXPECT_EQ(
      refusal<DataError>([&] {
        fit_boosted(patients.features().with_label(NameList(std::vector<std::string>(50, "a"))), {.loss = loss::cox()});
      }),
      "fit_boosted: the label is text (a), but cox wants times. Hint: mend the field, or name it among the missing "
      "tokens and leave such rows out.");
}

TEST(BoostingSurvival, SaysThatNothingCanBeLearntWithoutEvents) {
  Patients patients(16, 100);
  for (double& event : patients.event) event = 0;
  const std::string none =
      "no row has an event: of 100 rows only times are known by which none had come, and nothing can be learnt of when "
      "it "
      "does.";
  const std::vector<std::string> of_cox = fit_boosted(patients.dataset(), some_config(loss::cox())).warnings();
  ASSERT_EQ(of_cox.size(), 2u);
  EXPECT_EQ(of_cox[0], "no split was possible, so that all predictions are the same: no row has an event.");
  EXPECT_EQ(of_cox[1], none);
  const BoostedModel aft = fit_boosted(patients.dataset(), some_config(loss::aft()));
  ASSERT_FALSE(aft.warnings().empty());
  EXPECT_EQ(aft.warnings().back(), none);
  EXPECT_TRUE(std::isfinite(aft.initial_score()[0]));
}

TEST(BoostingSurvival, FirstScoresAreTheMinimum) {
  for (const Loss& loss : losses()) {
    const Patients patients(17, 80);
    BoostingConfig config = some_config(loss);
    const double first = fit_boosted(patients.dataset(), config).initial_score()[0];
    if (is_risk(loss)) {
      EXPECT_EQ(first, 0);
      continue;
    }
    double slope = 0, scale = 0;
    for (const double label : patients.signed_times()) {
      double gradient = 0;
      loss.evaluate({&first, 1}, label, {&gradient, 1});
      slope += gradient;
      scale += std::abs(gradient);
    }
    EXPECT_LT(std::abs(slope), 1e-10 * scale) << loss.name();
  }
}

TEST(BoostingSurvival, BoundsAreForBoostedModels) {
  const Patients patients(18, 50);
  LinearConfig linear;
  linear.loss = loss::aft();
  EXPECT_EQ(refusal<ArgumentError>([&] { fit_linear(patients.dataset(), linear); }).substr(0, 88),
            "LinearConfig.loss is aft, whose labels are bounds of times; linear models take squared, ");
  EXPECT_EQ(refusal<ArgumentError>([] { loss::cox().evaluate(std::vector{0.5}, 1); }),
            "Loss::evaluate: cox compares rows, so one row has no loss of its own.");
  const BoostedModel model = fit_boosted(patients.features().with_label(patients.time), {.rounds = 1});
  EXPECT_EQ(refusal<ArgumentError>([&] { model.survival(patients.features(), {1}); }),
            "BoostedModel::survival: loss squared knows no times. Hint: loss::cox() and loss::aft() do.");
  EXPECT_EQ(refusal<ArgumentError>([&] { model.with_baseline(patients.dataset()); }),
            "BoostedModel::with_baseline: loss squared knows no hazard in common to all rows. Hint: loss::cox() does.");
  const BoostedModel aft = fit_boosted(patients.dataset(), {.loss = loss::aft(), .rounds = 1});
  EXPECT_EQ(refusal<ArgumentError>([&] {
              aft.survival(patients.features(), {1, no_end});
            }),
            "BoostedModel::survival: time 1 is inf; it must be finite.");
  EXPECT_EQ(refusal<ArgumentError>([&] { aft.survival(patients.features(), {}); }),
            "BoostedModel::survival: there are no times.");
  EXPECT_EQ(refusal<ArgumentError>([] { loss::aft({.scale = 0}); }),
            "loss::aft: scale is 0, but it must be in (0, 1000000).");
}

}  // namespace
}  // namespace linden
