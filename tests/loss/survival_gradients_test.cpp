// The gradients of survival, of every instruction level, against the losses written down in long double: Cox's
// likelihood row against row, and distributions by their textbook formulas; derivatives by finite differences.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <functional>
#include <numeric>

#include "backend/backend.hpp"
#include "cpu/levels.hpp"
#include "loss/timed_rows.hpp"

namespace linden {
namespace {

using Long = long double;

struct Derived {
  std::vector<float> slopes, curvatures;
  GradientRange range;
};

Derived derive(const TreeKernels& kernels, const Loss& loss, const TimedRows& rows, int threads, bool weighted) {
  Workers workers(threads);
  Context context{workers};
  Derived derived{std::vector<float>(rows.scores.size(), -1), std::vector<float>(rows.scores.size(), -1), {}};
  const RiskOrder order(rows.lower, rows.upper, weighted ? rows.weights : std::vector<double>());
  std::vector<double> memory(static_cast<std::size_t>(CoxMemory::doubles(rows.rows())));
  SurvivalGradientTask task;
  task.row = {loss.definition().spec,
              rows.rows(),
              rows.scores.data(),
              rows.lower.data(),
              weighted ? rows.weights.data() : nullptr,
              derived.slopes.data(),
              derived.curvatures.data(),
              &derived.range};
  task.uppers = rows.upper.data();
  task.sets = order.sets();
  task.memory = memory.data();
  kernels.survival_gradients(context, task);
  return derived;
}

bool same(const std::vector<float>& a, const std::vector<float>& b) {
  return std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

// ---- The losses as they are documented.

Long cox_reference(const TimedRows& rows, const std::vector<Long>& scores, bool efron, bool weighted) {
  const auto weight = [&](std::size_t row) { return weighted ? Long(rows.weights[row]) : 1; };
  Long value = 0;
  for (std::size_t first = 0; first < scores.size(); ++first) {
    if (rows.upper[first] != rows.lower[first]) continue;
    Long at_risk = 0, own = 0, own_weight = 0;
    std::vector<std::size_t> events;
    for (std::size_t row = 0; row < scores.size(); ++row) {
      if (rows.lower[row] >= rows.lower[first]) at_risk += weight(row) * std::exp(scores[row]);
      if (rows.lower[row] != rows.lower[first] || rows.upper[row] != rows.lower[row]) continue;
      events.push_back(row);
      own += weight(row) * std::exp(scores[row]);
      own_weight += weight(row);
    }
    // Of the events of a time this one stands at some place; of Efron's terms it takes that of the place.
    const auto place = static_cast<Long>(std::ranges::find(events, first) - events.begin());
    const Long count = static_cast<Long>(events.size());
    value += (efron ? own_weight / count : weight(first)) * std::log(at_risk - (efron ? place / count * own : 0)) -
             weight(first) * scores[first];
  }
  return value;
}

Long cost_reference(const Loss& loss, Long score, Long lower, Long upper) {
  const Long scale = loss.parameters()[0].value;
  const Long low = (std::log(lower) - score) / scale, high = (std::log(upper) - score) / scale;
  const std::string name = loss.name();
  const Long pi = std::acos(-1.0L);
  const auto density = [&](Long z) -> Long {
    if (name == "aft") return std::exp(-z * z / 2) / std::sqrt(2 * pi);
    if (name == "aft_logistic") return 1 / (std::exp(z) + 2 + std::exp(-z));
    return std::exp(z - std::exp(z));
  };
  const auto above = [&](Long z) -> Long {
    if (name == "aft") return std::erfc(z / std::sqrt(2.0L)) / 2;
    if (name == "aft_logistic") return 1 / (1 + std::exp(z));
    return std::exp(-std::exp(z));
  };
  const auto below = [&](Long z) -> Long {
    if (name == "aft") return std::erfc(-z / std::sqrt(2.0L)) / 2;
    if (name == "aft_logistic") return 1 / (1 + std::exp(-z));
    return -std::expm1(-std::exp(z));
  };
  const bool is_extreme = name == "aft_extreme";  // whose tails run out of long doubles soon
  if (lower == upper) return std::log(scale * lower) - (is_extreme ? low - std::exp(low) : std::log(density(low)));
  if (std::isinf(upper)) return is_extreme ? std::exp(low) : -std::log(above(low));
  if (lower == 0) return -std::log(below(high));
  return -std::log(low > 0 ? above(low) - above(high) : below(high) - below(low));
}

struct Derivatives {
  Long slope, curvature;
};
// Two steps and what they have in common without the error of the second order.
Derivatives differences(const std::function<Long(Long)>& f, Long at) {
  const auto by = [&](Long h) {
    return Derivatives{(f(at + h) - f(at - h)) / (2 * h), (f(at + h) - 2 * f(at) + f(at - h)) / (h * h)};
  };
  const Derivatives a = by(2e-3L), b = by(1e-3L);
  return {(4 * b.slope - a.slope) / 3, (4 * b.curvature - a.curvature) / 3};
}

void expect_near(Long wanted, double found, Long scale, const std::string& what) {
  EXPECT_LE(std::abs(found - wanted), 3e-7L * (std::abs(wanted) + scale)) << what << ": " << double(wanted);
}

TEST(SurvivalGradients, OfCoxAreThoseOfTheLikelihood) {
  for (const bool efron : {false, true})
    for (const bool weighted : {false, true})
      for (const int times : {4, 15, 1000}) {
        const TimedRows rows(45, 3, times);
        const Derived found =
            derive(cpu_tree_kernels(), loss::cox({efron ? Ties::efron : Ties::breslow}), rows, 1, weighted);
        std::vector<Long> scores(rows.scores.begin(), rows.scores.end());
        for (std::size_t row = 0; row < scores.size(); ++row) {
          const Long at = scores[row];
          const Derivatives wanted = differences(
              [&](Long score) {
                scores[row] = score;
                return cox_reference(rows, scores, efron, weighted);
              },
              at);
          scores[row] = at;
          const std::string what = fmt::format("row {}, efron {}, weighted {}", row, efron, weighted);
          expect_near(wanted.slope, found.slopes[row], 0.01, what);
          expect_near(wanted.curvature, found.curvatures[row], 0.01, what);
        }
        EXPECT_NEAR(
            cox_value(RiskOrder(rows.lower, rows.upper, weighted ? rows.weights : std::vector<double>()), rows.scores,
                      weighted ? rows.weights : std::vector<double>(), efron) *
                RiskOrder(rows.lower, rows.upper, weighted ? rows.weights : std::vector<double>()).event_weight(),
            static_cast<double>(cox_reference(rows, scores, efron, weighted)), 1e-10);
      }
}

// Sums over many blocks, row by row in long double.
TEST(SurvivalGradients, OfCoxAreSumsOverAllBlocks) {
  for (const int count : {1023, 1024, 1025, 5000}) {
    const TimedRows rows(count, 7, 3000);
    const Derived found = derive(cpu_tree_kernels(), loss::cox({Ties::breslow}), rows, 2, false);
    std::vector<std::size_t> order(rows.scores.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t row) { return rows.lower[row]; });
    std::vector<Long> at_risk(order.size() + 1);
    for (std::size_t i = order.size(); i-- > 0;) at_risk[i] = at_risk[i + 1] + std::exp(Long(rows.scores[order[i]]));
    Long hazard = 0, square = 0;
    for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
      for (; end < order.size() && rows.lower[order[end]] == rows.lower[order[begin]]; ++end)
        if (rows.upper[order[end]] != no_end) {
          hazard += 1 / at_risk[begin];
          square += 1 / (at_risk[begin] * at_risk[begin]);
        }
      for (std::size_t i = begin; i < end; ++i) {
        const std::size_t row = order[i];
        const Long size = std::exp(Long(rows.scores[row]));
        expect_near(size * hazard - (rows.upper[row] != no_end), found.slopes[row], 0, "slope");
        expect_near(size * hazard - size * size * square, found.curvatures[row], 0, "curvature");
      }
    }
  }
}

TEST(SurvivalGradients, OfSingleRowsAreThoseOfTheirDistributions) {
  const TimedRows rows(400, 5, 30, true);
  for (const Loss& loss : survival_losses()) {
    if (compares_rows(loss)) continue;
    const Derived found = derive(cpu_tree_kernels(), loss, rows, 1, true);
    int compared = 0;
    for (std::size_t row = 0; row < rows.scores.size(); ++row) {
      const auto value = [&](Long score) { return cost_reference(loss, score, rows.lower[row], rows.upper[row]); };
      if (!std::isfinite(value(rows.scores[row] - 0.01L))) continue;  // of an interval that far out
      ++compared;
      const Long weight = rows.weights[row];
      const Derivatives wanted = differences(value, rows.scores[row]);
      const std::string what = fmt::format("{} {}: row {}, {} to {}, score {}", loss.name(), loss.parameters()[0].value,
                                           row, rows.lower[row], rows.upper[row], rows.scores[row]);
      expect_near(weight * wanted.slope, found.slopes[row], 0.01, what);
      expect_near(weight * wanted.curvature, found.curvatures[row], 0.03, what);
      visit_survival_loss(loss.definition().spec, [&]<class Functor>(const Functor& functor) {
        if constexpr (!is_cox<Functor>) {
          const Long wanted_value = value(rows.scores[row]);
          EXPECT_NEAR(functor(rows.scores[row], {rows.lower[row], rows.upper[row]}).value,
                      static_cast<double>(wanted_value), 1e-9 * (1 + std::abs(double(wanted_value))))
              << what;
        }
      });
    }
    EXPECT_GT(compared, 370) << loss.name();
  }
}

Dual aft(const Loss& loss, double score, double lower, double upper) {
  return visit_survival_loss(loss.definition().spec, [&]<class Functor>(const Functor& functor) -> Dual {
    if constexpr (is_cox<Functor>)
      return {};
    else
      return functor(score, {lower, upper});
  });
}

// Where probabilities are 1e-300 and less.
TEST(SurvivalGradients, OfNormalTimesHoldFarOut) {
  for (const double z : {8.0, 40.0, 1e3, 1e6}) {
    // The hazard is z + 1/z - 2/z^3 + ...
    const Dual censored = aft(loss::aft(), -z, 1, no_end);
    EXPECT_NEAR(-censored.first, z + 1 / z - 2 / (z * z * z) + 10 / std::pow(z, 5), 1e-14 * z + 80 / std::pow(z, 7));
    EXPECT_NEAR(censored.second, 1 - 1 / (z * z), 1e-10 + 8 / std::pow(z, 4) + 1e-15 * z * z);
    EXPECT_NEAR(aft(loss::aft(), z, 0, 1).first, z + 1 / z - 2 / (z * z * z) + 10 / std::pow(z, 5),
                1e-14 * z + 80 / std::pow(z, 7));
    const Dual nothing = aft(loss::aft(), z, 1, no_end);  // it is no news that the time is above
    EXPECT_NEAR(nothing.first, 0, 1e-14);
    EXPECT_NEAR(nothing.second, 0, 1e-13);
  }
  for (const double width : {1e-14, 1e-9, 1e-6, 1e-4}) {  // a narrow interval is nearly a point
    const Dual narrow = aft(loss::aft(), -2.5, 1, 1 + width), point = aft(loss::aft(), -2.5, 1, 1);
    EXPECT_NEAR(narrow.first, point.first, width + 1e-9);
    EXPECT_NEAR(narrow.second, 1, width + 1e-6);
  }
}

TEST(SurvivalGradients, HaveNoNegativeCurvatureAndAreFinite) {
  for (const Loss& loss : survival_losses()) {
    if (compares_rows(loss)) continue;
    for (const double score : {-1e3, -300.0, -30.0, -3.0, 0.0, 3.0, 30.0, 300.0, 1e3})
      for (const auto& [lower, upper] : std::vector<std::pair<double, double>>{
               {1, 1}, {1, no_end}, {0, 1}, {1, 2}, {1, 1.0000001}, {1e-30, 1e30}, {1e30, 1e30}, {1e-30, 1e-30}}) {
        const Dual d = aft(loss, score, lower, upper);
        const std::string what =
            fmt::format("{} {}: {} to {} at {}", loss.name(), loss.parameters()[0].value, lower, upper, score);
        EXPECT_TRUE(std::isfinite(d.first)) << what;
        EXPECT_TRUE(std::isfinite(static_cast<float>(d.second))) << what;
        EXPECT_GE(d.second, 0) << what;
      }
  }
}

TEST(SurvivalGradients, OfCoxAreFiniteForScoresFarApart) {
  TimedRows rows(300, 9);
  for (std::size_t row = 0; row < rows.scores.size(); ++row) rows.scores[row] *= 400;
  for (const Ties ties : {Ties::breslow, Ties::efron}) {
    const Derived found = derive(cpu_tree_kernels(), loss::cox({ties}), rows, 1, true);
    EXPECT_EQ(found.range.first_bad_row, -1);
    for (std::size_t row = 0; row < rows.scores.size(); ++row) {
      EXPECT_TRUE(std::isfinite(found.slopes[row]));
      EXPECT_GE(found.curvatures[row], 0);
    }
  }
}

TEST(SurvivalGradients, NameTheFirstBadRow) {
  TimedRows rows(3000, 9);
  rows.scores[1700] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(derive(cpu_tree_kernels(), loss::aft(), rows, 2, false).range.first_bad_row, 1700);
  EXPECT_GE(derive(cpu_tree_kernels(), loss::cox(), rows, 2, false).range.first_bad_row, 0);
}

TEST(SurvivalGradients, AreTheSameBytesForThreadsAndLevels) {
  for (const Loss& loss : survival_losses())
    for (const bool weighted : {false, true}) {
      const TimedRows rows(9000, 11, 700, !compares_rows(loss));
      const Derived wanted = derive(cpu_tree_kernels(), loss, rows, 1, weighted);
      float most = 0;
      for (const float slope : wanted.slopes) most = std::max(most, std::abs(slope));
      EXPECT_EQ(wanted.range.max_gradient, most);
      const auto check = [&](const TreeKernels& kernels, int threads) {
        const Derived found = derive(kernels, loss, rows, threads, weighted);
        EXPECT_TRUE(same(wanted.slopes, found.slopes)) << loss.name();
        EXPECT_TRUE(same(wanted.curvatures, found.curvatures)) << loss.name();
        EXPECT_EQ(wanted.range.max_gradient, found.range.max_gradient);
        EXPECT_EQ(wanted.range.max_curvature, found.range.max_curvature);
      };
      for (const int threads : {2, 5}) check(cpu_tree_kernels(), threads);
      for (const CpuLevel& level : cpu_levels()) check(level.tree(), 2);
    }
}

}  // namespace
}  // namespace linden
