#include "ranks/rows_of_ranks.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "base/fail.hpp"
#include "data/dataset/builder.hpp"
#include "loss/definition.hpp"
#include "ranks/agreement.hpp"

namespace linden {
namespace {

using State = DatasetBuilder::State;

// A column as other ranks know it.
struct ColumnOfRank {
  std::string name;
  bool is_text = false, is_empty = false;  // is_empty: it has no value on this rank
  std::vector<std::string> categories = {};
};

// What a rank says of its data: what is compared, in words, and what is merged.
struct RankSaid {
  std::int64_t rows = 0;
  std::vector<std::pair<std::string, std::string>> facts;  // name, value
  std::vector<std::string> classes, remarks;
  std::vector<ColumnOfRank> columns;
};

std::string count_of(const Tensor& values) {
  return std::to_string(values.elements() == 0 ? 0 : values.rank() == 2 ? values.size(1) : 1);
}

bool has_no_value(const Column& column) {
  if (column.categorical) return false;
  const std::int64_t stride = column.values.elements() > 0 ? column.values.strides()[0] : 1;
  const auto none = [&](const auto* values) {
    for (std::int64_t row = 0; row < column.values.elements(); ++row)
      if (!std::isnan(values[row * stride])) return false;
    return true;
  };
  return column.values.dtype() == DType::f32 ? none(column.values.data<const float>())
                                             : none(column.values.data<const double>());
}

RankSaid said_of(const Dataset& data) {
  const State& state = DatasetBuilder::state(data);
  RankSaid said;
  said.rows = data.rows();
  said.facts = {{"the data", data.is_sparse() ? "sparse" : "dense"},
                {"the number of labels a row", count_of(data.label())},
                {"the label", data.classes().empty() ? "numbers" : "text"},
                {"the column of the label", listing(data.label_names())},
                {"the data", data.has_event() ? "with events" : "without events"},
                {"the column of events", state.event_name},
                {"the data", data.has_groups() ? "with groups" : "without groups"},
                {"the column of groups", state.group_name},
                {"the number of offsets a row", count_of(data.offset())},
                {"the column of offsets", listing(state.offset_names)}};
  said.classes = data.classes();
  said.remarks = data.remarks();
  if (data.is_sparse()) {
    for (const std::string& name : data.sparse().names) said.columns.push_back({name});
    return said;
  }
  for (const Column& column : data.columns())
    said.columns.push_back({column.name, column.categorical, has_no_value(column), column.categories});
  return said;
}

std::string written(const RankSaid& said) {
  std::vector<std::string> words{std::to_string(said.rows)}, lists;
  for (const auto& [name, value] : said.facts) {
    words.push_back(name);
    words.push_back(value);
  }
  for (const ColumnOfRank& column : said.columns) {
    std::vector<std::string> one{column.name, column.is_text ? "text" : column.is_empty ? "empty" : "numbers"};
    one.insert(one.end(), column.categories.begin(), column.categories.end());
    lists.push_back(packed(one));
  }
  return packed({packed(words), packed(said.classes), packed(said.remarks), packed(lists)});
}

RankSaid read(const std::string& text) {
  const std::vector<std::string> parts = unpacked(text), words = unpacked(parts[0]);
  RankSaid said;
  said.rows = std::stoll(words[0]);
  for (std::size_t i = 1; i + 1 < words.size(); i += 2) said.facts.emplace_back(words[i], words[i + 1]);
  said.classes = unpacked(parts[1]);
  said.remarks = unpacked(parts[2]);
  for (const std::string& column : unpacked(parts[3])) {
    std::vector<std::string> one = unpacked(column);
    said.columns.push_back({one[0], one[1] == "text", one[1] == "empty", {one.begin() + 2, one.end()}});
  }
  return said;
}

// A name that is a number, as columns of libsvm files have; -1 else.
std::int64_t number_of(const std::string& name) {
  const bool is_number = !name.empty() && name.size() < 10 && name.find_first_not_of("0123456789") == std::string::npos;
  return is_number ? std::stoll(name) : -1;
}

// All ranks' columns, in the order in which one machine has them: as they are met, and by their numbers where all are.
std::vector<ColumnOfRank> sparse_columns(const std::vector<RankSaid>& ranks) {
  std::vector<ColumnOfRank> all;
  std::set<std::string> known;
  for (const RankSaid& rank : ranks)
    for (const ColumnOfRank& column : rank.columns)
      if (known.insert(column.name).second) all.push_back(column);
  if (std::ranges::all_of(all, [](const ColumnOfRank& column) { return number_of(column.name) >= 0; }))
    std::ranges::stable_sort(all, {}, [](const ColumnOfRank& column) { return number_of(column.name); });
  return all;
}

// The columns of the first rank that has some; every rank with rows must have them.
std::vector<ColumnOfRank> dense_columns(std::string_view where, const std::vector<RankSaid>& ranks, std::size_t first) {
  std::vector<ColumnOfRank> all = ranks[first].columns;
  std::map<std::string, std::size_t> places;
  for (std::size_t c = 0; c < all.size(); ++c) places.emplace(all[c].name, c);
  std::vector<std::size_t> text_on(all.size(), ranks.size()), numbers_on(all.size(), ranks.size());
  std::vector<std::set<std::string>> categories(all.size());
  for (std::size_t rank = 0; rank < ranks.size(); ++rank) {
    if (ranks[rank].columns.empty() && ranks[rank].rows == 0) continue;
    std::vector<bool> found(all.size());
    for (const ColumnOfRank& column : ranks[rank].columns) {
      const auto place = places.find(column.name);
      if (place == places.end())
        fail<DataError>("{}: rank {} has a column \"{}\" that rank {} does not have.", where, rank, column.name, first);
      const std::size_t c = place->second;
      found[c] = true;
      if (column.is_text) text_on[c] = std::min(text_on[c], rank);
      if (!column.is_text && !column.is_empty) numbers_on[c] = std::min(numbers_on[c], rank);
      categories[c].insert(column.categories.begin(), column.categories.end());
    }
    for (std::size_t c = 0; c < all.size(); ++c)
      if (!found[c])
        fail<DataError>("{}: rank {} has no column \"{}\", which rank {} has.", where, rank, all[c].name, first);
  }
  for (std::size_t c = 0; c < all.size(); ++c) {
    all[c].is_text = text_on[c] < ranks.size();
    all[c].categories.assign(categories[c].begin(), categories[c].end());
    if (all[c].is_text && numbers_on[c] < ranks.size())
      fail<DataError>(
          "{}: column \"{}\" holds text on rank {} and numbers on rank {}. Hint: name it among the categorical columns "
          "where all ranks read their data, or mend the field that is no number.",
          where, all[c].name, text_on[c], numbers_on[c]);
  }
  return all;
}

void check_alike(std::string_view where, const std::vector<RankSaid>& ranks, std::size_t first) {
  for (std::size_t rank = first + 1; rank < ranks.size(); ++rank) {
    if (ranks[rank].rows == 0) continue;
    for (std::size_t i = 0; i < ranks[first].facts.size(); ++i) {
      const auto& [name, value] = ranks[first].facts[i];
      const std::string& other = ranks[rank].facts[i].second;
      if (value != other)
        fail<DataError>("{}: {} is {} on rank {}, and {} on rank {}. Hint: read all parts alike.", where, name,
                        other.empty() ? "nameless" : other, rank, value.empty() ? "nameless" : value, first);
    }
  }
}

Column as_column(const Dataset& data, const ColumnOfRank& wanted) {
  const std::int64_t rows = data.rows();
  const auto found = std::ranges::find(data.columns(), wanted.name, &Column::name);
  if (found == data.columns().end())
    return {wanted.name, Tensor::empty({rows}, wanted.is_text ? DType::i32 : DType::f64), wanted.is_text,
            wanted.categories};
  if (!wanted.is_text || found->categories == wanted.categories) return *found;
  Column column{wanted.name, Tensor::empty({rows}, DType::i32), true, wanted.categories};
  std::int32_t* const to = column.values.data<std::int32_t>();
  if (!found->categorical) {  // all of it is missing
    std::fill_n(to, rows, -1);
    return column;
  }
  std::vector<std::int32_t> codes;
  for (const std::string& name : found->categories)
    codes.push_back(
        static_cast<std::int32_t>(std::ranges::lower_bound(wanted.categories, name) - wanted.categories.begin()));
  const auto* const from = found->values.data<const std::int32_t>();
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::int32_t code = from[row * found->values.strides()[0]];
    to[row] = code < 0 ? -1 : codes[static_cast<std::size_t>(code)];
  }
  return column;
}

// Sparse rows by these columns.
SparseRows as_sparse(const SparseRows& rows, const std::vector<ColumnOfRank>& wanted) {
  SparseRows sparse;
  std::unordered_map<std::string, std::int32_t> places;
  for (const ColumnOfRank& column : wanted) {
    places.emplace(column.name, static_cast<std::int32_t>(places.size()));
    sparse.names.push_back(column.name);
  }
  if (rows.offsets.elements() == 0) {  // of no rows
    const std::int64_t zero = 0;
    sparse.offsets = Tensor::copy_of(std::span(&zero, 1), {1});
    sparse.columns = Tensor::empty({0}, DType::i32);
    sparse.values = Tensor::empty({0}, DType::f32);
    return sparse;
  }
  std::vector<std::int32_t> number;
  for (const std::string& name : rows.names) number.push_back(places.at(name));
  sparse.offsets = rows.offsets;
  sparse.values = rows.values;
  sparse.columns = Tensor::empty({rows.columns.elements()}, DType::i32);
  const auto from = rows.columns.span<const std::int32_t>();
  const auto to = sparse.columns.span<std::int32_t>();
  for (std::size_t e = 0; e < from.size(); ++e) to[e] = number[static_cast<std::size_t>(from[e])];
  if (std::ranges::is_sorted(number)) return sparse;
  const auto offsets = rows.offsets.span<const std::int64_t>();
  sparse.values = rows.values.clone();
  const auto sort = [&]<class T>(T* values) {
    std::vector<std::pair<std::int32_t, T>> row;
    for (std::size_t r = 0; r + 1 < offsets.size(); ++r) {
      row.clear();
      for (std::int64_t e = offsets[r]; e < offsets[r + 1]; ++e)
        row.emplace_back(to[static_cast<std::size_t>(e)], values[e]);
      std::ranges::sort(row, {}, &std::pair<std::int32_t, T>::first);
      for (std::size_t i = 0; i < row.size(); ++i) {
        const auto e = static_cast<std::size_t>(offsets[r]) + i;
        to[e] = row[i].first;
        values[e] = row[i].second;
      }
    }
  };
  sparse.values.dtype() == DType::f32 ? sort(sparse.values.data<float>()) : sort(sparse.values.data<double>());
  return sparse;
}

// The rows' values, [rows] or [rows, K], of each rank.
std::vector<Tensor> of_each(const Ranks& ranks, const Tensor& mine, const std::vector<RankSaid>& said) {
  const std::vector<double> own = mine.elements() > 0 ? mine.to_vector<double>() : std::vector<double>{};
  const std::vector<double> counts = ranks.gather(std::vector{static_cast<double>(own.size())});
  const std::vector<double> all = ranks.join(own);
  std::vector<Tensor> each;
  std::size_t first = 0;
  for (std::size_t rank = 0; rank < counts.size(); ++rank) {
    const auto count = static_cast<std::size_t>(counts[rank]);
    const std::int64_t rows = said[rank].rows, width = rows > 0 ? static_cast<std::int64_t>(count) / rows : 0;
    const Tensor values = Tensor::copy_of(std::span(all).subspan(first, count), {static_cast<std::int64_t>(count)});
    each.push_back(count == 0 ? Tensor() : width == 1 ? values : values.reshape({rows, width}));
    first += count;
  }
  return each;
}

Dataset whole_of_ranks(const Ranks& ranks, const Dataset& here, const std::vector<RankSaid>& said, std::size_t first) {
  const State& mine = DatasetBuilder::state(here);
  const std::vector<Tensor> label = of_each(ranks, mine.label, said), weight = of_each(ranks, mine.weight, said),
                            offset = of_each(ranks, mine.offset, said);
  std::vector<double> starts;
  if (mine.groups.elements() > 0)
    for (const std::int64_t start : mine.groups.span<const std::int64_t>())
      starts.push_back(static_cast<double>(start));
  const std::vector<double> group_counts = ranks.gather(std::vector{static_cast<double>(starts.size())}),
                            groups = ranks.join(starts);
  std::vector<Dataset> parts;
  std::size_t next_group = 0;
  for (std::size_t rank = 0; rank < said.size(); ++rank) {
    State part;
    part.rows = said[rank].rows;
    part.label = label[rank];
    part.weight = weight[rank];
    part.offset = offset[rank];
    std::vector<std::int64_t> own;
    for (const auto end = next_group + static_cast<std::size_t>(group_counts[rank]); next_group < end; ++next_group)
      own.push_back(static_cast<std::int64_t>(groups[next_group]));
    if (!own.empty()) part.groups = Tensor::copy_of(std::span(own), {std::ssize(own)});
    part.classes = said[rank].classes;
    part.remarks = said[rank].remarks;
    part.label_names = mine.label_names;
    part.offset_names = mine.offset_names;
    part.group_name = mine.group_name;
    part.event_name = mine.event_name;
    part.missing = mine.missing;
    part.only_missing = mine.only_missing;
    part.has_event = said[first].facts[4].second == "with events";
    part.origin = std::make_shared<const Origin>(
        [rank](std::int64_t row) { return fmt::format("row {} of rank {}", row, rank); });
    parts.push_back(DatasetBuilder::make(std::move(part)));
  }
  return Dataset::concat(parts);
}

// The names that a rank without data takes from another.
std::vector<std::string> names_of_roles(const Ranks& ranks, State& state, std::size_t first) {
  const std::vector<std::string> all = gather_texts(
      ranks, packed({packed(state.label_names), packed(state.offset_names), state.group_name, state.event_name,
                     packed(state.missing), state.only_missing ? "only" : "", state.weight_name, state.trials_name}));
  return unpacked(all[first]);
}

}  // namespace

