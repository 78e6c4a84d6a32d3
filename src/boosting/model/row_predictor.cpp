// Predictions of one row: what the caller gives becomes slots of a RowForest.
#include <algorithm>
#include <cmath>
#include <limits>
#include <linden/row_predictor.hpp>
#include <unordered_map>
#include <utility>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "boosting/model/model.hpp"
#include "boosting/predict/row_forest.hpp"
#include "model/offsets.hpp"

namespace linden {

struct RowPredictor::Data {
  std::shared_ptr<const BoostedModel::State> model;
  std::size_t columns = 0;     ///< that a row has
  std::vector<int> column_of;  ///< by feature of the model
};

namespace {

using State = BoostedModel::State;

constexpr std::size_t most_on_stack = 2 + 2 * 512;

// Calls use(slots) with room for the slots of a row.
template <class Use>
void with_slots(std::size_t count, const Use& use) {
  if (count <= most_on_stack) {
    std::int64_t slots[most_on_stack];
    return use(slots);
  }
  thread_local std::vector<std::int64_t> slots;
  if (slots.size() < count) slots.resize(count);
  use(slots.data());
}

// The columns that trees derive from categories: `used` from the u-th on. `code_of(f)` is that of a feature.
template <class CodeOf>
void set_derived(const State& model, const RowForest& forest, std::int64_t* slots, std::size_t u,
                 const CodeOf& code_of) {
  constexpr std::size_t most_members = 256;
  const TargetStatistics& statistics = model.statistics;
  const std::vector<int>& used = model.forest.used();
  const std::vector<int>& members = statistics.members();
  std::int32_t few[most_members];
  thread_local std::vector<std::int32_t> many;
  if (members.size() > most_members && many.size() < members.size()) many.resize(members.size());
  std::int32_t* const codes = members.size() > most_members ? many.data() : few;
  for (std::size_t m = 0; m < members.size(); ++m) codes[m] = code_of(members[m]);
  std::size_t known = statistics.tables().size();  // the table that `tuple` is of
  std::int32_t tuple = -1;
  for (; u < used.size(); ++u) {
    const auto place = statistics.place(used[u] - static_cast<int>(model.feature_names.size()));
    const std::size_t t = place.table;
    const StatisticsTable& table = statistics.tables()[t];
    if (std::exchange(known, t) != t)
      tuple = table.find([&](std::size_t i) { return codes[statistics.member_places(t)[i]]; });
    forest.set_number(slots, u, table.value(tuple, place.statistic));
  }
}

// The predictions of a row, which `fill(forest, slots, u, f)` writes feature by feature: the u-th that trees read is f.
template <class Fill, class CodeOf>
void predict_one(const char* where, const State& model, std::span<double> out, std::span<const double> offset,
                 const Fill& fill, const CodeOf& code_of) {
  check_row_offset(where, offset.size(), model);
  const RowForest& forest = model.row_forest.of(model.forest);
  const std::vector<int>& used = model.forest.used();
  with_slots(forest.slots(), [&](std::int64_t* slots) {
    RowForest::start(slots);
    std::size_t u = 0;
    for (; u < used.size() && used[u] < static_cast<int>(model.feature_names.size()); ++u)
      fill(forest, slots, u, used[u]);
    if (u < used.size()) set_derived(model, forest, slots, u, code_of);
    for (std::size_t k = 0; k < out.size(); ++k) out[k] = model.initial_score[k] + (offset.empty() ? 0 : offset[k]);
    forest.add(slots, out.data());
  });
  model.config.loss.predict(out);
}

// The code of a category that is given by its name.
std::int32_t code_of_name(const State& model, int f, std::string_view name) {
  const std::vector<std::string>& names = model.categories[static_cast<std::size_t>(f)];
  const auto found = std::lower_bound(names.begin(), names.end(), name);
  return found != names.end() && *found == name ? static_cast<std::int32_t>(found - names.begin()) : unseen_code;
}

// The code of a value of feature f, which has categories.
std::int32_t code_of_value(const char* where, const State& model, int f, const RowValue& value) {
  if (value.is_name()) return code_of_name(model, f, value.name());
  if (!std::isnan(value.number()))
    fail<ArgumentError>("{}: \"{}\" is a column of categories, not of numbers. Hint: give the category's name, \"{}\".",
                        where, model.feature_names[static_cast<std::size_t>(f)], value.number());
  return missing_code;
}

// That of a number that stands for a code.
std::int32_t code_of_number(const State& model, int f, double value) {
  if (!(value >= 0)) return missing_code;
  const bool is_known = value < static_cast<double>(model.categories[static_cast<std::size_t>(f)].size());
  return is_known ? static_cast<std::int32_t>(value) : unseen_code;
}

// Writes a value of feature f, the u-th that trees read.
void set_value(const char* where, const State& model, const RowForest& forest, std::int64_t* slots, std::size_t u,
               int f, const RowValue& value) {
  const std::string& name = model.feature_names[f];
  if (!forest.is_categorical(u)) {
    if (value.is_name())
      fail<ArgumentError>("{}: \"{}\" is a column of numbers, not of names such as \"{}\".", where, name, value.name());
    return forest.set_number(slots, u, value.number());
  }
  forest.set_code(slots, u, code_of_value(where, model, f, value));
}

void check_sizes(const char* where, const char* owner, const char* what, std::size_t values, std::size_t columns,
                 std::size_t out, std::size_t outputs) {
  if (values != columns || out != outputs)
    fail<ArgumentError>("{}: {} values and {} outputs, but the {} has {} {} and {} outputs.", where, values, out, owner,
                        columns, what, outputs);
}

}  // namespace

void BoostedModel::predict_row(std::span<const double> values, std::span<double> out,
                               std::span<const double> offset) const try {
  constexpr const char* where = "BoostedModel::predict_row";
  const State& s = known("predict_row");
  check_sizes(where, "model", "features", values.size(), s.feature_names.size(), out.size(), s.initial_score.size());
  predict_one(
      where, s, out, offset,
      [&](const RowForest& forest, std::int64_t* slots, std::size_t u, int f) {
        forest.is_categorical(u) ? forest.set_code(slots, u, values[f]) : forest.set_number(slots, u, values[f]);
      },
      [&](int f) { return code_of_number(s, f, values[f]); });
} catch (const std::bad_alloc&) {
  fail_out_of_memory("BoostedModel::predict_row");
}

void BoostedModel::predict_row(std::span<const RowValue> values, std::span<double> out,
                               std::span<const double> offset) const try {
  constexpr const char* where = "BoostedModel::predict_row";
  const State& s = known("predict_row");
  check_sizes(where, "model", "features", values.size(), s.feature_names.size(), out.size(), s.initial_score.size());
  predict_one(
      where, s, out, offset,
      [&](const RowForest& forest, std::int64_t* slots, std::size_t u, int f) {
        set_value(where, s, forest, slots, u, f, values[f]);
      },
      [&](int f) { return code_of_value(where, s, f, values[f]); });
} catch (const std::bad_alloc&) {
  fail_out_of_memory("BoostedModel::predict_row");
}

RowPredictor BoostedModel::row_predictor(const std::vector<std::string>& columns) const try {
  constexpr const char* where = "BoostedModel::row_predictor";
  const State& s = known("row_predictor");
  std::unordered_map<std::string_view, int> places;
  for (std::size_t c = 0; c < columns.size(); ++c)
    if (!places.emplace(columns[c], static_cast<int>(c)).second)
      fail<ArgumentError>("{}: column \"{}\" stands there twice.", where, columns[c]);
  for (const std::string& name : s.feature_names)
    if (!places.contains(name))
      fail<DataError>("{}: no column \"{}\", which the model was trained on. {}Columns: {}.", where, name,
                      did_you_mean(name, columns), listing(columns));
  auto data = std::make_shared<RowPredictor::Data>();
  data->model = state_;
  data->columns = columns.size();
  for (const std::string& name : s.feature_names) data->column_of.push_back(places.at(name));
  s.row_forest.of(s.forest);  // now, so that no prediction has to
  return RowPredictor(std::move(data));
} catch (const std::bad_alloc&) {
  fail_out_of_memory("BoostedModel::row_predictor");
}

RowPredictor::RowPredictor() noexcept = default;
RowPredictor::RowPredictor(std::shared_ptr<const Data> data) noexcept : data_(std::move(data)) {}

int RowPredictor::outputs() const {
  if (empty()) fail<ArgumentError>("RowPredictor::outputs: the predictor is empty. Hint: BoostedModel::row_predictor.");
  return data_->model->outputs();
}

void RowPredictor::predict(std::span<const RowValue> values, std::span<double> out,
                           std::span<const double> offset) const try {
  constexpr const char* where = "RowPredictor::predict";
  if (empty()) fail<ArgumentError>("{}: the predictor is empty. Hint: BoostedModel::row_predictor makes one.", where);
  const State& s = *data_->model;
  check_sizes(where, "predictor", "columns", values.size(), data_->columns, out.size(), s.initial_score.size());
  const auto value_of = [&](int f) -> const RowValue& { return values[data_->column_of[f]]; };
  predict_one(
      where, s, out, offset,
      [&](const RowForest& forest, std::int64_t* slots, std::size_t u, int f) {
        set_value(where, s, forest, slots, u, f, value_of(f));
      },
      [&](int f) { return code_of_value(where, s, f, value_of(f)); });
} catch (const std::bad_alloc&) {
  fail_out_of_memory("RowPredictor::predict");
}

double RowPredictor::operator()(std::span<const RowValue> values) const {
  double prediction = 0;
  predict(values, {&prediction, 1});
  return prediction;
}

}  // namespace linden
