#include "selection/prepared_folds.hpp"

#include <algorithm>
#include <utility>

#include "base/fail.hpp"
#include "data/dataset/builder.hpp"
#include "loss/definition.hpp"
#include "model/training_data.hpp"

namespace linden {
namespace {

void check_folds(std::string_view where, const Dataset& data, const std::vector<Fold>& folds) {
  std::vector<std::size_t> trains_in(static_cast<std::size_t>(data.rows()), 0);  // the last fold that trains on a row
  for (std::size_t f = 0; f < folds.size(); ++f) {
    const auto check_row = [&](std::int64_t row) {
      if (row < 0 || row >= data.rows())
        fail<ArgumentError>("{}: fold {} of {} has row {}, and the data has {} rows.", where, f + 1, folds.size(), row,
                            data.rows());
    };
    if (folds[f].train.empty() || folds[f].test.empty())
      fail<ArgumentError>("{}: fold {} of {} has no rows to {} on.", where, f + 1, folds.size(),
                          folds[f].train.empty() ? "train" : "test");
    for (const std::int64_t row : folds[f].train) {
      check_row(row);
      trains_in[static_cast<std::size_t>(row)] = f + 1;
    }
    for (const std::int64_t row : folds[f].test) {
      check_row(row);
      if (trains_in[static_cast<std::size_t>(row)] == f + 1)
        fail<ArgumentError>("{}: fold {} of {} trains and tests on {}. Hint: leave it out of one part.", where, f + 1,
                            folds.size(), data.where(row));
    }
  }
}

}  // namespace

SettledData settled(std::string_view where, const Dataset& data, const Loss& loss) {
  check_training_data(where, data);
  const Labels labels = checked_labels(where, data, loss);
  // What else a loss learns from its rows it is to learn from those of the fold.
  const Loss& asked = is_automatic(loss) ? labels.loss : loss;
  if (labels.classes.empty() || !data.classes().empty()) return {asked, data};
  DatasetBuilder::State state = DatasetBuilder::state(data);
  state.label = Tensor::copy_of(std::span(labels.values), {data.rows()});
  state.classes = labels.classes;
  return {asked, DatasetBuilder::make(std::move(state))};
}

PreparedFolds::PreparedFolds(std::string_view where, const Dataset& data, std::vector<Fold> folds)
    : data_(data), folds_(folds.empty() ? data.folds() : std::move(folds)), rows_(folds_.size()) {
  check_folds(where, data_, folds_);
}

FoldRows& PreparedFolds::rows(std::size_t fold) {
  if (!rows_[fold])
    rows_[fold].emplace(FoldRows{data_.take(folds_[fold].train), data_.take(folds_[fold].test), KnownCuts()});
  return *rows_[fold];
}

std::string PreparedFolds::name(std::size_t fold) const {
  return fmt::format("fold {} of {}", fold + 1, folds_.size());
}

}  // namespace linden
