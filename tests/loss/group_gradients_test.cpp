// The gradients of rankings, of every instruction level, against the losses written down: weights from metrics of whole
// lists, evaluated before and after two rows change places, in long double, and derivatives by finite differences.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <numeric>

#include "cpu/levels.hpp"
#include "loss/ranked_rows.hpp"

namespace linden {
namespace {

using Long = long double;

struct Derived {
  std::vector<float> slopes, curvatures;
  GradientRange range;
  std::vector<double> biases;
};

Derived derive(const TreeKernels& kernels, const Loss& loss, const RankedRows& rows, int threads, bool weighted = false,
               std::vector<double> biases = {}) {
  Workers workers(threads);
  Context context{workers};
  const LossSpec& spec = loss.definition().spec;
  Derived derived{std::vector<float>(rows.scores.size(), -1), std::vector<float>(rows.scores.size(), -1), {}, biases};
  const std::vector<double> scales = rows.scales(spec), discounts = rows.discounts();
  std::vector<double> scratch(static_cast<std::size_t>(kernels.group_scratch(context, rows.longest())) / 8 + 1);
  GroupGradientTask task;
  task.row = {spec,
              rows.rows(),
              rows.scores.data(),
              rows.labels.data(),
              weighted ? rows.weights.data() : nullptr,
              derived.slopes.data(),
              derived.curvatures.data(),
              &derived.range};
  task.groups = rows.groups();
  task.longest = rows.longest();
  task.starts = rows.starts.data();
  task.scales = scales.data();
  task.discounts = discounts.data();
  task.biases = biases.empty() ? nullptr : derived.biases.data();
  task.bias_rate = 0.3;
  task.seed = 11;
  task.round = 5;
  task.scratch = scratch.data();
  kernels.group_gradients(context, task);
  return derived;
}

// ---- The losses as they are documented.

struct Options {
  std::string name;
  std::size_t truncation = 0;
  Long sigmoid = 1;
  bool normalise = true, exponential = true;

