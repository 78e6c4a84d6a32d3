// OnlineLearner: rows are checked, then learnt one after the other.
#include <algorithm>
#include <cmath>
#include <linden/online.hpp>
#include <numeric>
#include <span>
#include <utility>

#include "backend/raw_value.hpp"
#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "linear/recipe/cook.hpp"
#include "model/features/check_names.hpp"
#include "model/labels.hpp"
#include "model/features/match_features.hpp"
#include "model/offsets.hpp"
#include "model/training_data.hpp"
#include "online/state.hpp"
#include "rows/dataset_rows.hpp"

namespace linden {
namespace {

using State = OnlineLearner::State;

constexpr std::string_view where = "OnlineLearner::partial_fit";
constexpr std::int64_t block_rows = 256;

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

double weight_in(const Dataset& rows, std::int64_t row) {
  return rows.weight().elements() == 0 ? 1 : rows.weight().data<const double>()[row];
}

[[noreturn]] void refuse_gaps(const Dataset& rows, std::int64_t row, const std::string& column) {
  fail<DataError>(
      "{}: column \"{}\" has no value at {}, and an online learner takes no rows with gaps. Hint: fill them, or leave "
      "such rows out; boosted models take them as they are.",
      where, column, rows.where(row));
}

[[noreturn]] void refuse_more_columns(const State& state, std::int64_t wanted, const std::string& example) {
  fail<DataError>(
      "{}: these rows bring the columns to {}, and .max_columns is {} (the next would be \"{}\"). Hint: leave out "
      "features that differ in nearly all rows, or a larger .max_columns where memory has room.",
      where, wanted, state.config.max_columns, example);
}

// The labels, and the loss where it was open.
Labels labels_of(const State& state, const Dataset& rows) {
  if (rows.has_label() && rows.label().rank() == 2)
    fail<DataError>("{}: the data has {} labels a row, and an online learner takes one. Hint: a learner for each.",
                    where, rows.label().size(1));
  if (state.is_begun) return further_labels(where, rows, state.config.loss, state.schema.classes);
  const std::vector<std::string>& classes = state.config.classes;
  if (classes.empty()) return checked_labels(where, rows, state.config.loss);
  const Loss& asked = state.config.loss;
  const auto count = static_cast<int>(classes.size());
  const Loss loss = asked.outputs() > 0 ? asked
                    : asked.name() == "automatic" && count == 2
                        ? loss::logistic()
                        : loss::by_name(asked.name() == "automatic" ? "softmax" : asked.name(), {}, count);
  if (loss.classes() != count)
    fail<ArgumentError>("OnlineConfig.classes has {} names ({}), but loss {} {}. Hint: {}.", count, listing(classes),
                        loss.name(), loss.classes() == 0 ? "takes numbers" : fmt::format("has {}", loss.classes()),
                        loss.classes() == 0 ? "leave them out" : "loss::softmax()");
  return further_labels(where, rows, loss, classes);
}

// What the first rows say.
State begun(const State& state, const Dataset& rows, const Labels& labels) {
  State next;
  next.config = state.config;
  next.config.loss = labels.loss;
  next.config.classes = labels.classes;
  next.is_begun = true;
  next.is_sparse = rows.is_sparse();
  if (!next.is_sparse && rows.columns().empty()) fail<DataError>("{}: the data has no features.", where);
  next.schema = schema_of(where, rows, labels, next.is_sparse ? std::vector<std::string>() : rows.feature_names());
  const auto outputs = at(labels.loss.outputs());
  next.weights.resize(outputs);
  next.intercept.resize(outputs);
  for (const Column& column : rows.columns()) {
    next.schema.categorical.push_back(column.categorical);
    if (!column.categorical) next.add_slot();
  }
  next.schema.categories.resize(rows.columns().size());
  next.categories.resize(rows.columns().size());
  return next;
}

// Rows as a learner takes them: where each column of the data has its slot.
class FoundColumns {
 public:
  // Throws for all that the rows may be refused for; slots that are new are only counted.
  FoundColumns(const State& state, const Dataset& rows) : rows_(rows), slots_of_(1) {
    if (rows.is_sparse() != state.is_sparse)
      fail<DataError>("{}: these rows are {}, and those before were {}. Hint: one kind for all rows of a learner.",
                      where, rows.is_sparse() ? "sparse" : "dense", state.is_sparse ? "sparse" : "dense");
    rows.is_sparse() ? find_sparse(state) : find_dense(state);
    if (const std::int64_t wanted = state.slots() + new_columns_; new_columns_ > 0 && wanted > state.config.max_columns)
      refuse_more_columns(state, wanted, example_);
  }

