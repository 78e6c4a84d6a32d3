// Dataset::from_libsvm: blocks of lines put together in order, and which columns stay.
#include "data/libsvm.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "base/parallel.hpp"
#include "data/dataset/columns_with_entries.hpp"
#include "data/dataset/builder.hpp"
#include "data/dataset/groups.hpp"
#include "data/libsvm_lines.hpp"
#include "data/text/file_part.hpp"
#include "data/text/origin.hpp"

namespace linden {
namespace {

// Appends the blocks' parts, in order, into one tensor.
template <class T, class Part>
Tensor join(std::span<const LibsvmBlock> blocks, Workers& workers, Part&& part) {
  std::vector<std::int64_t> starts{0};
  for (const LibsvmBlock& block : blocks)
    starts.push_back(starts.back() + static_cast<std::int64_t>(part(block).size()));
  Tensor all = Tensor::empty({starts.back()}, dtype_of<T>);
  T* const to = all.data<T>();
  workers.each(static_cast<std::int64_t>(blocks.size()), [&](std::int64_t task, int) {
    const auto b = static_cast<std::size_t>(task);
    std::copy(part(blocks[b]).begin(), part(blocks[b]).end(), to + starts[b]);
  });
  return all;
}

Tensor offsets_of(std::span<const LibsvmBlock> blocks, std::int64_t rows) {
  Tensor offsets = Tensor::empty({rows + 1}, DType::i64);
  std::int64_t* to = offsets.data<std::int64_t>();
  *to = 0;
  for (const LibsvmBlock& block : blocks)
    for (const std::int64_t length : block.lengths) to[1] = to[0] + length, ++to;
  return offsets;
}

std::vector<LineStart> starts_of(std::span<const LibsvmBlock> blocks) {
  LineStarts starts;
  std::int64_t rows = 0, line = 1;
  for (const LibsvmBlock& block : blocks) {
    starts.append(block.starts, rows, line);
    rows += static_cast<std::int64_t>(block.lengths.size());
    line += block.lines;
  }
  return starts.take();
}

// Where groups begin, or nothing where no row has a qid; `place` is that of a row. Where some have one and others none,
// and for rows of a group that do not stand together, calls refuse(message, hint); if it returns, there are no groups.
template <class Refuse>
Tensor groups_of(const Text& text, const Source& source, std::span<const LibsvmBlock> blocks, const Origin& place,
                 const Refuse& refuse) {
  const char *with = nullptr, *without = nullptr;
  std::vector<std::int64_t> qids;
  for (const LibsvmBlock& block : blocks) {
    if (with == nullptr) with = block.first_qid;
    if (without == nullptr) without = block.first_without;
    qids.insert(qids.end(), block.qids.begin(), block.qids.end());
  }
  if (with == nullptr) return {};
  if (without != nullptr) {
    refuse(fmt::format("{}:{}: the row has {}, but the one in line {} has {}", source.file,
                       line_of(text, std::max(with, without)), with > without ? "a qid" : "no qid",
                       line_of(text, std::min(with, without)), with > without ? "none" : "one"),
           "qid:7 in all rows, or in none");
    return {};
  }
  return group_starts(qids, [&](const TornGroup& torn) {
    refuse(fmt::format("{}: the row is of group {}, as {} is, but {} between them is of another", place(torn.last),
                       qids[static_cast<std::size_t>(torn.last)], place(torn.first), place(torn.between)),
           "sort the rows by qid");
  });
}

// Columns whose names are their numbers: all up to some width, or some of them.
struct Columns {
  std::int64_t first = 1;               // the number of column 0
  std::int64_t width = 0;               // of the columns that are read
  std::vector<std::int32_t> kept = {};  // ascending; empty: all

  // `used`: columns that are wanted, ascending.
  static Columns with(std::int64_t first, std::int64_t width, std::vector<std::int32_t> used) {
    const bool is_wide = leaves_out_columns(width, static_cast<std::int64_t>(used.size()), width_found);
    return {first, width, is_wide ? std::move(used) : std::vector<std::int32_t>{}};
  }

  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const std::int32_t column : kept) names.push_back(std::to_string(first + column));
    for (std::int64_t column = 0; kept.empty() && column < width; ++column)
      names.push_back(std::to_string(first + column));
    return names;
  }
};

