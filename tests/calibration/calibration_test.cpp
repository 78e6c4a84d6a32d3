// Calibrations against their definitions: brute force, optima, and files.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <linden/calibration.hpp>

#include "refusal.hpp"
#include "statistics/small_data.hpp"

namespace linden {
namespace {

double log_loss(const Tensor& p, const Dataset& data) {
  double sum = 0;
  const auto shares = p.span<const double>(), labels = data.label().span<const double>();
  const std::size_t outputs = shares.size() / labels.size();
  for (std::size_t i = 0; i < labels.size(); ++i)
    sum -= std::log(outputs == 1 ? (labels[i] > 0 ? shares[i] : 1 - shares[i])
                                 : shares[i * outputs + static_cast<std::size_t>(labels[i])]);
  return sum / static_cast<double>(labels.size());
}

/// A model that is too sure of itself.
LinearModel overfit() {
  const Dataset data = small::classes(25, 8);
  return fit_linear(data, {.loss = loss::logistic()});
}

TEST(Isotonic, IsTheBestRisingFit) {
  small::Numbers random(5);
  std::vector<double> x, y, w;
  for (int i = 0; i < 9; ++i) {
    x.push_back(i == 4 ? 3 : i);  // two points at one place
    y.push_back(std::floor(4 * random.next()) / 2 + 0.1 * i);
    w.push_back(1 + std::floor(3 * random.next()));
  }
  const RisingLine line = isotonic_regression(x, y, w);
  // The fit at a point is the largest over starts of the least over ends of weighted means between them.
  const auto mean = [&](double from, double to) {
    double sum = 0, total = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
      if (x[i] >= from && x[i] <= to) sum += w[i] * y[i], total += w[i];
    return sum / total;
  };
  for (const double at : x) {
    double best = -1e300;
    for (const double from : x) {
      if (from > at) continue;
      double least = 1e300;
      for (const double to : x)
        if (to >= at) least = std::min(least, mean(from, to));
      best = std::max(best, least);
    }
    EXPECT_NEAR(line(at), best, 1e-12) << at;
  }
  EXPECT_EQ(line(-5), line(0));
  EXPECT_EQ(line(50), line(8));
  EXPECT_EQ(refusal<ArgumentError>([] { isotonic_regression({}, {}); }),
            "isotonic_regression: no point has a weight above 0.");
}

TEST(Isotonic, RefusesPointsThatHaveNoPlace) {
  const double nan = std::nan(""), infinity = HUGE_VAL;
  const auto refused = [](const std::vector<double>& x, const std::vector<double>& y, const std::vector<double>& w) {
    return refusal<ArgumentError>([&] { isotonic_regression(x, y, w); });
  };
  EXPECT_EQ(refused({0, nan}, {0, 1}, {}),
            "isotonic_regression: point 1 is (nan, 1); both must be finite. Hint: leave it out.");
  EXPECT_EQ(refused({0, infinity}, {0, 1}, {}),
            "isotonic_regression: point 1 is (inf, 1); both must be finite. Hint: leave it out.");
  EXPECT_EQ(refused({0, 1}, {nan, 1}, {0, 1}),
            "isotonic_regression: point 0 is (0, nan); both must be finite. Hint: leave it out.");
  for (const double weight : {-1.0, nan, infinity})
    EXPECT_EQ(refused({0, 1}, {0, 1}, {1, weight}), "isotonic_regression: weight " +
                                                        std::string(std::isnan(weight) ? "nan"
                                                                    : weight < 0       ? "-1"
                                                                                       : "inf") +
                                                        " of point 1, but weights are finite and >= 0.");
  EXPECT_EQ(refused({0, 1}, {0, 1}, {1}), "isotonic_regression: 2 x, 2 y and 1 weights.");
  // What is finite has its line, however large.
  const RisingLine line = isotonic_regression(std::vector<double>{0, 1}, std::vector<double>{1e300, -1e300});
  EXPECT_EQ(line(0.5), 0);
  EXPECT_TRUE(std::isnan(line(nan)));
}

TEST(Calibration, PlattIsLogisticRegressionOfDrawnInTargets) {
  const LinearModel model = overfit();
  const Dataset held_out = small::classes(300, 9);
  const CalibratedModel calibrated = calibrate(model, held_out);
  const Calibration& c = calibrated.calibration();
  // Slopes of the loss in a and b are 0.
  const Tensor scores = model.predict(held_out, {.output = Output::score}), p = calibrated.predict(held_out);
  double ones = 0;
  for (const double y : held_out.label().span<const double>()) ones += y;
  double slope_a = 0, slope_b = 0;
  for (std::size_t i = 0; i < 300; ++i) {
    const double s = scores.span<const double>()[i], share = p.span<const double>()[i];
    EXPECT_NEAR(share, 1 / (1 + std::exp(-(c.slope * s + c.offset))), 1e-15);
    const double target = held_out.label().span<const double>()[i] > 0 ? (ones + 1) / (ones + 2) : 1 / (302 - ones);
    slope_a += (share - target) * s;
    slope_b += share - target;
  }
  EXPECT_NEAR(slope_a, 0, 1e-6);
  EXPECT_NEAR(slope_b, 0, 1e-6);
  EXPECT_LT(log_loss(p, held_out), log_loss(model.predict(held_out), held_out));
}

TEST(Calibration, TemperatureMakesTheLogLossLeast) {
  std::vector<double> x, y;
  small::Numbers random(4);
  for (int i = 0; i < 400; ++i) {
    const double a = random.bell(), b = random.bell();
    x.insert(x.end(), {a, b});
    y.push_back(a + random.bell() > 0.5 ? 2 : b + random.bell() > 0 ? 1 : 0);
  }
  const Dataset all = Dataset::from_rows(std::move(x), 2, {.label = y});
  const std::pair<Dataset, Dataset> parts = all.split({.test_fraction = 0.5});
  const Dataset &train = parts.first, &held_out = parts.second;
  for (const AnyModel& model :
       {AnyModel(fit_linear(train, {.loss = loss::softmax({.classes = 3})})),
        AnyModel(fit_boosted(train, {.loss = loss::softmax({.classes = 3}), .rounds = 30, .max_leaves = 4}))}) {
    const CalibratedModel best = calibrate(model, held_out, {.method = CalibrationMethod::temperature});
    const double least = log_loss(best.predict(held_out), held_out);
    EXPECT_LE(least, log_loss(predict(model, held_out), held_out));
    for (const double factor : {0.999, 1.001}) {
      Calibration other = best.calibration();
      other.slope *= factor;
      EXPECT_LT(least, log_loss(CalibratedModel(model, other).predict(held_out), held_out));
    }
    // Classes keep their order.
    const Tensor calibrated = best.predict(held_out, {.output = Output::label});
    const Tensor plain = predict(model, held_out, {.output = Output::label});
    for (std::size_t i = 0; i < static_cast<std::size_t>(held_out.rows()); ++i)
      EXPECT_EQ(calibrated.span<const double>()[i], plain.span<const double>()[i]);
    const CalibratedModel steps = calibrate(model, held_out, {.method = CalibrationMethod::isotonic});
    const Tensor p = steps.predict(held_out);
    for (std::int64_t i = 0; i < held_out.rows(); ++i) {
      const double* const row = p.span<const double>().data() + 3 * i;
      EXPECT_NEAR(row[0] + row[1] + row[2], 1, 1e-12);
    }
    EXPECT_EQ(refusal<ArgumentError>([&] { calibrate(model, held_out); }),
              "calibrate: platt is of two classes, and the model has 3. Hint: temperature, or isotonic.");
  }
}

TEST(Calibration, ComesBackFromItsFile) {
  const Dataset held_out = small::classes(120, 9);
  const auto path = std::filesystem::temp_directory_path() / ("linden_calibration_" + std::to_string(getpid()));
  for (const CalibrationMethod method :
       {CalibrationMethod::platt, CalibrationMethod::isotonic, CalibrationMethod::temperature}) {
    const CalibratedModel one = calibrate(overfit(), held_out, {.method = method});
    one.save(path);
    const CalibratedModel two = CalibratedModel::load(path);
    EXPECT_EQ(two.calibration(), one.calibration());
    const Tensor p = one.predict(held_out), q = two.predict(held_out);
    for (std::size_t i = 0; i < 120; ++i) EXPECT_EQ(p.span<const double>()[i], q.span<const double>()[i]);
    EXPECT_EQ(calibration_method_named(name_of(method)), method);
  }
  overfit().save(path, ModelFormat::json);
  EXPECT_EQ(refusal<FileError>([&] { CalibratedModel::load(path); }),
            path.string() + ": it does not begin with a calibration. Hint: load_model reads models without one.");
  std::ofstream(path) << R"({"linden_calibration":"isotonic","slope":1,"offset":0,"lines":[{"x":[1,0],"y":[0,1]}]})";
  EXPECT_NE(refusal<FileError>([&] { CalibratedModel::load(path); }).find("does not rise"), std::string::npos);
  std::filesystem::remove(path);
}

TEST(Calibration, RefusesWhatNoFileCouldHold) {
  const double nan = std::nan(""), infinity = HUGE_VAL;
  const auto refused = [](const Calibration& calibration) {
    return refusal<ArgumentError>([&] { CalibratedModel(overfit(), calibration); });
  };
  const auto line = [&](const std::vector<double>& x, const std::vector<double>& y) {
    return refused({CalibrationMethod::isotonic, 1, 0, {{x, y}}});
  };
  EXPECT_EQ(refused({CalibrationMethod::platt, nan, 0, {}}), "CalibratedModel: the slope is nan; it must be finite.");
  EXPECT_EQ(refused({CalibrationMethod::platt, 1, -infinity, {}}),
            "CalibratedModel: the offset is -inf; it must be finite.");
  EXPECT_EQ(line({0, nan}, {0, 1}), "CalibratedModel: an x of a line is nan; it must be finite.");
  EXPECT_EQ(line({0, 1}, {0, infinity}), "CalibratedModel: a y of a line is inf; it must be finite.");
  for (const auto& [x, y] :
       {std::pair<std::vector<double>, std::vector<double>>{{1, 1}, {0, 1}}, {{0, 1}, {1, 0}}, {{0, 1}, {1}}, {{}, {}}})
    EXPECT_EQ(line(x, y), "CalibratedModel: line 0 does not rise, or its x and y are not of one length above 0.");
}

TEST(Calibration, RefusesWhatHasNoClasses) {
  const Dataset data = small::numbers(30);
  EXPECT_EQ(refusal<ArgumentError>([&] { calibrate(fit_linear(data, {.loss = loss::squared()}), data); }),
            "calibrate: predictions of loss \"squared\" are no probabilities of classes. Hint: a model of logistic or "
            "softmax.");
  const Dataset one = small::classes(30).with_label(std::vector<double>(30, 1.0));
  EXPECT_EQ(refusal<ArgumentError>([&] { calibrate(overfit(), one); }),
            "calibrate: all of the 30 labels are the same: rows of two classes or more are wanted.");
  EXPECT_EQ(refusal<ArgumentError>([] { calibration_method_named("plat"); }),
            "calibration: no method \"plat\". Did you mean \"platt\"? Methods: platt, isotonic, temperature.");
}

}  // namespace
}  // namespace linden