RowsOfRanks rows_of_ranks(std::string_view where, const Dataset& data, const Ranks& ranks) {
  if (ranks.is_alone()) return {data, data};
  std::vector<RankSaid> said;
  for (const std::string& text : gather_texts(ranks, written(said_of(data)))) said.push_back(read(text));
  const auto has_rows = [](const RankSaid& rank) { return rank.rows > 0; };
  const auto filled = std::ranges::find_if(said, has_rows);
  State state = DatasetBuilder::state(data);
  if (filled == said.end()) return {data, data};
  const auto first = static_cast<std::size_t>(filled - said.begin());
  check_alike(where, said, first);
  const bool is_sparse = said[first].facts[0].second == "sparse";
  const std::vector<ColumnOfRank> columns = is_sparse ? sparse_columns(said) : dense_columns(where, said, first);
  const std::vector<std::string> roles = names_of_roles(ranks, state, first);
  state.label_names = unpacked(roles[0]);
  state.offset_names = unpacked(roles[1]);
  state.group_name = roles[2];
  state.event_name = roles[3];
  state.missing = unpacked(roles[4]);
  state.only_missing = !roles[5].empty();
  state.weight_name = roles[6];
  state.trials_name = roles[7];
  state.is_sparse = is_sparse;
  state.columns.clear();
  state.sparse = {};
  if (is_sparse)
    state.sparse = as_sparse(data.is_sparse() ? data.sparse() : SparseRows(), columns);
  else
    for (const ColumnOfRank& column : columns) state.columns.push_back(as_column(data, column));
  const Dataset here = DatasetBuilder::make(std::move(state));
  return {here, whole_of_ranks(ranks, here, said, first)};
}

