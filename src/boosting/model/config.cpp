// BoostingConfig's fields as one table.
#include "boosting/model/config.hpp"

#include "backend/loss/row_losses.hpp"
#include "loss/definition.hpp"
#include "model/config_fields.hpp"
#include "base/out_of_memory.hpp"

namespace linden {
namespace {

const FieldTable<BoostingConfig>& table() {
  using C = BoostingConfig;
  constexpr int most = std::numeric_limits<int>::max();
  static const FieldTable<C> fields =
      FieldTable<C>("BoostingConfig", other_boosting_fields())
          .add_loss(loss::names())
          .add_number("rounds", &C::rounds, {.low = 1, .high = 1'000'000}, "trees for each output")
          .add_number("learning_rate", &C::learning_rate, {.low_open = true, .high = 1}, "factor on every leaf value")
          .add_choice<Growth>("growth", &C::growth,
                              {{"leaf_wise", Growth::leaf_wise}, {"level_wise", Growth::level_wise}},
                              "which leaf is split next: the best one, or all of a level", other_growths())
          .add_number("max_leaves", &C::max_leaves, {.low = 2, .high = 1 << 20}, "leaves of a tree")
          .add_number("max_depth", &C::max_depth, {.high = 64}, "splits on the way to a leaf; 0: no limit")
          .add_number("max_bins", &C::max_bins, {.low = 4, .high = 256},
                      "bins of a feature, the one for missing values counted")
          .add_number("l1", &C::l1, {}, "penalty on |leaf value|")
          .add_number("l2", &C::l2, l2_of, {}, "penalty on leaf value^2 / 2; unset 0 for quantile and absolute")
          .add_number("min_gain", &C::min_gain, {}, "a split must gain more than this")
          .add_number("min_child_weight", &C::min_child_weight, {}, "smallest sum of curvatures in a leaf")
          .add_number("min_rows_in_leaf", &C::min_rows_in_leaf, {.low = 1, .high = most},
                      "smallest number of rows in a leaf")
          .add_number("row_fraction", &C::row_fraction, {.low_open = true, .high = 1},
                      "rows drawn without replacement for each tree")
          .add_number("feature_fraction", &C::feature_fraction, {.low_open = true, .high = 1},
                      "features drawn without replacement for each tree")
          .add_number("seed", &C::seed, {}, "for the two draws")
          .add_group<Constraints>("constraints", &C::constraints, [](FieldTable<Constraints>& group) {
            group.add_features("monotone", &Constraints::monotone, {-1, 0, 1},
                               "which way a score may go as a feature rises: 1 up, -1 down, 0 both");
          });
  return fields;
}

}  // namespace

void check_features(const BoostingConfig& config, std::span<const std::string> features) {
  table().check_features(config, features);
}

double l2_of(const BoostingConfig& config) {
  return config.l2.value_or(renewal_level(config.loss.definition().spec) > 0 ? 0 : 1);
}

std::vector<FieldInfo> fields(const BoostingConfig& config) try {
  return table().infos(config);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("fields");
}

void set_field(BoostingConfig& config, std::string_view name, std::string_view value) try {
  table().set(config, name, value);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("set_field");
}

void BoostingConfig::check() const try { table().check(*this); } catch (const std::bad_alloc&) {
  fail_out_of_memory("BoostingConfig::check");
}

}  // namespace linden