  // Gives new categories and columns their slots.
  void take(State& state) {
    const auto take_all = [&](Slots& known, std::span<const std::string> names, std::vector<std::int32_t>& slots) {
      for (std::size_t i = 0; i < slots.size(); ++i) {
        if (slots[i] != is_new) continue;
        slots[i] = state.slots();
        known.emplace(names[i], slots[i]);
        state.add_slot();
      }
    };
    if (state.is_sparse) return take_all(state.columns, rows_.sparse().names, slots_of_[0]);
    for (const Text& text : texts_)
      take_all(state.categories[text.feature], rows_.columns()[at(text.column)].categories, slots_of_[text.place]);
  }

  const std::vector<ColumnView>& numbers() const noexcept { return numbers_; }

  // The slots of a row beyond the numbers, all of value 1.
  void categories_of(std::int64_t row, std::vector<std::int32_t>& slots) const {
    slots.clear();
    for (const Text& text : texts_) slots.push_back(slots_of_[text.place][at(code(text.view, row))]);
  }
  // The slots of the columns of sparse rows.
  const std::vector<std::int32_t>& columns() const noexcept { return slots_of_[0]; }

 private:
  static constexpr std::int32_t unused = -1, is_new = -2;

  struct Text {
    std::size_t feature, place;  // place: in slots_of_
    int column;
    ColumnView view;
  };

  static std::int32_t code(const ColumnView& view, std::int64_t row) {
    return static_cast<const std::int32_t*>(view.values)[row * view.stride];
  }

  void use(const Slots& known, const std::string& name, std::int32_t& slot) {
    if (slot != unused) return;
    const auto found = known.find(name);
    slot = found == known.end() ? is_new : found->second;
    if (slot == is_new && new_columns_++ == 0) example_ = name;
  }

  void find_dense(const State& state) {
    std::vector<int> all(state.schema.feature_names.size());
    std::iota(all.begin(), all.end(), 0);
    const std::vector<FeatureSource> sources = match_features(where, rows_, state.schema, all);
    slots_of_.clear();
    for (std::size_t f = 0; f < sources.size(); ++f) {
      const Column& column = rows_.columns()[at(sources[f].column)];
      const ColumnView view = view_of(column);
      if (!state.schema.categorical[f]) {
        numbers_.push_back(view);
        check_numbers(view, column.name);
        continue;
      }
      if (!column.categorical) {  // numbers, all of them missing
        if (rows_.rows() > 0) refuse_gaps(rows_, 0, column.name);
        continue;
      }
      check_names(where, "category", column.categories);
      texts_.push_back({f, slots_of_.size(), sources[f].column, view});
      std::vector<std::int32_t>& slots = slots_of_.emplace_back(column.categories.size(), unused);
      for (std::int64_t row = 0; row < rows_.rows(); ++row) {
        if (weight_in(rows_, row) == 0) continue;
        const std::int32_t category = code(view, row);
        if (category < 0) refuse_gaps(rows_, row, column.name);
        use(state.categories[f], column.categories[at(category)], slots[at(category)]);
      }
    }
  }