  explicit Options(const Loss& loss) : name(loss.name()) {
    for (const LossParameter& parameter : loss.parameters()) {
      if (parameter.name == "truncation") truncation = static_cast<std::size_t>(parameter.value);
      if (parameter.name == "sigmoid") sigmoid = parameter.value;
      if (parameter.name == "normalise") normalise = parameter.value != 0;
      if (parameter.name == "exponential_gain") exponential = parameter.value != 0;
    }
  }
};

using Labels = std::vector<double>;

Long metric(const Options& options, const Labels& ranked) {
  Long sum = 0, hits = 0, relevant = 0;
  if (options.name == "lambdarank") {
    const auto gain = [&](double y) { return options.exponential ? std::pow(2.0L, Long(y)) - 1 : Long(y); };
    Labels best = ranked;
    std::ranges::sort(best, std::greater());
    Long most = 0;
    for (std::size_t i = 0; i < ranked.size(); ++i) {
      sum += gain(ranked[i]) / std::log2(Long(i + 2));
      if (options.truncation == 0 || i < options.truncation) most += gain(best[i]) / std::log2(Long(i + 2));
    }
    return most > 0 ? sum / most : 0;
  }
  for (const double y : ranked) relevant += y > 0;
  for (std::size_t i = 0; i < ranked.size(); ++i) {
    if (ranked[i] <= 0) continue;
    if (options.name == "lambdarank_mrr") return 1 / Long(i + 1);
    sum += ++hits / Long(i + 1);
  }
  return relevant > 0 ? sum / relevant : 0;
}

struct Pair {
  std::size_t better, worse;
  Long weight;
};

struct Wanted {
  std::vector<Long> slopes, curvatures;
};

// A group of pairs: its rows are [first, last).
void add_wanted(const Options& options, const RankedRows& rows, std::span<const double> scores, std::size_t first,
                std::size_t last, Wanted& wanted) {
  std::vector<std::size_t> order(last - first);
  std::iota(order.begin(), order.end(), first);
  std::ranges::stable_sort(order, std::greater(), [&](std::size_t row) { return scores[row]; });
  Labels ranked;
  for (const std::size_t row : order) ranked.push_back(rows.labels[row]);
  const bool by_distance = options.name != "pairwise" && options.normalise && scores[order[0]] != scores[order.back()];
  const Long now = metric(options, ranked);
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < order.size(); ++i)
    for (std::size_t j = i + 1; j < order.size(); ++j) {
      if (ranked[i] == ranked[j] || (options.truncation > 0 && i >= options.truncation)) continue;
      Labels swapped = ranked;
      std::swap(swapped[i], swapped[j]);
      Long weight = options.name == "pairwise" ? 1 : std::abs(metric(options, swapped) - now);
      if (by_distance) weight /= 0.01L + std::abs(Long(scores[order[i]]) - scores[order[j]]);
      const bool up = ranked[i] > ranked[j];
      pairs.push_back({order[up ? i : j], order[up ? j : i], weight});
    }
  const auto cost = [&](std::size_t moved, Long by) {
    Long sum = 0;
    for (const Pair& pair : pairs) {
      if (pair.better != moved && pair.worse != moved) continue;
      const Long margin = Long(scores[pair.better]) - scores[pair.worse] +
                          (pair.better == moved  ? by
                           : pair.worse == moved ? -by
                                                 : 0);
      sum += pair.weight * std::log1p(std::exp(-options.sigmoid * margin));
    }
    return sum;
  };
  Long all = 0;
  for (const Pair& pair : pairs)
    all += 2 * options.sigmoid * pair.weight /
           (1 + std::exp(options.sigmoid * (Long(scores[pair.better]) - scores[pair.worse])));
  const Long norm = options.normalise && all > 0 ? std::log2(1 + all) / all : 1;
  const Long h = 1e-3L;
  for (std::size_t row = first; row < last; ++row) {
    const Long up = cost(row, h), down = cost(row, -h), up2 = cost(row, 2 * h), down2 = cost(row, -2 * h);
    wanted.slopes[row] = norm * (8 * (up - down) - (up2 - down2)) / (12 * h);
    wanted.curvatures[row] = 2 * norm * (16 * (up + down) - (up2 + down2) - 30 * cost(row, 0)) / (12 * h * h);
  }
}

// LightGBM's three loops, and with the first alone the gradient of the cross-entropy.
void add_xendcg(const RankedRows& rows, std::size_t first, std::size_t last, Wanted& wanted) {
  if (last - first < 2) return;
  std::vector<Long> rho, l(last - first), params, targets;
  Long sum = 0, target_sum = 0;
  for (std::size_t row = first; row < last; ++row) sum += std::exp(Long(rows.scores[row]));
  for (std::size_t row = first; row < last; ++row) {
    rho.push_back(std::exp(Long(rows.scores[row])) / sum);
    targets.push_back(std::pow(2.0L, Long(rows.labels[row])) -
                      Long(xendcg_draw(11, 5, static_cast<std::int64_t>(row))) / 4294967296.0L);
    target_sum += targets.back();
  }
  for (std::size_t i = 0; i < l.size(); ++i) {
    l[i] = rho[i] - targets[i] / target_sum;
    params.push_back(l[i] / (1 - rho[i]));
  }
  for (int order = 0; order < 2; ++order) {
    const Long total = std::accumulate(params.begin(), params.end(), 0.0L);
    for (std::size_t i = 0; i < l.size(); ++i) {
      const Long term = rho[i] * (total - params[i]);
      l[i] += term;
      params[i] = term / (1 - rho[i]);
    }
  }
  for (std::size_t i = 0; i < l.size(); ++i) {
    wanted.slopes[first + i] = l[i];
    wanted.curvatures[first + i] = rho[i] * (1 - rho[i]);
  }
}

Wanted wanted_of(const Loss& loss, const RankedRows& rows, std::span<const double> scores) {
  Wanted wanted{std::vector<Long>(scores.size()), std::vector<Long>(scores.size())};
  for (std::size_t g = 1; g < rows.starts.size(); ++g) {
    const auto first = static_cast<std::size_t>(rows.starts[g - 1]), last = static_cast<std::size_t>(rows.starts[g]);
    if (loss.name() == "xendcg")
      add_xendcg(rows, first, last, wanted);
    else
      add_wanted(Options(loss), rows, scores, first, last, wanted);
  }
  return wanted;
}

template <class A, class B>
void expect_near(const std::vector<A>& found, const std::vector<B>& wanted, double relative, const std::string& what) {
  Long largest = 0;
  for (const B& x : wanted) largest = std::max(largest, std::abs(Long(x)));
  for (std::size_t row = 0; row < wanted.size(); ++row)
    EXPECT_NEAR(static_cast<double>(found[row]), static_cast<double>(wanted[row]),
                static_cast<double>(largest) * relative)
        << what << ", row " << row;
}

std::string called(const Loss& loss) {
  std::string text = loss.name();
  for (const LossParameter& parameter : loss.parameters())
    text += " " + parameter.name + "=" + std::to_string(parameter.value);
  return text;
}

TEST(GroupGradients, AreThoseOfTheLossesAsWritten) {
  const RankedRows rows({1, 2, 7, 40, 1, 12, 33, 70}, 3);
  for (const Loss& loss : group_losses()) {
    const Wanted wanted = wanted_of(loss, rows, rows.scores);
    for (const CpuLevel& level : cpu_levels()) {
      const Derived found = derive(level.tree(), loss, rows, 2);
      expect_near(found.slopes, wanted.slopes, 2e-7, called(loss) + ", slopes");
      expect_near(found.curvatures, wanted.curvatures, 1e-6, called(loss) + ", curvatures");
      Long slope = 0, curvature = 0;
      for (const float x : found.slopes) slope = std::max(slope, std::abs(Long(x)));
      for (const float x : found.curvatures) curvature = std::max(curvature, Long(x));
      EXPECT_EQ(found.range.max_gradient, static_cast<double>(slope));
      EXPECT_EQ(found.range.max_curvature, static_cast<double>(curvature));
      EXPECT_EQ(found.range.first_bad_row, -1);
    }
  }
}

TEST(GroupGradients, HaveTheSameBytesOnAnyLevelAndThreads) {
  std::vector<int> sizes{300, 65, 64, 63, 1, 2};
  for (int i = 0; i < 40; ++i) sizes.push_back(1 + i);
  const RankedRows rows(sizes, 4, 5);
  for (const Loss& loss : group_losses())
    for (const bool weighted : {false, true}) {
      const Derived first = derive(cpu_tree_kernels(), loss, rows, 1, weighted, std::vector<double>(300, 0.1));
      for (const CpuLevel& level : cpu_levels())
        for (const int threads : {1, 2, 5}) {
          const Derived found = derive(level.tree(), loss, rows, threads, weighted, std::vector<double>(300, 0.1));
          const auto same = [](const auto& a, const auto& b) {
            return std::memcmp(a.data(), b.data(), a.size() * sizeof a[0]) == 0;
          };
          EXPECT_TRUE(same(found.slopes, first.slopes)) << called(loss);
          EXPECT_TRUE(same(found.curvatures, first.curvatures)) << called(loss);
          EXPECT_TRUE(same(found.biases, first.biases)) << called(loss);
        }
    }
}

TEST(GroupGradients, AreMultipliedByTheWeightsOfRows) {
  const RankedRows rows({30, 20}, 5);
  for (const Loss& loss : group_losses()) {
    const Derived plain = derive(cpu_tree_kernels(), loss, rows, 1),
                  weighted = derive(cpu_tree_kernels(), loss, rows, 1, true);
    std::vector<double> slopes;
    for (std::size_t row = 0; row < rows.weights.size(); ++row) slopes.push_back(rows.weights[row] * plain.slopes[row]);
    expect_near(weighted.slopes, slopes, 1e-6, called(loss));
  }
}

TEST(GroupGradients, EqualScoresAreInTheOrderOfRows) {
  RankedRows rows({4}, 6);
  rows.scores = {0, 0, 0, 0};
  rows.labels = {0, 1, 0, 2};
  for (const Loss& loss : group_losses())
    expect_near(derive(cpu_tree_kernels(), loss, rows, 1).slopes, wanted_of(loss, rows, rows.scores).slopes, 1e-6,
                called(loss));
  const Derived found = derive(cpu_tree_kernels(), loss::lambdarank(), rows, 1);
  EXPECT_LT(found.slopes[3], found.slopes[1]);  // down is up: the score of the best row is to grow most
  EXPECT_LT(found.slopes[1], 0);
}

TEST(GroupGradients, OfOneLabelAreZero) {
  RankedRows rows({5, 3}, 7);
  for (double& label : rows.labels) label = 2;
  for (const Loss& loss : group_losses()) {
    if (loss.name() == "xendcg") continue;
    const Derived found = derive(cpu_tree_kernels(), loss, rows, 1);
    EXPECT_EQ(found.slopes, std::vector<float>(8, 0)) << called(loss);
    EXPECT_EQ(found.curvatures, std::vector<float>(8, 0)) << called(loss);
  }
}

TEST(GroupGradients, NameTheFirstRowThatIsNotFinite) {
  RankedRows rows({6, 5, 9}, 8);
  rows.scores[8] = std::numeric_limits<double>::quiet_NaN();
  for (const Loss& loss : {loss::pairwise(), loss::xendcg(), loss::lambdarank()}) {
    const std::int64_t row = derive(cpu_tree_kernels(), loss, rows, 1).range.first_bad_row;
    EXPECT_GE(row, 6) << called(loss);
    EXPECT_LE(row, 8) << called(loss);
  }
}

TEST(GroupGradients, BiasesOfPlacesAreAddedToScoresAndTakeANewtonStep) {
  const RankedRows rows({9, 4, 6}, 9);
  const Loss loss = loss::lambdarank({.position_bias = true, .position_l2 = 0.25});
  const std::vector<double> biases{0.4, -0.3, 0.2, 0, 0, 0.1, -1, 0.5, 2};
  const Derived found = derive(cpu_tree_kernels(), loss, rows, 2, false, biases);
  std::vector<double> scores = rows.scores, moved = biases;
  std::vector<Long> slope(9), curvature(9), count(9);
  for (std::size_t g = 1; g < rows.starts.size(); ++g)
    for (std::int64_t row = rows.starts[g - 1]; row < rows.starts[g]; ++row)
      scores[static_cast<std::size_t>(row)] += biases[static_cast<std::size_t>(row - rows.starts[g - 1])];
  const Wanted wanted = wanted_of(loss, rows, scores);
  expect_near(found.slopes, wanted.slopes, 2e-7, "slopes");
  for (std::size_t g = 1; g < rows.starts.size(); ++g)
    for (std::int64_t row = rows.starts[g - 1]; row < rows.starts[g]; ++row) {
      const auto place = static_cast<std::size_t>(row - rows.starts[g - 1]);
      slope[place] += wanted.slopes[static_cast<std::size_t>(row)];
      curvature[place] += wanted.curvatures[static_cast<std::size_t>(row)];
      count[place] += 1;
    }
  for (std::size_t p = 0; p < 9; ++p)
    moved[p] += static_cast<double>(0.3L * (-slope[p] - 0.25L * biases[p] * count[p]) /
                                    (curvature[p] + 0.25L * count[p] + 0.001L));
  expect_near(found.biases, moved, 1e-5, "biases");
}

}  // namespace
}  // namespace linden
