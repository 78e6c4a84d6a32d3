// Dataset::concat: the rows of several datasets, one below the other.
#include <algorithm>
#include <iterator>
#include <set>
#include <unordered_map>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "data/dataset/builder.hpp"

namespace linden {
namespace {

// The parts that have rows: without any there is no label, and nothing to join.
class Parts {
 public:
  explicit Parts(std::span<const Dataset> all) {
    for (std::size_t p = 0; p < all.size(); ++p)
      if (all[p].rows() > 0) {
        parts_.push_back(all[p]);
        numbers_.push_back(p);
      }
  }

  std::size_t size() const noexcept { return parts_.size(); }
  const Dataset& operator[](std::size_t p) const noexcept { return parts_[p]; }
  auto begin() const noexcept { return parts_.begin(); }
  auto end() const noexcept { return parts_.end(); }
  /// For messages, by its place among all: "part 2", or, of rows that are known to come of a file, "part 2 (from
  /// b.csv:2 on)".
  std::string name(std::size_t p) const {
    const bool has_places = DatasetBuilder::state(parts_[p]).origin != nullptr;
    return fmt::format("part {}{}", numbers_[p], has_places ? fmt::format(" (from {} on)", parts_[p].where(0)) : "");
  }

 private:
  std::vector<Dataset> parts_;
  std::vector<std::size_t> numbers_;
};

// All names of several sorted lists, sorted.
std::vector<std::string> joined(const std::vector<const std::vector<std::string>*>& lists) {
  std::set<std::string> all;
  for (const auto* list : lists) all.insert(list->begin(), list->end());
  return {all.begin(), all.end()};
}

std::int32_t code_in(const std::vector<std::string>& names, const std::string& name) {
  return static_cast<std::int32_t>(std::ranges::lower_bound(names, name) - names.begin());
}

// Vectors below each other: f32 when all are, else f64.
Tensor joined_numbers(const std::vector<Tensor>& parts) {
  std::int64_t rows = 0;
  bool narrow = true;
  for (const Tensor& part : parts) rows += part.elements(), narrow = narrow && part.dtype() == DType::f32;
  Tensor all = Tensor::empty({rows}, narrow ? DType::f32 : DType::f64);
  const auto fill = [&](auto* to) {
    using T = std::remove_pointer_t<decltype(to)>;
    for (const Tensor& part : parts) {
      const auto copy = [&](const auto* from) {
        for (std::int64_t r = 0; r < part.elements(); ++r) *to++ = static_cast<T>(from[r * part.strides()[0]]);
      };
      part.dtype() == DType::f32 ? copy(part.data<const float>()) : copy(part.data<const double>());
    }
  };
  narrow ? fill(all.data<float>()) : fill(all.data<double>());
  return all;
}

Column joined_categories(const std::vector<const Column*>& parts) {
  std::vector<const std::vector<std::string>*> lists;
  std::int64_t rows = 0;
  for (const Column* part : parts) lists.push_back(&part->categories), rows += part->values.elements();
  Column all{parts[0]->name, Tensor::empty({rows}, DType::i32), true, joined(lists)};
  auto* to = all.values.data<std::int32_t>();
  for (const Column* part : parts) {
    std::vector<std::int32_t> codes;
    for (const std::string& name : part->categories) codes.push_back(code_in(all.categories, name));
    const auto* const from = part->values.data<const std::int32_t>();
    for (std::int64_t r = 0; r < part->values.elements(); ++r) {
      const std::int32_t code = from[r * part->values.strides()[0]];
      *to++ = code < 0 ? -1 : codes[static_cast<std::size_t>(code)];
    }
  }
  return all;
}

Column joined_column(const Column& first, const Parts& datasets) {
  std::vector<const Column*> parts;
  std::vector<Tensor> numbers;
  for (const Dataset& data : datasets) {
    const Column& part = data.column(first.name);
    if (part.categorical != first.categorical)
      fail<ArgumentError>("Dataset::concat: column \"{}\" holds {} in {} and {} in {}.", first.name,
                          first.categorical ? "categories" : "numbers", datasets.name(0),
                          part.categorical ? "categories" : "numbers", datasets.name(parts.size()));
    parts.push_back(&part);
    numbers.push_back(part.values);
  }
  if (first.categorical) return joined_categories(parts);
  return {first.name, joined_numbers(numbers), false, {}};
}

// Brings the columns of each row of `part`, renumbered here, into ascending order. Returns their values in that order.
Tensor ascending(std::span<std::int32_t> columns, const SparseRows& part) {
  const auto offsets = part.offsets.span<const std::int64_t>();
  Tensor sorted = Tensor::empty({part.values.elements()}, part.values.dtype());
  const auto sort = [&]<class T>(T* to) {
    const T* const from = part.values.data<const T>();
    std::vector<std::pair<std::int32_t, T>> row;
    for (std::size_t r = 0; r + 1 < offsets.size(); ++r) {
      row.clear();
      for (std::int64_t e = offsets[r]; e < offsets[r + 1]; ++e)
        row.emplace_back(columns[static_cast<std::size_t>(e)], from[e]);
      std::ranges::sort(row, {}, &std::pair<std::int32_t, T>::first);
      for (std::size_t i = 0; i < row.size(); ++i) {
        const auto e = static_cast<std::size_t>(offsets[r]) + i;
        columns[e] = row[i].first;
        to[e] = row[i].second;
      }
    }
  };
  part.values.dtype() == DType::f32 ? sort(sorted.data<float>()) : sort(sorted.data<double>());
  return sorted;
}

// The columns of all, numbered as they are met, and for each part the numbers of its own.
struct SparseColumns {
  std::vector<std::string> names;
  std::vector<std::vector<std::int32_t>> numbers;
};

// Throws where a part with entries has no column of those before it.
SparseColumns joined_columns(const Parts& datasets) {
  SparseColumns all;
  std::unordered_map<std::string, std::int32_t> places;
  for (std::size_t p = 0; p < datasets.size(); ++p) {
    const SparseRows& part = datasets[p].sparse();
    const std::size_t known = all.names.size();
    std::vector<std::int32_t> numbers;
    bool shares = p == 0 || known == 0 || part.columns.elements() == 0;
    for (const std::string& name : part.names) {
      const auto [place, is_new] = places.emplace(name, static_cast<std::int32_t>(all.names.size()));
      if (is_new) all.names.push_back(name);
      shares = shares || static_cast<std::size_t>(place->second) < known;
      numbers.push_back(place->second);
    }
    if (!shares)
      fail<ArgumentError>("Dataset::concat: {} has no column of those before it. Columns: {}. Columns before: {}.",
                          datasets.name(p), listing(part.names), listing(std::span(all.names).first(known)));
    all.numbers.push_back(std::move(numbers));
  }
  return all;
}

SparseRows joined_sparse(const Parts& datasets) {
  SparseColumns all = joined_columns(datasets);
  std::vector<std::int64_t> offsets{0};
  std::vector<std::int32_t> columns;
  std::vector<Tensor> values;
  for (std::size_t p = 0; p < datasets.size(); ++p) {
    const SparseRows& part = datasets[p].sparse();
    const std::vector<std::int32_t>& number = all.numbers[p];
    const std::int64_t before = offsets.back();
    const auto part_offsets = part.offsets.span<const std::int64_t>();
    const auto more = part.columns.span<const std::int32_t>();
    for (const std::int32_t column : more) columns.push_back(number[static_cast<std::size_t>(column)]);
    for (const std::int64_t offset : part_offsets.subspan(1)) offsets.push_back(before + offset);
    values.push_back(part.values);
    if (std::ranges::is_sorted(number)) continue;
    values.back() = ascending(std::span(columns).subspan(static_cast<std::size_t>(before)), part);
  }
  return {std::move(all.names),
          Tensor::copy_of(std::span<const std::int64_t>(offsets), {static_cast<std::int64_t>(offsets.size())}),
          Tensor::copy_of(std::span<const std::int32_t>(columns), {static_cast<std::int64_t>(columns.size())}),
          joined_numbers(values)};
}

void check_features(const Parts& parts) {
  const std::vector<std::string> names = parts[0].feature_names();
  const std::set<std::string> wanted(names.begin(), names.end());
  for (std::size_t p = 1; p < parts.size(); ++p) {
    if (parts[p].is_sparse() != parts[0].is_sparse())
      fail<ArgumentError>("Dataset::concat: {} is {} and {} is not.", parts.name(0),
                          parts[0].is_sparse() ? "sparse" : "dense", parts.name(p));
    if (parts[p].is_sparse()) continue;
    const std::vector<std::string> found = parts[p].feature_names();
    for (const std::string& name : found)
      if (!wanted.contains(name))
        fail<ArgumentError>("Dataset::concat: {} has a column \"{}\" that {} does not have. {}Columns: {}.",
                            parts.name(p), name, parts.name(0), did_you_mean(name, names), listing(names));
    const std::set<std::string> have(found.begin(), found.end());
    for (const std::string& name : names)
      if (!have.contains(name))
        fail<ArgumentError>("Dataset::concat: {} has no column \"{}\". {}Columns: {}.", parts.name(p), name,
                            did_you_mean(name, found), listing(found));
  }
}

// Contiguous f64 [rows] or [rows, K] below each other.
Tensor joined_rows(const std::vector<Tensor>& parts) {
  std::vector<Tensor> flat;
  for (const Tensor& part : parts) flat.push_back(part.reshape({part.elements()}));
  const Tensor all = joined_numbers(flat);
  return parts[0].rank() == 1 ? all : all.reshape({all.elements() / parts[0].size(1), parts[0].size(1)});
}

// "3 labels a row", "no groups".
std::string said(const Tensor& values, const char* what) {
  if (values.elements() == 0) return fmt::format("no {}", what);
  return values.rank() == 2 ? fmt::format("{} {}s a row", values.size(1), what) : fmt::format("one {} a row", what);
}

// Throws unless all parts have as many of these a row, or none.
void want_alike(const Parts& parts, const char* what, const Tensor& (*of)(const Dataset&)) {
  for (std::size_t p = 1; p < parts.size(); ++p)
    if (said(of(parts[p]), what) != said(of(parts[0]), what))
      fail<ArgumentError>("Dataset::concat: {} has {}, {} has {}.", parts.name(p), said(of(parts[p]), what),
                          parts.name(0), said(of(parts[0]), what));
}

// Columns that have names are put below those of the same names: their order is not for concat to change.
void want_names(const Parts& parts, const char* what, const std::vector<std::string>& (*of)(const Dataset&)) {
  for (std::size_t p = 1; p < parts.size(); ++p)
    if (!of(parts[0]).empty() && !of(parts[p]).empty() && of(parts[p]) != of(parts[0]))
      fail<ArgumentError>(
          "Dataset::concat: {0} has the {1} {2}, {3} has {4}. Hint: name them alike, and in one order, by with_{1}.",
          parts.name(p), what, listing(of(parts[p])), parts.name(0), listing(of(parts[0])));
}

void join_offsets(const Parts& parts, DatasetBuilder::State& state) {
  want_alike(parts, "offset", [](const Dataset& part) -> const Tensor& { return part.offset(); });
  want_names(parts, "offset", [](const Dataset& part) -> const std::vector<std::string>& {
    return DatasetBuilder::state(part).offset_names;
  });
  std::vector<Tensor> offsets;
  for (const Dataset& part : parts) offsets.push_back(part.offset());
  if (parts[0].has_offset()) state.offset = joined_rows(offsets);
}

void join_groups(const Parts& parts, DatasetBuilder::State& state) {
  std::vector<std::int64_t> starts{0};
  for (std::size_t p = 0; p < parts.size(); ++p) {
    if (parts[p].has_groups() != parts[0].has_groups())
      fail<ArgumentError>("Dataset::concat: {} has {} groups, {} has {}.", parts.name(p),
                          parts[p].has_groups() ? "its" : "no", parts.name(0), parts[0].has_groups() ? "some" : "none");
    const std::int64_t before = starts.back();
    if (parts[p].has_groups())
      for (const std::int64_t start : parts[p].groups().span<const std::int64_t>().subspan(1))
        starts.push_back(before + start);
  }
  if (parts[0].has_groups())
    state.groups = Tensor::copy_of(std::span<const std::int64_t>(starts), {static_cast<std::int64_t>(starts.size())});
}

// The labels of all, and their classes when they are classes.
void join_labels(const Parts& parts, DatasetBuilder::State& state) {
  std::vector<const std::vector<std::string>*> lists;
  for (std::size_t p = 0; p < parts.size(); ++p) {
    if (parts[p].has_label() != parts[0].has_label())
      fail<ArgumentError>("Dataset::concat: {} has {} label, {} has {}.", parts.name(p),
                          parts[p].has_label() ? "a" : "no", parts.name(0), parts[0].has_label() ? "one" : "none");
    if (parts[p].classes().empty() != parts[0].classes().empty())
      fail<ArgumentError>("Dataset::concat: the label is text in {} and numbers in {}.",
                          parts.name(parts[0].classes().empty() ? p : 0),
                          parts.name(parts[0].classes().empty() ? 0 : p));
    lists.push_back(&parts[p].classes());
  }
  for (std::size_t p = 1; p < parts.size(); ++p)
    if (parts[p].has_event() != parts[0].has_event())
      fail<ArgumentError>("Dataset::concat: {} has {} events, {} has {}.", parts.name(p),
                          parts[p].has_event() ? "its" : "no", parts.name(0), parts[0].has_event() ? "some" : "none");
  want_alike(parts, "label", [](const Dataset& part) -> const Tensor& { return part.label(); });
  want_names(parts, "label", [](const Dataset& part) -> const std::vector<std::string>& { return part.label_names(); });
  if (!parts[0].has_label()) return;
  state.classes = joined(lists);
  std::vector<Tensor> labels;
  for (const Dataset& part : parts) {
    labels.push_back(part.label().clone());
    if (!state.classes.empty())
      for (double& label : labels.back().span<double>())
        label = code_in(state.classes, part.classes()[static_cast<std::size_t>(label)]);
  }
  state.label = joined_rows(labels);
}

void join_weights(const Parts& parts, DatasetBuilder::State& state) {
  if (std::ranges::all_of(parts, [](const Dataset& part) { return part.weight().elements() == 0; })) return;
  std::vector<Tensor> weights;
  for (const Dataset& part : parts)
    weights.push_back(part.weight().elements() == 0 ? Tensor::ones({part.rows()}) : part.weight());
  state.weight = joined_numbers(weights);
}

// Rows of the parts keep their places; those of a part from memory are counted in the whole.
SharedOrigin joined_origin(const Parts& parts) {
  std::vector<std::pair<std::int64_t, SharedOrigin>> origins;
  std::int64_t rows = 0;
  bool any = false;
  for (const Dataset& part : parts) {
    origins.emplace_back(rows, DatasetBuilder::state(part).origin);
    any = any || origins.back().second != nullptr;
    rows += part.rows();
  }
  if (!any) return nullptr;
  return std::make_shared<const Origin>([origins = std::move(origins)](std::int64_t row) {
    const auto after = std::ranges::upper_bound(origins, row, {}, [](const auto& origin) { return origin.first; });
    const auto& [first, origin] = *std::prev(after);
    return origin ? (*origin)(row - first) : fmt::format("row {}", row);
  });
}

}  // namespace

Dataset Dataset::concat(std::span<const Dataset> parts) try {
  const bool has_rows = std::ranges::any_of(parts, [](const Dataset& part) { return part.rows() > 0; });
  if (!has_rows) return parts.empty() ? Dataset() : parts[0];
  return concat_filled(parts);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Dataset::concat");
}

Dataset Dataset::concat_filled(std::span<const Dataset> all) {
  const Parts parts(all);
  check_features(parts);
  State state = *parts[0].state_;
  state.stored = nullptr;
  state.rows = 0;
  state.remarks.clear();
  for (const Dataset& part : parts) {
    state.rows += part.rows();
    for (const std::string& remark : part.remarks())
      if (std::ranges::find(state.remarks, remark) == state.remarks.end()) state.remarks.push_back(remark);
    state.slips.insert(part.state_->slips.begin(), part.state_->slips.end());
  }
  if (state.is_sparse)
    state.sparse = joined_sparse(parts);
  else
    for (Column& column : state.columns) column = joined_column(column, parts);
  join_labels(parts, state);
  join_weights(parts, state);
  join_groups(parts, state);
  join_offsets(parts, state);
  state.origin = joined_origin(parts);
  check_roles(state);
  return DatasetBuilder::make(std::move(state));
}

}  // namespace linden