  void check_numbers(const ColumnView& view, const std::string& name) const {
    double values[block_rows];
    for (std::int64_t begin = 0; begin < rows_.rows(); begin += block_rows) {
      const std::int64_t end = std::min(begin + block_rows, rows_.rows());
      read_column(view, begin, end, values, 1);
      const double* const last = values + (end - begin);
      const double* const gap = std::find_if(static_cast<const double*>(values), last, [](double v) { return v != v; });
      if (gap != last) refuse_gaps(rows_, begin + (gap - values), name);
    }
  }

  void find_sparse(const State& state) {
    const std::vector<std::string>& names = rows_.sparse().names;
    check_names(where, "feature", names);
    const EntriesView entries = view_of(rows_.sparse());
    slots_of_[0].assign(names.size(), unused);
    for (std::int64_t row = 0; row < rows_.rows(); ++row) {
      if (weight_in(rows_, row) == 0) continue;
      for (std::int64_t e = entries.offsets[row]; e < entries.offsets[row + 1]; ++e) {
        const std::size_t column = at(entries.indices[e]);
        if (const double value = entry_value(entries, e); value != value) refuse_gaps(rows_, row, names[column]);
        use(state.columns, names[column], slots_of_[0][column]);
      }
    }
  }

  const Dataset& rows_;
  std::vector<ColumnView> numbers_;
  std::vector<Text> texts_;
  std::vector<std::vector<std::int32_t>> slots_of_;  // by category of each text, or by column of sparse rows
  std::int64_t new_columns_ = 0;
  std::string example_;
};

// One row after the other, into the state.
class Teacher {
 public:
  Teacher(State& state, const Dataset& rows, std::span<const double> labels, std::span<const double> offsets)
      : state_(state),
        rows_(rows),
        labels_(labels),
        offsets_(offsets),
        rule_(state.config, true),
        free_(state.config, false),
        scores_(state.weights.size()),
        slopes_(state.weights.size()) {}

  // score(k) is what the columns add to output k; learn(k, slope) lets them learn.
  template <class Score, class Learn>
  void row(std::int64_t row, const Score& score, const Learn& learn) {
    const double weight = weight_in(rows_, row);
    if (weight == 0) return;
    const Loss& loss = state_.config.loss;
    for (std::size_t k = 0; k < scores_.size(); ++k) {
      scores_[k] = score(k) + state_.intercept.weight[k];
      if (!offsets_.empty()) scores_[k] += offsets_[k * labels_.size() + at(row)];
    }
    const double value = loss.evaluate(scores_, labels_[at(row)], slopes_);
    const auto is_finite = [](double number) { return std::isfinite(number); };
    if (!std::isfinite(value) || !std::ranges::all_of(slopes_, is_finite))
      fail<DataError>(
          "{}: the loss is {} at {}, where the score is {}; rows before it were learnt. Hint: a smaller .alpha, and "
          "columns divided by their usual size.",
          where, value, rows_.where(row), scores_[0]);
    for (std::size_t k = 0; k < slopes_.size(); ++k) {
      const double slope = weight * slopes_[k];
      if (slope == 0) continue;
      learn(k, slope);
      if (state_.config.intercept) state_.intercept.learn(free_, k, slope);
    }
    loss_sum += weight * value;
    weight_sum += weight;
    ++state_.progress.rows;
    state_.progress.weight += weight;
    state_.progress.loss_sum += weight * value;
  }

  const StepRule& rule() const noexcept { return rule_; }

  double loss_sum = 0, weight_sum = 0;  // of these rows

