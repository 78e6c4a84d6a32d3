#include "boosting/model/config/defaults.hpp"

#include "boosting/model/config/config.hpp"

namespace linden {
namespace {

// Statistics of categories of few rows are noise that trees would follow into leaves of few rows.
constexpr double l2_of_statistics = 10;

}  // namespace

BoostingConfig with_constants(BoostingConfig config, bool class_statistics) {
  if (!config.rounds) config.rounds = 100;
  if (config.mode.kind == Mode::forest) config.learning_rate = 1;
  const bool bounds_leaves = config.growth != Growth::oblivious;
  if (bounds_leaves && !config.max_leaves) config.max_leaves = 31;
  if (!config.l2) config.l2 = class_statistics ? l2_of_statistics : l2_of(config);
  if (bounds_leaves && !config.min_rows_in_leaf) config.min_rows_in_leaf = 20;
  if (!config.row_fraction) config.row_fraction = 1;
  return config;
}

}  // namespace linden
