// A dataset with a part of it changed: the rest is shared.
#include <algorithm>
#include <cmath>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "data/dataset/builder.hpp"
#include "data/dataset/checks.hpp"
#include "data/dataset/events.hpp"

namespace linden {
namespace {

// Texts as codes of their sorted, distinct values. With `empty_is_missing` "" has code -1 and is no value.
struct Coded {
  Tensor codes;  // [rows] i32
  std::vector<std::string> values;
};

Coded coded(const NameList& texts, bool empty_is_missing) {
  Coded result{Tensor::empty({static_cast<std::int64_t>(texts.size())}, DType::i32), {texts.begin(), texts.end()}};
  std::ranges::sort(result.values);
  result.values.erase(std::unique(result.values.begin(), result.values.end()), result.values.end());
  if (empty_is_missing && !result.values.empty() && result.values[0].empty())
    result.values.erase(result.values.begin());
  std::ranges::transform(texts, result.codes.data<std::int32_t>(), [&](const std::string& text) {
    const auto place = std::ranges::lower_bound(result.values, text);
    return place != result.values.end() && *place == text ? static_cast<std::int32_t>(place - result.values.begin())
                                                          : -1;
  });
  return result;
}

// Entries of the columns that stay, under their new numbers.
SparseRows without_columns(const SparseRows& sparse, const std::vector<bool>& dropped) {
  SparseRows kept;
  std::vector<std::int32_t> numbers;
  for (std::size_t f = 0; f < dropped.size(); ++f) {
    numbers.push_back(dropped[f] ? -1 : static_cast<std::int32_t>(kept.names.size()));
    if (!dropped[f]) kept.names.push_back(sparse.names[f]);
  }
  const auto offsets = sparse.offsets.span<const std::int64_t>();
  const auto columns = sparse.columns.span<const std::int32_t>();
  std::vector<std::int64_t> new_offsets{0}, entries;
  std::vector<std::int32_t> new_columns;
  for (std::size_t r = 0; r + 1 < offsets.size(); ++r) {
    for (std::int64_t e = offsets[r]; e < offsets[r + 1]; ++e) {
      const std::int32_t number = numbers[static_cast<std::size_t>(columns[static_cast<std::size_t>(e)])];
      if (number < 0) continue;
      new_columns.push_back(number);
      entries.push_back(e);
    }
    new_offsets.push_back(static_cast<std::int64_t>(entries.size()));
  }
  const auto count = static_cast<std::int64_t>(entries.size());
  kept.offsets =
      Tensor::copy_of(std::span<const std::int64_t>(new_offsets), {static_cast<std::int64_t>(new_offsets.size())});
  kept.columns = Tensor::copy_of(std::span<const std::int32_t>(new_columns), {count});
  kept.values = Tensor::empty({count}, sparse.values.dtype());
  const auto copy = [&]<class T>(T* to) {
    for (const std::int64_t e : entries) *to++ = sparse.values.data<const T>()[e];
  };
  sparse.values.dtype() == DType::f32 ? copy(kept.values.data<float>()) : copy(kept.values.data<double>());
  return kept;
}

Dataset checked(DatasetBuilder::State state) {
  check_roles(state);
  return DatasetBuilder::make(std::move(state));
}

}  // namespace

void check_roles(const DatasetBuilder::State& state) {
  std::vector<std::pair<std::string_view, const char*>> roles;
  const auto add = [&](const std::string& name, const char* role) {
    for (const auto& [other, earlier] : roles)
      if (name == other)
        fail<ArgumentError>("Dataset: column \"{}\" cannot be {} and {}. Hint: another name for one of them.", name,
                            earlier, role);
    if (!name.empty()) roles.emplace_back(name, role);
  };
  for (const std::string& name : state.label_names) add(name, "the label");
  add(state.event_name, "the event");
  add(state.group_name, "the group");
  for (const std::string& name : state.offset_names) add(name, "the offset");
  const auto check = [&](const std::string& feature) {
    for (const auto& [name, role] : roles)
      if (feature == name)
        fail<ArgumentError>(
            "Dataset: column \"{}\" cannot be a feature and {}. Hint: another name, or first without(\"{}\").", name,
            role, name);
  };
  for (const std::string& name : state.sparse.names) check(name);
  for (const Column& column : state.columns) check(column.name);
}

Dataset Dataset::with_label(const NumberList& label, const NameList& names) const try {
  State state = *state_;
  if (features() == 0 && state.rows == 0) state.rows = label.values().size(0);
  check_label(label.values(), state.rows);
  state.label = label.values();
  state.classes.clear();
  state.has_event = false;
  state.event_name.clear();
  state.trials_name.clear();
  state.label_names = checked_names("label", names.span(), state.label);
  return checked(std::move(state));
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Dataset::with_label");
}

Dataset Dataset::with_label(const NameList& label, std::string name) const try {
  Coded classes = coded(label, false);
  const Dataset labelled = with_label(NumberList(classes.codes), name);
  State state = *labelled.state_;
  state.classes = std::move(classes.values);
  return checked(std::move(state));
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Dataset::with_label");
}

Dataset Dataset::with_event(const NumberList& event, std::string name) const try {
  State state = *state_;
  if (!state.classes.empty())
    fail<ArgumentError>("Dataset: the label is text, and events go with times. Hint: with_label(times) first.");
  Tensor times = state.label;
  if (state.has_event) {
    times = state.label.clone();
    for (double& time : times.span<double>()) time = std::abs(time);
  }
  check_event(event.values(), times, state.rows);
  state.label = signed_times(times, event.values());
  state.has_event = true;
  state.event_name = std::move(name);
  return checked(std::move(state));
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Dataset::with_event");
}

Dataset Dataset::with_weight(const NumberList& weight) const try {
  if (!weight.empty()) check_weight(weight.values(), state_->rows);
  State state = *state_;
  state.weight = weight.values();
  state.weight_name.clear();
  return checked(std::move(state));
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Dataset::with_weight");
}

Dataset Dataset::with_groups(const GroupList& groups, std::string name) const try {
  if (!groups.empty()) check_groups(groups.starts(), state_->rows);
  State state = *state_;
  state.groups = groups.starts();
  state.group_name = groups.empty() ? "" : std::move(name);
  return checked(std::move(state));
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Dataset::with_groups");
}

Dataset Dataset::with_offset(const NumberList& offset, const NameList& names) const try {
  if (!offset.empty()) check_offset(offset.values(), state_->rows);
  State state = *state_;
  state.offset = offset.values();
  state.offset_names = checked_names("offset", names.span(), state.offset);
  return checked(std::move(state));
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Dataset::with_offset");
}

Dataset Dataset::with_column(Column column) const try {
  if (state_->is_sparse)
    fail<ArgumentError>(
        "Dataset::with_column: the dataset holds compressed rows, which have no columns of their own. Hint: "
        "make a dense one of matrix().");
  State state = *state_;
  if (state.columns.empty() && state.rows == 0) state.rows = column.values.elements();
  check_column(column, state.rows);
  state.slips.erase(column.name);
  const auto place = std::ranges::find(state.columns, column.name, &Column::name);
  if (place == state.columns.end())
    state.columns.push_back(std::move(column));
  else
    *place = std::move(column);
  return checked(std::move(state));
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Dataset::with_column");
}

Dataset Dataset::with_column(std::string name, const NumberList& values) const try {
  return with_column(Column{.name = std::move(name), .values = values.values()});
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Dataset::with_column");
}

Dataset Dataset::with_column(std::string name, const NameList& values) const try {
  Coded categories = coded(values, true);
  return with_column({std::move(name), std::move(categories.codes), true, std::move(categories.values)});
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Dataset::with_column");
}

Dataset Dataset::without(const NameList& names) const try {
  const std::vector<std::string> all = feature_names();
  std::vector<bool> dropped(all.size());
  for (const std::string& name : names) {
    const auto place = std::ranges::find(all, name);
    if (place == all.end())
      fail<ArgumentError>("Dataset::without: no column \"{}\". {}Columns: {}.", name, did_you_mean(name, all),
                          listing(all));
    dropped[static_cast<std::size_t>(place - all.begin())] = true;
  }
  State state = *state_;
  if (state.is_sparse) {
    state.sparse = without_columns(state_->sparse, dropped);
  } else {
    state.columns.clear();
    for (std::size_t c = 0; c < dropped.size(); ++c)
      if (!dropped[c]) state.columns.push_back(state_->columns[c]);
  }
  for (const std::string& name : names) state.slips.erase(name);
  return DatasetBuilder::make(std::move(state));
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Dataset::without");
}

}  // namespace linden