 private:
  State& state_;
  const Dataset& rows_;
  std::span<const double> labels_, offsets_;
  const StepRule rule_, free_;  // of the columns, and of the intercept, which no penalty holds
  std::vector<double> scores_, slopes_;
};

void learn_dense(State& state, const Dataset& rows, const FoundColumns& found, Teacher& teacher) {
  const std::size_t count = found.numbers().size();
  std::vector<double> block(count * at(block_rows));
  std::vector<std::int32_t> categories;
  for (std::int64_t begin = 0; begin < rows.rows(); begin += block_rows) {
    const std::int64_t end = std::min(begin + block_rows, rows.rows());
    for (std::size_t j = 0; j < count; ++j)
      read_column(found.numbers()[j], begin, end, block.data() + j, static_cast<std::int64_t>(count));
    for (std::int64_t row = begin; row < end; ++row) {
      const double* const x = block.data() + at(row - begin) * count;
      if (weight_in(rows, row) != 0) found.categories_of(row, categories);
      teacher.row(
          row,
          [&](std::size_t k) {
            const double* const w = state.weights[k].weight.data();
            double sum = 0;
            for (std::size_t j = 0; j < count; ++j) sum += w[j] * x[j];
            for (const std::int32_t slot : categories) sum += w[slot];
            return sum;
          },
          [&](std::size_t k, double slope) {
            state.weights[k].learn_first(teacher.rule(), count, slope, x);
            for (const std::int32_t slot : categories) state.weights[k].learn(teacher.rule(), at(slot), slope);
          });
    }
  }
}

void learn_sparse(State& state, const Dataset& rows, const FoundColumns& found, Teacher& teacher) {
  const EntriesView entries = view_of(rows.sparse());
  const auto each = [&](std::int64_t row, const auto& visit) {
    for (std::int64_t e = entries.offsets[row]; e < entries.offsets[row + 1]; ++e)
      visit(at(found.columns()[at(entries.indices[e])]), entry_value(entries, e));
  };
  for (std::int64_t row = 0; row < rows.rows(); ++row)
    teacher.row(
        row,
        [&](std::size_t k) {
          const double* const w = state.weights[k].weight.data();
          double sum = 0;
          each(row, [&](std::size_t slot, double x) { sum += w[slot] * x; });
          return sum;
        },
        [&](std::size_t k, double slope) {
          each(row, [&](std::size_t slot, double x) { state.weights[k].learn(teacher.rule(), slot, slope * x); });
        });
}

}  // namespace

void OnlineLearner::State::add_slot() {
  for (Coordinates& of_output : weights) of_output.resize(of_output.size() + 1);
}

OnlineLearner::OnlineLearner(const OnlineConfig& config, const OnlineOptions& options) try
    : state_(std::make_unique<State>()) {
  config.check();
  if (options.device.kind() != Device::Kind::cpu)
    fail<DeviceError>(
        "OnlineLearner: each row waits for the one before, which is work for the CPU alone, and the device is {}. "
        "Hint: Device::cpu(), or fit_linear on {}.",
        options.device.name(), options.device.name());
  state_->config = config;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("OnlineLearner");
}

OnlineLearner::OnlineLearner(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
OnlineLearner::OnlineLearner(OnlineLearner&&) noexcept = default;
OnlineLearner& OnlineLearner::operator=(OnlineLearner&&) noexcept = default;
OnlineLearner::~OnlineLearner() = default;

const OnlineProgress& OnlineLearner::progress() const noexcept { return state_->progress; }
const OnlineConfig& OnlineLearner::config() const noexcept { return state_->config; }

double OnlineLearner::partial_fit(const Dataset& rows) try {
  if (rows.rows() == 0) return 0;
  const Labels labels = labels_of(*state_, rows);
  State first;
  if (!state_->is_begun) first = begun(*state_, rows, labels);
  const State& known = state_->is_begun ? *state_ : first;
  check_online_loss(known.config.loss);
  const std::vector<double> offsets = training_offsets(where, rows, known.config.loss.outputs());
  if (state_->is_begun) known_offsets(where, rows, known.schema);
  FoundColumns found(known, rows);
  if (!state_->is_begun) *state_ = std::move(first);
  found.take(*state_);
  Teacher teacher(*state_, rows, labels.values, offsets);
  state_->is_sparse ? learn_sparse(*state_, rows, found, teacher) : learn_dense(*state_, rows, found, teacher);
  return teacher.weight_sum > 0 ? teacher.loss_sum / teacher.weight_sum : 0;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("OnlineLearner::partial_fit");
}

}  // namespace linden
