// Dataset: the handle, and the ways to make one from memory.
#include <algorithm>
#include <utility>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "data/dataset/columns_with_entries.hpp"
#include "data/dataset/builder.hpp"
#include "data/dataset/checks.hpp"
#include "data/dataset/events.hpp"
#include "tensor/read_only.hpp"

namespace linden {
namespace {

// What all ways from memory share: what is known of rows beside their features, checked. (They are copies already.)
void add_options(DatasetBuilder::State& state, const RowOptions& options) {
  if (!options.label.empty()) check_label(options.label.values(), state.rows);
  if (!options.event.empty()) check_event(options.event.values(), options.label.values(), state.rows);
  if (!options.weight.empty()) check_weight(options.weight.values(), state.rows);
  if (!options.groups.empty()) check_groups(options.groups.starts(), state.rows);
  if (!options.offset.empty()) check_offset(options.offset.values(), state.rows);
  state.has_event = !options.event.empty();
  state.label = state.has_event ? signed_times(options.label.values(), options.event.values()) : options.label.values();
  state.weight = options.weight.values();
  state.groups = options.groups.starts();
  state.offset = options.offset.values();
}

// A copy whose columns lie as those of the original do: side by side or one after another.
Tensor copy_of_matrix(const Tensor& values) {
  const bool by_columns = values.strides()[0] < values.strides()[1];
  return by_columns ? values.transpose(0, 1).clone().transpose(0, 1) : values.clone();
}

// Names of features that have none. Where there are far more of them than entries, those without one are left out.
void name_features(SparseRows& sparse, int features) {
  if (!leaves_out_columns(features, sparse.columns.elements(), width_asked)) {
    sparse.names = checked_names({}, features);
    return;
  }
  const std::span<const std::int32_t> columns = std::as_const(sparse.columns).span<const std::int32_t>();
  std::vector<std::int32_t> kept = columns_with_entries({&columns, 1}, features);
  if (kept.empty()) kept.push_back(0);  // there is at least one feature
  Tensor places = Tensor::empty({sparse.columns.elements()}, DType::i32);
  std::ranges::transform(columns, places.data<std::int32_t>(), [&](std::int32_t column) {
    return static_cast<std::int32_t>(std::ranges::lower_bound(kept, column) - kept.begin());
  });
  sparse.columns = places;
  for (const std::int32_t column : kept) sparse.names.push_back(number_name(column));
}

// An f64 tensor [rows] of from_named, or [rows, K]; empty stays empty.
Tensor checked_numbers(const char* what, const Tensor& values, bool may_have_columns) {
  if (values.elements() == 0 && values.rank() == 1) return {};
  check_host(fmt::format("{} is", what), values);
  if (values.dtype() != DType::f64 || !(values.rank() == 1 || (may_have_columns && values.rank() == 2)))
    fail<ArgumentError>("Dataset: {} is {} of shape {}, but must be f64 of shape [rows]{}.", what,
                        name_of(values.dtype()), values.shape().text(), may_have_columns ? " or [rows, K]" : "");
  if (values.rank() == 2 && values.size(0) > 0 && values.size(1) == 0)
    fail<ArgumentError>("Dataset: {} has shape {}, none a row. Hint: an empty tensor where there is none.", what,
                        values.shape().text());
  return (values.rank() == 2 && values.size(1) == 1 ? values.select(1, 0) : values).contiguous();
}

// Of sparse rows that are tensors.
void check_part(const char* name, const Tensor& part, DType wanted, const char* shape) {
  if (part.dtype() != wanted || part.rank() != 1)
    fail<ArgumentError>(
        "Dataset::from_sparse: {} is {} of shape {}, but must be {} of shape {}. Hint: cast({}, DType::{}).", name,
        name_of(part.dtype()), part.shape().text(), name_of(wanted), shape, name, name_of(wanted));
}

}  // namespace

Dataset DatasetBuilder::make(State state) {
  for (Tensor* tensor : {&state.label, &state.weight, &state.groups, &state.offset, &state.sparse.offsets,
                         &state.sparse.columns, &state.sparse.values})
    *tensor = read_only(*tensor);
  for (Column& column : state.columns) column.values = read_only(column.values);
  return Dataset(std::make_shared<const State>(std::move(state)));
}

// A handle without an owner: no memory is asked for, and none can be missing.
Dataset::Dataset() noexcept {
  static const State nothing;
  state_ = std::shared_ptr<const State>(std::shared_ptr<const void>(), &nothing);
}
Dataset::Dataset(Dataset&& other) noexcept : Dataset() { state_.swap(other.state_); }
Dataset& Dataset::operator=(Dataset&& other) noexcept {
  if (this != &other) state_ = std::exchange(other.state_, Dataset().state_);
  return *this;
}
Dataset::Dataset(std::shared_ptr<const State> state) noexcept : state_(std::move(state)) {}

Shape Dataset::grid(std::size_t values, int features) {
  if (features < 1) fail<ArgumentError>("Dataset: {} features; there must be at least one.", features);
  if (values % static_cast<std::size_t>(features) != 0)
    fail<ArgumentError>("Dataset: {} values are no whole number of rows of {} features.", values, features);
  return {static_cast<std::int64_t>(values) / features, features};
}

Dataset Dataset::from_matrix(const Tensor& values, const RowOptions& options) try {
  State state;
  state.rows = values.size(0);
  const std::vector<std::string> names = checked_names(options.names.span(), values.size(1));
  check_features(values, names);
  add_options(state, options);
  for (std::int64_t f = 0; f < values.size(1); ++f)
    state.columns.push_back({names[static_cast<std::size_t>(f)], values.select(1, f)});
  return DatasetBuilder::make(std::move(state));
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Dataset");
}

Dataset Dataset::from_tensors(const Tensor& values, const RowOptions& options) try {
  if (values.rank() != 2)
    fail<ArgumentError>("Dataset: features have shape {}, but must be [rows, features].", values.shape().text());
  check_host("features are", values);
  return from_matrix(options.refer || options.owner ? values.detach() : copy_of_matrix(values.detach()), options);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Dataset::from_tensors");
}

Dataset Dataset::from_compressed(const Tensor& offsets, const Tensor& columns, const Tensor& values, int features,
                                 const RowOptions& options) try {
  if (features < 1) fail<ArgumentError>("Dataset: {} features; there must be at least one.", features);
  State state;
  state.is_sparse = true;
  state.sparse = {{}, offsets, columns, values};
  if (!options.names.empty()) state.sparse.names = checked_names(options.names.span(), features);
  check_entries(state.sparse, features);
  if (options.names.empty()) name_features(state.sparse, features);
  check_values(state.sparse);
  state.rows = offsets.elements() - 1;
  add_options(state, options);
  return DatasetBuilder::make(std::move(state));
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Dataset::from_sparse");
}

Dataset Dataset::from_sparse(const Tensor& offsets, const Tensor& columns, const Tensor& values, int features,
                             const RowOptions& options) try {
  for (const Tensor* part : {&offsets, &columns, &values}) check_host("sparse features are", *part);
  check_part("offsets", offsets, DType::i64, "[rows + 1]");
  check_part("columns", columns, DType::i32, "[entries]");
  check_part("values", values, values.dtype() == DType::f32 ? DType::f32 : DType::f64, "[entries]");
  if (options.refer || options.owner) return from_compressed(offsets, columns, values.detach(), features, options);
  return from_compressed(offsets.clone(), columns.clone(), values.detach().clone(), features, options);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Dataset::from_sparse");
}

Dataset Dataset::from_named(std::vector<Column> columns, Tensor label, Tensor weight,
                            std::vector<std::string> classes) try {
  State state;
  state.label = checked_numbers("the label", label, true);
  state.weight = checked_numbers("the weight", weight, false);
  state.rows = columns.empty() ? state.label.size(0) : columns[0].values.elements();
  std::vector<std::string> names;
  for (const Column& column : columns) names.push_back(column.name);
  checked_names(names, static_cast<std::int64_t>(names.size()));
  for (const Column& column : columns) check_column(column, state.rows);
  const bool has_label = state.label.elements() > 0;
  if (has_label) check_label(state.label, state.rows);
  if (state.weight.elements() > 0) check_weight(state.weight, state.rows);
  if (!classes.empty()) check_classes(state.label, classes);
  state.classes = std::move(classes);
  state.columns = std::move(columns);
  return DatasetBuilder::make(std::move(state));
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Dataset::from_named");
}

std::int64_t Dataset::rows() const noexcept { return state_->rows; }

int Dataset::features() const noexcept {
  return static_cast<int>(is_sparse() ? state_->sparse.names.size() : state_->columns.size());
}

std::vector<std::string> Dataset::feature_names() const try {
  if (is_sparse()) return state_->sparse.names;
  std::vector<std::string> names;
  for (const Column& column : state_->columns) names.push_back(column.name);
  return names;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Dataset::feature_names");
}

const std::string& Dataset::label_name() const& noexcept {
  static const std::string none;
  return state_->label_names.empty() ? none : state_->label_names.front();
}
const std::vector<std::string>& Dataset::label_names() const& noexcept { return state_->label_names; }
bool Dataset::is_sparse() const noexcept { return state_->is_sparse; }
const std::vector<Column>& Dataset::columns() const& noexcept { return state_->columns; }

const Column& Dataset::column(std::string_view name) const& try {
  const auto place = std::ranges::find(state_->columns, name, &Column::name);
  if (place != state_->columns.end()) return *place;
  const std::vector<std::string> names = feature_names();
  fail<ArgumentError>("Dataset::column: no column \"{}\"{}. {}Columns: {}.", name,
                      is_sparse() ? " in compressed rows" : "", did_you_mean(name, names), listing(names));
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Dataset::column");
}

const SparseRows& Dataset::sparse() const& noexcept { return state_->sparse; }
bool Dataset::has_label() const noexcept { return state_->label.elements() > 0; }
const Tensor& Dataset::label() const& noexcept { return state_->label; }
const std::vector<std::string>& Dataset::classes() const& noexcept { return state_->classes; }
const Tensor& Dataset::weight() const& noexcept { return state_->weight; }
bool Dataset::has_event() const noexcept { return state_->has_event && has_label(); }
bool Dataset::has_groups() const noexcept { return state_->groups.elements() > 0; }
const Tensor& Dataset::groups() const& noexcept { return state_->groups; }
bool Dataset::has_offset() const noexcept { return state_->offset.elements() > 0; }
const Tensor& Dataset::offset() const& noexcept { return state_->offset; }

Schema Dataset::schema() const try {
  Schema schema;
  if (state_->is_sparse)
    for (const std::string& name : state_->sparse.names) schema.features.push_back({name, false, {}});
  for (const Column& column : state_->columns)
    schema.features.push_back({column.name, column.categorical, column.categories});
  schema.label_names = state_->label_names;
  schema.event_name = state_->event_name;
  schema.group_name = state_->group_name;
  schema.offset_names = state_->offset_names;
  schema.classes = state_->classes;
  schema.missing = state_->missing;
  schema.only_missing = state_->only_missing;
  return schema;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Dataset::schema");
}

std::string Dataset::where(std::int64_t row) const try {
  if (row < 0 || row >= state_->rows)
    fail<ArgumentError>("Dataset::where: row {} is out of range; there are {} rows.", row, state_->rows);
  return state_->origin ? (*state_->origin)(row) : fmt::format("row {}", row);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Dataset::where");
}

const std::vector<std::string>& Dataset::remarks() const& noexcept { return state_->remarks; }

}  // namespace linden
