// What an OnlineLearner is made of.
#pragma once

#include <cstdint>
#include <linden/online.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "json/reader.hpp"
#include "json/writer.hpp"
#include "model/features/model_schema.hpp"
#include "online/coordinates.hpp"

namespace linden {

/// Places by name, in the order in which they were taken.
using Slots = std::unordered_map<std::string, std::int32_t>;

struct OnlineLearner::State {
  OnlineConfig config;  ///< with the loss that the first rows have settled
  OnlineProgress progress;
  bool is_begun = false;   ///< whether there were rows, which say what follows
  bool is_sparse = false;  ///< whether features are taken up as they come

  /// Of dense rows the features, whose categories stand in `categories` below; of sparse ones no features.
  ModelSchema schema;
  std::vector<Slots> categories;  ///< of each feature, empty for numbers
  Slots columns;                  ///< of sparse rows

  /// One an output. Slots: numbers in the order of the features, then categories or columns as they come.
  std::vector<Coordinates> weights;
  Coordinates intercept;  ///< [outputs]

  std::int32_t slots() const noexcept { return static_cast<std::int32_t>(weights.empty() ? 0 : weights[0].size()); }
  void add_slot();
};

/// The columns of a learner in an order that does not depend on that of rows: features in theirs (sparse ones by their
/// numbers, if that is what they are called), categories by their bytes.
struct OnlineColumns {
  ModelSchema schema;               ///< with all features and categories
  std::vector<std::int32_t> slots;  ///< one a column
};
OnlineColumns columns_of(const OnlineLearner::State& state);

/// Throws ArgumentError for a loss of whose single rows no slope is known.
void check_online_loss(const Loss& loss);

void write_online(const TextSink& out, std::string_view name, const OnlineLearner::State& state, ModelFormat format);
/// Throws FileError when anything is not as write_online wrote it.
std::unique_ptr<OnlineLearner::State> read_online(JsonReader& json);

}  // namespace linden
