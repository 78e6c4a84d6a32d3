// Models against the oracle (reference/grow.hpp): trees that add to all outputs.
#pragma once

#include "boosting/oracle/one_output.hpp"
#include "boosting/train/several_outputs.hpp"

namespace linden::oracle {

/// Of each output the float gradients of the rows at these scores, [row][output].
inline std::vector<reference::Plane> slopes_of(const Loss& loss, const SeveralOutputs& data,
                                               const std::vector<std::vector<double>>& scores) {
  const auto outputs = static_cast<std::size_t>(data.outputs);
  std::vector<reference::Plane> slopes(outputs);
  std::vector<double> g(outputs), h(outputs);
  for (std::size_t row = 0; row < scores.size(); ++row) {
    const double weight = data.rows.weight.empty() ? 1 : data.rows.weight[row];
    if (data.labels.empty()) loss.evaluate(scores[row], data.rows.label[row], g, h);
    for (std::size_t k = 0; k < outputs; ++k) {
      if (!data.labels.empty()) {
        g[k] = scores[row][k] - data.labels[row * outputs + k];
        h[k] = 1;
      }
      slopes[k].gradients.push_back(static_cast<float>(g[k] * weight));
      slopes[k].curvatures.push_back(static_cast<float>(std::max(h[k], 0.0) * weight));
    }
  }
  return slopes;
}

/// The planes that a sketch makes of them: outputs in a random order, in stretches as long as one another or one
/// longer, with random signs.
inline std::vector<reference::Plane> sketch_of(const std::vector<reference::Plane>& outputs, std::size_t planes,
                                               std::uint64_t seed, int round) {
  if (outputs.size() <= planes) return outputs;
  const std::uint64_t key = round_key(seed, round);
  std::vector<std::pair<std::uint64_t, std::size_t>> drawn_outputs;
  for (std::size_t k = 0; k < outputs.size(); ++k)
    drawn_outputs.emplace_back(drawn_bits(key, GrowthDraw::sketch, k), k);
  std::ranges::stable_sort(drawn_outputs, {}, [](const auto& entry) { return entry.first / 2; });
  std::vector<reference::Plane> result(planes);
  for (std::size_t p = 0; p < planes; ++p) {
    const std::size_t begin = p * outputs.size() / planes, end = (p + 1) * outputs.size() / planes;
    for (std::size_t row = 0; row < outputs.front().gradients.size(); ++row) {
      double g = 0, h = 0;
      for (std::size_t i = begin; i < end; ++i) {
        const reference::Plane& own = outputs[drawn_outputs[i].second];
        g += (drawn_outputs[i].first % 2 == 1 ? -1.0 : 1.0) * own.gradients[row];
        h += own.curvatures[row];
      }
      result[p].gradients.push_back(static_cast<float>(g));
      result[p].curvatures.push_back(static_cast<float>(h / static_cast<double>(end - begin)));
    }
  }
  return result;
}

/// Empty, or where the trees differ.
inline std::string difference(const std::vector<reference::GrowNode>& wanted, const BoostedModel& model,
                              const Tree& tree, const RandomData& data) {
  if (tree.output != Tree::all_outputs) return "the tree adds to one output";
  if (wanted.size() != tree.nodes.size())
    return fmt::format("{} nodes, the oracle has {}", tree.nodes.size(), wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const reference::GrowNode& a = wanted[i];
    const TreeNode& b = tree.nodes[i];
    const std::string at = fmt::format("node {} (feature {}, oracle {}): ", i, b.feature, a.feature);
    if (a.feature != b.feature || a.left != b.left) return at + "another feature or child";
    if (std::ssize(a.rows) != b.rows) return at + fmt::format("{} rows, oracle {}", b.rows, a.rows.size());
    if (a.feature < 0) continue;
    if (a.gain != b.gain) return at + fmt::format("gain {:a}, oracle {:a}", b.gain, a.gain);
    if (a.missing_left != b.missing_left) return at + fmt::format("missing_left {}", b.missing_left);
    if (!b.categorical && !(a.low <= b.threshold && b.threshold < a.high))
      return at + fmt::format("threshold {}, oracle [{}, {})", b.threshold, a.low, a.high);
    const auto f = static_cast<std::size_t>(a.feature);
    for (int code = 0; b.categorical && code < data.dictionary[f]; ++code) {
      const std::vector<int>& groups = model.category_groups(a.feature);
      const bool seen = std::ranges::count(data.features[f].values, code) > 0;
      const int group = groups.empty() ? code : groups[static_cast<std::size_t>(code)];
      if (seen &&
          std::ranges::binary_search(a.left_codes, code) != std::ranges::binary_search(b.left_categories, group))
        return at + fmt::format("category {}", code);
    }
  }
  return "";
}

/// Leaves against sums over their rows, in long double.
inline std::string difference_of_leaves(const std::vector<reference::GrowNode>& oracle, const Tree& tree,
                                        const std::vector<reference::Plane>& slopes, const BoostingConfig& config) {
  for (std::size_t i = 0; i < oracle.size(); ++i) {
    if (oracle[i].feature >= 0) continue;
    long double cover = 0;
    for (std::size_t k = 0; k < slopes.size(); ++k) {
      long double g = 0, h = 0;
      for (const int row : oracle[i].rows) {
        g += slopes[k].gradients[static_cast<std::size_t>(row)];
        h += slopes[k].curvatures[static_cast<std::size_t>(row)];
      }
      cover += h;
      const double wanted =
          config.learning_rate * leaf_value(static_cast<double>(g), static_cast<double>(h), config.l1, l2_of(config));
      const double value = tree.values(tree.nodes[i])[k];
      if (std::abs(value - wanted) > 1e-12 * (1 + std::abs(wanted)))
        return fmt::format("leaf {} has {} for output {}, oracle {}", i, value, k, wanted);
    }
    if (std::abs(tree.nodes[i].cover - static_cast<double>(cover)) > 1e-9 * (1 + static_cast<double>(cover)))
      return fmt::format("leaf {} has cover {}, oracle {}", i, tree.nodes[i].cover, static_cast<double>(cover));
  }
  return "";
}

/// Empty, or where a tree is not the oracle's.
inline std::string check(const SeveralOutputs& given, const BoostingConfig& config) {
  const Dataset train = given.dataset();
  const BoostedModel model = fit_boosted(train, config, {.threads = 1});
  for (const int threads : {2, 5})
    if (bytes_of(fit_boosted(train, config, {.threads = threads})) != bytes_of(model))
      return fmt::format("{} threads make another model", threads);
  if (std::ssize(model.trees()) != config.rounds) return fmt::format("{} trees", model.trees().size());
  const int rows = given.rows.rows();
  const auto outputs = static_cast<std::size_t>(model.outputs());
  std::vector<std::vector<double>> scores(static_cast<std::size_t>(rows), model.initial_score());
  std::vector<reference::Feature> features = features_of(given.rows, config);
  for (const reference::Plane& slopes : slopes_of(model.loss(), given, scores))
    for (reference::Feature& feature : features)
      feature.trusted_rows =
          std::min(feature.trusted_rows, reference::trusted_rows(feature, slopes.gradients, slopes.curvatures));
  std::vector<bool> used(features.size());  // by trees of earlier rounds
  Workers workers(1);
  for (int round = 0; round < *config.rounds; ++round) {
    std::vector<std::uint32_t> sample;
    if (const double fraction = config.row_fraction.value_or(1); fraction < 1)
      sample = drawn(rows, fraction, config.seed, Draw::rows, static_cast<std::uint32_t>(round), workers);
    const std::vector<reference::Plane> slopes = slopes_of(model.loss(), given, scores);
    const std::vector<reference::Plane> planes =
        sketch_of(slopes, static_cast<std::size_t>(config.multi_output.sketch), config.seed, round);
    const reference::Rules rules = rules_of(config, given.rows, round, 0, used);
    const std::vector<reference::GrowNode> oracle = reference::grow(features, planes, limits_of(config), sample, rules);
    for (const reference::GrowNode& node : oracle)
      if (node.feature >= 0) used[static_cast<std::size_t>(node.feature)] = true;
    const Tree& tree = model.trees()[static_cast<std::size_t>(round)];
    for (const std::string& found :
         {difference(oracle, model, tree, given.rows), difference_of_leaves(oracle, tree, slopes, config)})
      if (!found.empty()) return fmt::format("round {}: {}", round, found);
    const std::vector<double> all =
        numbers_of(model.predict(train, {.output = Output::score, .rounds = round + 1, .threads = 1}));
    for (std::size_t row = 0; row < scores.size(); ++row)
      for (std::size_t k = 0; k < outputs; ++k) scores[row][k] = all[row * outputs + k];
  }
  return "";
}

}  // namespace linden::oracle