Dataset row_of_zeros(const Dataset& data) {
  State state = DatasetBuilder::state(data);
  state.rows = 1;
  for (Column& column : state.columns) column.values = Tensor::zeros({1}, column.values.dtype());
  if (state.is_sparse) state.sparse.offsets = Tensor::zeros({2}, DType::i64);
  return DatasetBuilder::make(std::move(state));
}

std::int64_t first_of_ranks(const Ranks& ranks, std::int64_t rows) {
  const std::vector<double> counts = ranks.gather(std::vector{static_cast<double>(rows)});
  std::int64_t first = 0;
  for (int rank = 0; rank < ranks.rank(); ++rank)
    first += static_cast<std::int64_t>(counts[static_cast<std::size_t>(rank)]);
  return first;
}

std::vector<double> part_of(std::span<const double> values, std::int64_t outputs, std::int64_t first,
                            std::int64_t rows) {
  std::vector<double> part;
  if (values.empty()) return part;
  const std::int64_t all = std::ssize(values) / outputs;
  for (std::int64_t k = 0; k < outputs; ++k) {
    const auto begin = values.begin() + k * all + first;
    part.insert(part.end(), begin, begin + rows);
  }
  return part;
}

Labels part_of(const Labels& labels, std::int64_t first, std::int64_t rows) {
  const std::int64_t count = labels.loss.definition().labels;
  return {labels.loss, part_of(labels.values, count, first, rows), labels.classes,
          part_of(labels.uppers, 1, first, rows)};
}

std::vector<double> whole_of(const Ranks& ranks, std::span<const double> values, std::int64_t outputs) {
  if (outputs == 1 || ranks.is_alone()) return ranks.join(values);
  const std::int64_t rows = std::ssize(values) / outputs;
  std::vector<double> all;
  for (std::int64_t k = 0; k < outputs; ++k) {
    const std::vector<double> one =
        ranks.join(values.subspan(static_cast<std::size_t>(k * rows), static_cast<std::size_t>(rows)));
    all.insert(all.end(), one.begin(), one.end());
  }
  return all;
}

}  // namespace linden
