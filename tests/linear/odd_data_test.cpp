// Every loss, built in or written by a user, on every solver and penalty with data that are odd: a row, a column or a
// label that is all there is, zeros, numbers at the ends of their range. Each fit ends with a status that says what is
// so, a gap that is true, and a file that is read again.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <functional>
#include <limits>
#include <linden/linear.hpp>
#include <linden/ops.hpp>
#include <map>
#include <string>
#include <vector>

#include "base/fail.hpp"
#include "linear/reference.hpp"
#include "loss/definition.hpp"

namespace linden {
namespace {

using reference::Real;

constexpr int features = 2;

struct Odd {
  std::string name;
  std::vector<double> values;  ///< [rows, features]
  std::vector<double> labels, weights;
};

/// For labels of this kind; `classes` of them.
std::vector<Odd> odd_data(LabelKind kind, int classes) {
  const bool is_class = kind == LabelKind::classes;
  const auto top = static_cast<double>(classes - 1);
  const std::vector<double> three{1, 4, 2, -1, 3, 0.5}, labels3{0, is_class ? 1.0 : 2.5, is_class ? top : 1.0};
  const std::vector<double> eight{1, 4, 2, -1, 3, 0.5, -2, 2, 0, 1, 5, 5, -1, 3, 2, 2};
  std::vector<double> labels8;
  for (int i = 0; i < 8; ++i) labels8.push_back(is_class ? (i * 5 + 1) % classes : i * 3 % 4);
  const auto scaled = [](std::vector<double> x, double by) {
    for (double& v : x) v *= by;
    return x;
  };
  std::vector<Odd> all{
      {"one row", {1, 2}, {is_class ? 1.0 : 5.0}, {}},
      {"one row of label 0", {1, 2}, {0}, {}},
      {"one row of zeros", {0, 0}, {0}, {}},
      {"two rows", {1, 2, 2, 1}, {0, 1}, {}},
      {"two equal rows", {1, 2, 1, 2}, {0, 1}, {}},
      {"constant label", three, {1, 1, 1}, {}},
      {"labels of 0", three, {0, 0, 0}, {}},
      {"zeros all over", scaled(three, 0), {0, 0, 0}, {}},
      {"features of 0", scaled(eight, 0), labels8, {}},
      {"constant features", {3, 4, 3, 4, 3, 4}, labels3, {}},
      {"equal columns", {1, 1, 2, 2, 4, 4, 3, 3, 0, 0, 5, 5, 2, 2, 7, 7}, labels8, {}},
      {"tiny features", scaled(eight, 1e-200), labels8, {}},
      {"huge features", scaled(eight, 1e150), labels8, {}},
      {"weight on one row", eight, labels8, {0, 0, 1, 0, 0, 0, 0, 0}},
      {"tiny weights", eight, labels8, scaled({1, 2, 1, 1, 3, 1, 1, 2}, 1e-200)},
      {"large weights", eight, labels8, scaled({1, 2, 1, 1, 3, 1, 1, 2}, 1e37)},
      {"ordinary rows", eight, labels8, {}},
  };
  if (is_class) {
    all.push_back({"classes apart", {-3, 0, -2, 1, -1, 0, 1, 1, 2, 0, 3, 1}, {0, 0, 0, top, top, top}, {}});
    all.push_back({"weight on one class", eight, {0, 0, 0, 0, 1, 1, top, 1}, {1, 1, 1, 2, 0, 0, 0, 0}});
    return all;
  }
  all.push_back({"labels of 1e-200", eight, scaled(labels8, 1e-200), {}});
  all.push_back({"one label of 1e-200", three, {1e-200, 1e-200, 1e-200}, {}});
  all.push_back({"labels of 1e30", eight, scaled(labels8, 1e30), {}});
  all.push_back({"labels on a line", {1, 0, 2, 0, 3, 1, 4, 1, 5, 2}, {1, 2, 3, 4, 5}, {}});
  return all;
}

Dataset dataset_of(const Odd& data) {
  return Dataset::from_rows(std::span(data.values), features, {.label = data.labels, .weight = data.weights});
}

struct Penalty {
  double l1, l2;
};

/// A loss, and the built-in one that it is, which is what the reference knows.
struct Fitted {
  std::string name;
  Loss loss, same_as;
  bool mixes_rows = false;  ///< its residuals are less their mean over all rows
};

Fitted built_in(const Loss& loss) { return {loss.name(), loss, loss}; }

std::vector<Fitted> written_losses() {
  const auto squares = [](const Tensor& s, const Tensor& y) { return square(y - s) / 2; };
  const auto logistic = [](const Tensor& s, const Tensor& y) { return softplus(s) - y * s; };
  const auto centred = [](const Tensor& s, const Tensor& y) { return square(y - s - mean(y - s)) / 2; };
  return {{"own_squares", loss::custom("own squares", squares), loss::squared()},
          {"own_logistic", loss::custom("own logistic", logistic, {.link = Link::sigmoid}), loss::logistic()},
          {"centred_squares", loss::custom("centred squares", centred), loss::squared(), true}};
}

/// The objective as linear.hpp has it, in long double.
class Objective {
 public:
  Objective(const Odd& data, const Fitted& fitted, const LinearConfig& config)
      : data_(data), config_(config), mixes_rows_(fitted.mixes_rows) {
    problem_.kind = fitted.same_as.definition().spec.kind;
    problem_.parameter = config.loss.definition().spec.parameter[0];
    problem_.outputs = static_cast<std::size_t>(config.loss.outputs());
    Real total = 0;
    for (std::size_t i = 0; i < data.labels.size(); ++i) total += weight(i);
    for (std::size_t i = 0; i < data.labels.size(); ++i) shares_.push_back(weight(i) / total);
    for (int j = 0; j < features; ++j) {
      Real mean = 0, square = 0;
      for (std::size_t i = 0; i < shares_.size(); ++i) mean += shares_[i] * value(i, j);
      for (std::size_t i = 0; i < shares_.size(); ++i)
        square += shares_[i] * (value(i, j) - mean) * (value(i, j) - mean);
      unit_.push_back(config.standardize ? std::sqrt(square) : 1);
    }
  }