// The columns of the file. A width that was asked for stands unless it is far above the number of entries; one column
// of it stays in any case.
Columns columns_of(std::span<const LibsvmBlock> blocks, const LibsvmIndices& indices) {
  std::vector<std::span<const std::int32_t>> lists;
  std::int64_t entries = 0, width = indices.features;
  for (const LibsvmBlock& block : blocks) {
    lists.emplace_back(block.columns);
    entries += static_cast<std::int64_t>(block.columns.size());
    if (indices.features == 0) width = std::max(width, std::int64_t{block.last} + 1);
  }
  if (indices.features > 0 && !leaves_out_columns(width, entries, width_asked)) return {indices.first, width, {}};
  std::vector<std::int32_t> used = columns_with_entries(lists, width);
  return used.empty() ? Columns{indices.first, std::min(width, std::int64_t{1}), {}}
                      : Columns::with(indices.first, width, std::move(used));
}

// Numbers the columns that are kept anew, and drops the entries of others.
void renumber(std::vector<LibsvmBlock>& blocks, const std::vector<std::int32_t>& kept, Workers& workers) {
  workers.each(static_cast<std::int64_t>(blocks.size()), [&](std::int64_t b, int) {
    LibsvmBlock& block = blocks[static_cast<std::size_t>(b)];
    std::size_t from = 0, to = 0;
    for (std::int64_t& length : block.lengths) {
      const std::size_t row = to;
      for (const std::size_t end = from + static_cast<std::size_t>(length); from < end; ++from) {
        const auto found = std::lower_bound(kept.begin(), kept.end(), block.columns[from]);
        if (found == kept.end() || *found != block.columns[from]) continue;
        block.columns[to] = static_cast<std::int32_t>(found - kept.begin());
        block.values[to++] = block.values[from];
      }
      length = static_cast<std::int64_t>(to - row);
    }
    block.columns.resize(to);
    block.values.resize(to);
  });
}

// A schema's features for rows of libsvm, which has numbers alone: a feature called by its number has that index, and
// f0, f1, ..., the names of columns without a name, are in their order. Others cannot be found.
struct NamedIndices {
  Columns columns;
  std::vector<std::string> names;  // where they are not all numbers

  NamedIndices(const Schema& schema, const std::string& call, std::optional<bool> zero_based) {
    std::vector<std::int32_t> indices;
    bool all_numbers = true, all_places = true;
    for (std::size_t f = 0; f < schema.features.size(); ++f) {
      const Schema::Feature& feature = schema.features[f];
      std::int64_t index = -1;
      const char* const end = feature.name.data() + feature.name.size();
      const auto [stop, error] = std::from_chars(feature.name.data(), end, index);
      const bool is_number =
          error == std::errc() && stop == end && index >= 0 && index < std::numeric_limits<std::int32_t>::max();
      all_numbers = all_numbers && is_number;
      all_places = all_places && feature.name == fmt::format("f{}", f);
      if (feature.categorical || !(all_numbers || all_places))
        fail<DataError>(
            "{}: the features have names (\"{}\"{}), and a libsvm file has numbers of columns alone. Hint: these rows "
            "as CSV, with a header.",
            call, feature.name, feature.categorical ? ", a column of categories" : "");
      if (all_numbers) indices.push_back(static_cast<std::int32_t>(index));
    }
    if (!all_numbers) {
      for (const Schema::Feature& feature : schema.features) names.push_back(feature.name);
      columns = {zero_based.value_or(false) ? 0 : 1, static_cast<std::int64_t>(names.size()), {}};
      return;
    }
    std::sort(indices.begin(), indices.end());
    const std::int64_t width = indices.empty() ? 0 : std::int64_t{indices.back()} + 1;
    columns = Columns::with(0, width, indices);
    // Where all columns up to the last are read, 0 is one only if the schema has it.
    if (columns.kept.empty() && width > 0 && indices.front() > 0) columns = {1, width - 1, {}};
    if (columns.first == 1 && zero_based.value_or(false))
      fail<ArgumentError>("{}: the features are numbered from 1. Hint: without .zero_based = true.", call);
  }
};

}  // namespace