  /// Whether a weight may grow for nothing: there is no penalty, or its column does not vary, so that it has none of
  /// its unit.
  bool is_bare() const {
    if (config_.l1 == 0 && config_.l2 == 0) return true;
    for (const Real unit : unit_)
      if (!config_.intercept && unit == 0) return true;
    return false;
  }

  Real operator()(const LinearModel& model) const {
    Real sum = 0, mean_residual = 0;
    for (std::size_t i = 0; mixes_rows_ && i < shares_.size(); ++i)
      mean_residual += (data_.labels[i] - scores(model, i)[0]) / static_cast<Real>(shares_.size());
    for (std::size_t i = 0; i < shares_.size(); ++i)
      if (shares_[i] > 0) sum += shares_[i] * problem_.loss(scores(model, i), data_.labels[i] - mean_residual);
    for (int k = 0; k < model.outputs(); ++k) {
      for (int j = 0; j < features; ++j) {
        const Real w = model.weight(j, k) * unit_[static_cast<std::size_t>(j)];
        sum += config_.l1 * reference::size_of(w) + config_.l2 / 2 * w * w;
      }
    }
    return sum;
  }

 private:
  std::vector<Real> scores(const LinearModel& model, std::size_t row) const {
    std::vector<Real> scores;
    for (int k = 0; k < model.outputs(); ++k) {
      Real score = model.intercept()[static_cast<std::size_t>(k)];
      for (int j = 0; j < features; ++j) score += value(row, j) * model.weight(j, k);
      scores.push_back(score);
    }
    return scores;
  }
  Real weight(std::size_t i) const { return data_.weights.empty() ? 1 : data_.weights[i]; }
  Real value(std::size_t i, int j) const { return data_.values[i * features + static_cast<std::size_t>(j)]; }

  const Odd& data_;
  const LinearConfig& config_;
  bool mixes_rows_;
  reference::Problem problem_;
  std::vector<Real> shares_, unit_;
};

void expect_saved_and_loaded(const LinearModel& model, const Dataset& data) {
  const std::filesystem::path memory = "/dev/shm";  // where saving waits for no disk
  const std::filesystem::path path =
      (std::filesystem::exists(memory) ? memory : std::filesystem::path(testing::TempDir())) /
      ("linden_odd_" + std::to_string(::getpid()) + ".json");
  model.save(path);
  const LinearModel again = LinearModel::load(path);
  std::filesystem::remove(path);
  const Tensor expected = model.predict(data).contiguous(), found = again.predict(data).contiguous();
  for (std::int64_t i = 0; i < expected.elements(); ++i) {
    const double e = expected.span<const double>()[static_cast<std::size_t>(i)];
    const double f = found.span<const double>()[static_cast<std::size_t>(i)];
    EXPECT_TRUE(std::isfinite(e));
    EXPECT_EQ(e, f);
  }
}

// What a written loss falls for ever on, the solvers cannot know: then they run out of steps, or see no more to fall.
bool falls_unseen(const Dataset& data, const Fitted& fitted, LinearConfig config) {
  config.loss = fitted.same_as;
  return fitted.loss.definition().custom != nullptr &&
         fit_linear(data, config, {.threads = 1}).certificate().status == FitStatus::separable;
}

void expect_sound(const LinearModel& model, const LinearConfig& config, const Objective& objective, bool falls) {
  const Certificate& c = model.certificate();
  const bool may_fall_for_ever = config.loss.link() != Link::identity && (config.intercept || objective.is_bare());
  EXPECT_TRUE(c.is_optimal() || falls || (c.status == FitStatus::separable && may_fall_for_ever)) << c;
  EXPECT_TRUE(std::isfinite(c.objective)) << c;
  EXPECT_GE(c.gap, 0) << c;
  EXPECT_GE(c.relative_gap, 0) << c;
  EXPECT_GE(c.kkt_distance, 0) << c;
  if (c.is_optimal()) {
    EXPECT_LE(c.relative_gap, config.tolerance) << c;
  }
}

std::vector<Solver> solvers_for(const LinearConfig& config, bool mixes_rows) {
  if (mixes_rows) return {Solver::automatic, Solver::lbfgs};
  std::vector<Solver> solvers{Solver::automatic, Solver::lbfgs, Solver::coordinate_descent};
  if (config.l1 > 0) return solvers;
  solvers.push_back(Solver::newton_cholesky);
  solvers.push_back(Solver::newton_cg);
  if (config.loss.name() == "squared") solvers.push_back(Solver::qr);
  return solvers;
}

class OddData : public testing::TestWithParam<Fitted> {};

TEST_P(OddData, EveryFitSaysWhatIsSoAndIsReadAgain) {
  int fits = 0;
  const Fitted& fitted = GetParam();
  for (const Odd& odd : odd_data(fitted.loss.label_kind(), fitted.loss.classes())) {
    const Dataset data = dataset_of(odd);
    Loss loss = fitted.loss;
    if (odd.name == "labels of 1e30" && loss.name() == "huber") loss = loss.with_parameter("delta", 1e30);
    for (const Penalty& penalty : {Penalty{0, 0}, {0, 0.1}, {0.1, 0}, {0.05, 0.02}}) {
      for (const int kind : {0, 1, 2}) {
        LinearConfig config{.loss = loss, .l1 = penalty.l1, .l2 = penalty.l2};
        config.intercept = kind != 2;
        config.standardize = kind != 1;
        const Objective objective(odd, fitted, config);
        std::map<Solver, LinearModel> models;
        const auto trace = [&](Solver solver) {
          return fmt::format("{}, {}, l1 {}, l2 {}{}{}", odd.name, name_of(solver), penalty.l1, penalty.l2,
                             config.intercept ? "" : ", no intercept", config.standardize ? "" : ", raw");
        };
        const bool falls = falls_unseen(data, fitted, config);
        Real least = std::numeric_limits<Real>::infinity();
        for (const Solver solver : solvers_for(config, fitted.mixes_rows)) {
          SCOPED_TRACE(trace(solver));
          config.solver = solver;
          ++fits;
          const LinearModel model = fit_linear(data, config, {.threads = 1});
          expect_sound(model, config, objective, falls);
          expect_saved_and_loaded(model, data);
          models.emplace(solver, model);
          least = std::min(least, objective(model));
        }
        for (const auto& [solver, model] : models) {
          if (!model.certificate().is_optimal() || loss.name() == "focal" || falls) continue;  // focal has many minima
          SCOPED_TRACE(trace(solver));
          const double distance = static_cast<double>(objective(model) - least);
          EXPECT_LE(distance, model.certificate().gap + std::numeric_limits<double>::min()) << model.certificate();
        }
      }
    }
  }
  EXPECT_GE(fits, fitted.mixes_rows ? 400 : 800);
}

const auto name_of_fitted = [](const testing::TestParamInfo<Fitted>& fitted) { return fitted.param.name; };

INSTANTIATE_TEST_SUITE_P(All, OddData,
                         testing::Values(built_in(loss::squared()), built_in(loss::logistic()),
                                         built_in(loss::softmax({.classes = 3})), built_in(loss::poisson()),
                                         built_in(loss::huber()), built_in(loss::focal())),
                         name_of_fitted);
INSTANTIATE_TEST_SUITE_P(Written, OddData, testing::ValuesIn(written_losses()), name_of_fitted);

Certificate certificate_of(const std::vector<double>& values, const std::vector<double>& labels, const Loss& loss,
                           const std::vector<double>& weights = {}) {
  const Dataset data = Dataset::from_rows(std::span(values), 1, {.label = labels, .weight = weights});
  return fit_linear(data, {.loss = loss}).certificate();
}

TEST(OddLabels, OneClassIsSeparableByNewtonsMethod) {
  // No step was made, so there is no factor to judge it by.
  for (const Certificate& c :
       {certificate_of({1, 2}, {1, 1}, loss::logistic()), certificate_of({1, 2}, {0, 0}, loss::poisson()),
        certificate_of({1, 2, 3}, {0, 1, 1}, loss::logistic(), {0, 1, 1}),
        certificate_of({1, 2, 3}, {0, 1, 2}, loss::softmax({.classes = 3}), {1, 0, 0})}) {
    EXPECT_EQ(c.solver, Solver::newton_cholesky);
    EXPECT_EQ(c.status, FitStatus::separable);
    EXPECT_NEAR(c.gap / c.objective, 1, 0.01);  // all of it, as the loss falls to 0
  }
}

TEST(OddLabels, AConstantLabelIsFittedExactly) {
  for (const double label : {5.0, 0.0, 1e-200, -1e30}) {
    const std::vector<double> values{1, 2, 3}, labels(3, label);
    const LinearModel model =
        fit_linear(Dataset::from_rows(std::span(values), 1, {.label = labels}), {.loss = loss::squared()});
    EXPECT_EQ(model.certificate().status, FitStatus::converged);
    EXPECT_EQ(model.certificate().gap, 0);
    EXPECT_EQ(model.certificate().relative_gap, 0);
    EXPECT_EQ(model.weight(0), 0);
    EXPECT_EQ(model.intercept()[0], label);
  }
}

TEST(OddLabels, MeansOfCountsBeyondAnyExponentAreFound) {
  for (const double count : {1e30, 1e-200}) {
    const std::vector<double> values{1, 2, 3}, labels{count, 3 * count, 2 * count};
    const Dataset data = Dataset::from_rows(std::span(values), 1, {.label = labels});
    const LinearModel model = fit_linear(data, {.loss = loss::poisson(), .l2 = 1e30 * count});
    EXPECT_TRUE(model.certificate().is_optimal()) << model.certificate();
    EXPECT_NEAR(model.intercept()[0] / std::log(2 * count), 1, 1e-2);
  }
}

}  // namespace
}  // namespace linden