Dataset parse_libsvm(const Text& text, const Source& source, const LibsvmOptions& options, std::size_t block,
                     const Schema* schema) {
  if (options.features < 0)
    fail<ArgumentError>("{}: {} features are asked for, but there must be at least 0.", source.call, options.features);
  if (schema != nullptr && options.features > 0)
    fail<ArgumentError>("{}: the schema says how many features there are. Hint: leave them out of the options.",
                        source.call);
  Workers workers(options.threads);
  LibsvmIndices indices{
      .features = options.features, .drop_unlabelled = options.drop_unlabelled, .skip_groups = options.skip_groups};
  std::optional<bool> zero_based = options.zero_based;
  std::optional<NamedIndices> named;
  if (schema != nullptr) {
    named.emplace(*schema, source.call, options.zero_based);
    zero_based = named->columns.first == 0;
    indices.features = named->columns.width;
    indices.ignore_larger = true;
  }
  std::vector<LibsvmBlock> blocks =
      parse_lines(text, source, indices, zero_based, block ? block : std::size_t{512} << 10, workers);
  std::int64_t unlabelled = 0;
  for (const LibsvmBlock& b : blocks) unlabelled += b.unlabelled;
  const Columns columns = named ? named->columns : columns_of(blocks, indices);
  if (!columns.kept.empty()) renumber(blocks, columns.kept, workers);
  DatasetBuilder::State state;
  state.is_sparse = true;
  state.label = join<double>(
      blocks, workers, [](const LibsvmBlock& b) -> const auto& { return b.labels; });
  state.rows = state.label.elements();
  if (state.rows == 0)
    fail<DataError>("{}: {}.", source.call, unlabelled > 0 ? "every label is missing" : "the file has no rows");
  state.sparse.offsets = offsets_of(blocks, state.rows);
  state.sparse.columns = join<std::int32_t>(
      blocks, workers, [](const LibsvmBlock& b) -> const auto& { return b.columns; });
  state.sparse.values = join<double>(
      blocks, workers, [](const LibsvmBlock& b) -> const auto& { return b.values; });
  state.sparse.names = named && !named->names.empty() ? std::move(named->names) : columns.names();
  state.origin = origin_in_file(source.file, starts_of(blocks));
  state.groups = groups_of(text, source, blocks, *state.origin, [&](const std::string& what, const char* hint) {
    if (schema == nullptr) fail<DataError>("{}. Hint: {}; or .skip_groups = true.", what, hint);
    state.remarks.push_back(what + ": these rows go without groups.");
  });
  if (unlabelled > 0)
    state.remarks.push_back(fmt::format("{}: {} of {} rows have no label and are left out.", source.file, unlabelled,
                                        unlabelled + state.rows));
  return DatasetBuilder::make(std::move(state));
}

Dataset Dataset::from_libsvm(const std::filesystem::path& path, const LibsvmOptions& options) try {
  Source source("from_libsvm", path);
  if (options.part.count == 1 && options.part.index == 0)
    return parse_libsvm(Text::read(path, source.call), source, options);
  const std::optional<Text> part = read_part(path, source, options.part, {});
  return part ? parse_libsvm(*part, source, options) : Dataset();
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Dataset::from_libsvm");
}

Dataset Dataset::from_libsvm(const std::filesystem::path& path, const Schema& schema,
                             const LibsvmOptions& options) try {
  Source source("from_libsvm", path);
  if (options.part.count == 1 && options.part.index == 0)
    return parse_libsvm(Text::read(path, source.call), source, options, 0, &schema);
  const std::optional<Text> part = read_part(path, source, options.part, {});
  return part ? parse_libsvm(*part, source, options, 0, &schema) : Dataset();
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Dataset::from_libsvm");
}

}  // namespace linden
