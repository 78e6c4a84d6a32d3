// Dataset::from_libsvm: blocks of lines parsed in parallel into memory of their own, then put together in order.
#include "data/libsvm.hpp"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cmath>
#include <cstring>
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
#include "data/text/number.hpp"
#include "data/text/origin.hpp"

namespace linden {
namespace {

// What is wrong with a word of a line. `pair` is 0 for the label, else the number of the pair.
struct Trouble {
  const char* where = nullptr;
  int pair = 0;
  std::string what = {};
};

struct Block {
  const char* begin = nullptr;
  const char* end = nullptr;
  std::vector<double> labels = {};
  std::vector<std::int64_t> qids = {};     // of the rows that have one: all, or the file is refused
  const char* first_qid = nullptr;         // where the first stands,
  const char* first_without = nullptr;     // and the first row that has none
  std::vector<std::int64_t> lengths = {};  // entries of each row
  std::vector<std::int32_t> columns = {};  // counted from 0
  std::vector<double> values = {};
  std::vector<LineStart> starts = {};  // rows and lines counted from the block's first
  std::int64_t lines = 0;
  std::int64_t unlabelled = 0;  // rows that were left out
  std::int32_t last = -1;       // the largest column
  Trouble trouble = {};
};

// How indices are read.
struct Indices {
  std::int64_t first = 1;
  std::int64_t features = 0;   // 0: as many as there are
  bool ignore_larger = false;  // else they are refused
  bool drop_unlabelled = false;
  bool skip_groups = false;
  std::atomic<bool>* zero_found = nullptr;  // where an index 0 is noted, and ends the parse
};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

class LineParser {
 public:
  LineParser(Block& block, const Indices& indices) : block_(block), indices_(indices) {}

  // Parses the line [p, end) without its comment. Returns whether it is in order; else the block has the trouble.
  bool parse(const char* p, const char* end) {
    pair_ = 0;
    previous_ = -1;
    unlabelled_ = false;
    qid_ = {};
    const std::size_t entries = block_.columns.size();
    const char* const row = p = skip(p, end);
    for (; p < end; p = skip(p, end)) {
      const char* word_end = p;
      while (word_end < end && !is_blank(*word_end)) ++word_end;
      const std::string_view word(p, static_cast<std::size_t>(word_end - p));
      const bool is_qid = word.starts_with("qid:");
      if (p != row && !is_qid) ++pair_;
      if (p == row ? !take_label(word) : is_qid ? !take_qid(word) : !take_pair(word)) return false;
      p = word_end;
    }
    if (unlabelled_) {
      ++block_.unlabelled;
      block_.columns.resize(entries);
      block_.values.resize(entries);
    } else if (row < end) {
      starts_.add(block_.lines);
      if (qid_) block_.qids.push_back(*qid_);
      const char*& first = qid_ ? block_.first_qid : block_.first_without;
      if (first == nullptr) first = row;
      block_.lengths.push_back(static_cast<std::int64_t>(block_.columns.size() - entries));
    }
    return true;
  }

  void finish() { block_.starts = starts_.take(); }

 private:
  static const char* skip(const char* p, const char* end) {
    while (p < end && is_blank(*p)) ++p;
    return p;
  }

  template <class... Args>
  bool refuse(std::string_view word, fmt::format_string<Args...> format, Args&&... args) {
    block_.trouble = {word.data(), pair_, fmt::format(format, std::forward<Args>(args)...)};
    return false;
  }

  bool take_label(std::string_view word) {
    const auto number = parse_number(word);
    if (!number && word.find(',') != word.npos && parse_number(word.substr(0, word.find(','))))
      return refuse(word,
                    "the label {} is a list, which is not supported. Hint: a CSV file with a column for each label.",
                    shown(word));
    if (!number)
      return refuse(word, "the label {} is not a number. Hint: a line is \"label index:value index:value ...\".",
                    shown(word));
    if (std::isnan(*number)) {
      unlabelled_ = indices_.drop_unlabelled;
      if (unlabelled_) return true;
      return refuse(word, "the label is missing ({}). Hint: have rows without a label left out, or mend the line.",
                    shown(word));
    }
    if (std::isinf(*number))
      return refuse(word, "the label {} ({}). Hint: remove the line.", why_infinite(word), shown(word));
    block_.labels.push_back(*number);
    return true;
  }

  // As SVM-rank and LETOR have it: a whole number, right behind the label.
  bool take_qid(std::string_view word) {
    if (indices_.skip_groups) return true;
    if (pair_ > 0 || qid_) return refuse(word, "{} does not stand right behind the label.", shown(word));
    const char* const end = word.data() + word.size();
    std::int64_t qid = 0;
    const auto [stop, error] = std::from_chars(word.data() + 4, end, qid);
    if (error != std::errc{} || stop != end)
      return refuse(word, "the group of {} is not a whole number. Hint: number the groups, as in qid:7.", shown(word));
    qid_ = qid;
    return true;
  }

  bool take_pair(std::string_view word) {
    const char* const end = word.data() + word.size();
    std::int64_t index = 0;
    const auto [colon, error] = std::from_chars(word.data(), end, index);
    if (colon == end || *colon != ':' || error == std::errc::invalid_argument)
      return refuse(word, "{} is not index:value.", shown(word));
    constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max() - 1;
    if (error == std::errc::result_out_of_range || index > most)
      return refuse(word, "the index of {} is above {}.", shown(word), most);
    const std::int64_t first = indices_.first;
    if (index < first) {
      if (index == 0 && indices_.zero_found != nullptr) {
        indices_.zero_found->store(true, std::memory_order_relaxed);
        return false;
      }
      return refuse(word, "the index of {} is below {}.{}", shown(word), first,
                    index == 0 ? " Hint: .zero_based = true where indices start at 0." : "");
    }
    const std::int64_t column = index - first;
    if (column <= previous_)
      return refuse(word, "the index of {} does not ascend: {} stands before it.", shown(word), previous_ + first);
    const bool is_larger = indices_.features > 0 && column >= indices_.features;
    if (is_larger && !indices_.ignore_larger)
      return refuse(word, "the index of {} is above {}, the last of {} features.", shown(word),
                    indices_.features - 1 + first, indices_.features);
    const std::string_view text(colon + 1, static_cast<std::size_t>(end - colon - 1));
    double value = 0;
    if (parse_number_prefix(text.data(), end, value) != end) {
      const auto number = parse_number(text);
      if (!number) return refuse(word, "the value of {} is not a number.", shown(word));
      if (std::isinf(*number))
        return refuse(word, "the value of {} {}. Hint: use nan if it is not known.", shown(word), why_infinite(text));
      value = *number;
    }
    previous_ = column;
    if (is_larger) return true;
    block_.columns.push_back(static_cast<std::int32_t>(column));
    block_.values.push_back(value);
    block_.last = std::max(block_.last, static_cast<std::int32_t>(column));
    return true;
  }

  Block& block_;
  const Indices& indices_;
  LineStarts starts_;
  std::int64_t previous_ = -1;
  int pair_ = 0;
  bool unlabelled_ = false;
  std::optional<std::int64_t> qid_;
};

const char* find(char c, const char* p, const char* end) {
  const void* found = p < end ? std::memchr(p, c, static_cast<std::size_t>(end - p)) : nullptr;
  return found ? static_cast<const char*>(found) : end;
}

void parse_block(Block& block, const Indices& indices) {
  LineParser parser(block, indices);
  for (const char* p = block.begin; p < block.end; ++p, ++block.lines) {
    if (indices.zero_found != nullptr && indices.zero_found->load(std::memory_order_relaxed)) return;
    const char* const line_end = find('\n', p, block.end);
    if (const char* nul = find('\0', p, line_end); nul != line_end) {
      block.trouble = {nul, 0, "a NUL byte. Hint: the file must be text."};
      return;
    }
    if (!parser.parse(p, find('#', p, line_end))) return;
    p = line_end;
  }
  parser.finish();
}

std::vector<Block> cut(const Text& text, std::size_t size) {
  std::vector<Block> blocks;
  for (const char* p = text.begin(); p < text.end();) {
    const char* const target = p + std::min(size, static_cast<std::size_t>(text.end() - p)) - 1;
    const char* const end = std::min(text.end(), find('\n', target, text.end()) + 1);
    blocks.push_back({p, end});
    p = end;
  }
  return blocks;
}

// Appends the blocks' parts, in order, into one tensor.
template <class T, class Part>
Tensor join(std::span<const Block> blocks, Workers& workers, Part&& part) {
  std::vector<std::int64_t> starts{0};
  for (const Block& block : blocks) starts.push_back(starts.back() + static_cast<std::int64_t>(part(block).size()));
  Tensor all = Tensor::empty({starts.back()}, dtype_of<T>);
  T* const to = all.data<T>();
  workers.each(static_cast<std::int64_t>(blocks.size()), [&](std::int64_t task, int) {
    const auto b = static_cast<std::size_t>(task);
    std::copy(part(blocks[b]).begin(), part(blocks[b]).end(), to + starts[b]);
  });
  return all;
}

Tensor offsets_of(std::span<const Block> blocks, std::int64_t rows) {
  Tensor offsets = Tensor::empty({rows + 1}, DType::i64);
  std::int64_t* to = offsets.data<std::int64_t>();
  *to = 0;
  for (const Block& block : blocks)
    for (const std::int64_t length : block.lengths) to[1] = to[0] + length, ++to;
  return offsets;
}

std::vector<LineStart> starts_of(std::span<const Block> blocks) {
  LineStarts starts;
  std::int64_t rows = 0, line = 1;
  for (const Block& block : blocks) {
    starts.append(block.starts, rows, line);
    rows += static_cast<std::int64_t>(block.lengths.size());
    line += block.lines;
  }
  return starts.take();
}

void refuse_trouble(const Text& text, const Source& source, std::span<const Block> blocks) {
  for (const Block& block : blocks)
    if (block.trouble.where != nullptr)
      fail<DataError>("{}:{}: {}{}", source.file, line_of(text, block.trouble.where),
                      block.trouble.pair > 0 ? fmt::format("pair {}: ", block.trouble.pair) : "", block.trouble.what);
}

// Where groups begin, or nothing where no row has a qid. Throws DataError where some have one and others none, and for
// rows of a group that do not stand together; `place` is that of a row.
Tensor groups_of(const Text& text, const Source& source, std::span<const Block> blocks, const Origin& place) {
  const char *with = nullptr, *without = nullptr;
  std::vector<std::int64_t> qids;
  for (const Block& block : blocks) {
    if (with == nullptr) with = block.first_qid;
    if (without == nullptr) without = block.first_without;
    qids.insert(qids.end(), block.qids.begin(), block.qids.end());
  }
  if (with == nullptr) return {};
  if (without != nullptr)
    fail<DataError>("{}:{}: the row has {}, but the one in line {} has {}. Hint: qid:7 in all rows, or in none.",
                    source.file, line_of(text, std::max(with, without)), with > without ? "a qid" : "no qid",
                    line_of(text, std::min(with, without)), with > without ? "none" : "one");
  return group_starts(qids, [&](const TornGroup& torn) {
    fail<DataError>(
        "{}: the row is of group {}, as {} is, but {} between them is of another. Hint: sort the rows by qid.",
        place(torn.last), qids[static_cast<std::size_t>(torn.last)], place(torn.first), place(torn.between));
  });
}

// The blocks of the text, parsed. Where nothing is said about the first index, one that is 0 makes it 0.
std::vector<Block> parse_blocks(const Text& text, const Source& source, Indices& indices,
                                std::optional<bool> zero_based, std::size_t size, Workers& workers) {
  std::atomic<bool> zero_found = false;
  indices.first = zero_based.value_or(false) ? 0 : 1;
  indices.zero_found = zero_based ? nullptr : &zero_found;
  std::vector<Block> blocks = cut(text, size);
  workers.each(static_cast<std::int64_t>(blocks.size()),
               [&](std::int64_t b, int) { parse_block(blocks[static_cast<std::size_t>(b)], indices); });
  if (zero_found) return parse_blocks(text, source, indices, true, size, workers);
  refuse_trouble(text, source, blocks);
  return blocks;
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
Columns columns_of(std::span<const Block> blocks, const Indices& indices) {
  std::vector<std::span<const std::int32_t>> lists;
  std::int64_t entries = 0, width = indices.features;
  for (const Block& block : blocks) {
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
void renumber(std::vector<Block>& blocks, const std::vector<std::int32_t>& kept, Workers& workers) {
  workers.each(static_cast<std::int64_t>(blocks.size()), [&](std::int64_t b, int) {
    Block& block = blocks[static_cast<std::size_t>(b)];
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
  Indices indices{
      .features = options.features, .drop_unlabelled = options.drop_unlabelled, .skip_groups = options.skip_groups};
  std::optional<bool> zero_based = options.zero_based;
  std::optional<NamedIndices> named;
  if (schema != nullptr) {
    named.emplace(*schema, source.call, options.zero_based);
    zero_based = named->columns.first == 0;
    indices.features = named->columns.width;
    indices.ignore_larger = true;
  }
  std::vector<Block> blocks =
      parse_blocks(text, source, indices, zero_based, block ? block : std::size_t{512} << 10, workers);
  std::int64_t unlabelled = 0;
  for (const Block& b : blocks) unlabelled += b.unlabelled;
  const Columns columns = named ? named->columns : columns_of(blocks, indices);
  if (!columns.kept.empty()) renumber(blocks, columns.kept, workers);
  DatasetBuilder::State state;
  state.is_sparse = true;
  state.label = join<double>(
      blocks, workers, [](const Block& b) -> const auto& { return b.labels; });
  state.rows = state.label.elements();
  if (state.rows == 0)
    fail<DataError>("{}: {}.", source.call, unlabelled > 0 ? "every label is missing" : "the file has no rows");
  state.sparse.offsets = offsets_of(blocks, state.rows);
  state.sparse.columns = join<std::int32_t>(
      blocks, workers, [](const Block& b) -> const auto& { return b.columns; });
  state.sparse.values = join<double>(
      blocks, workers, [](const Block& b) -> const auto& { return b.values; });
  state.sparse.names = named && !named->names.empty() ? std::move(named->names) : columns.names();
  state.origin = origin_in_file(source.file, starts_of(blocks));
  state.groups = groups_of(text, source, blocks, *state.origin);
  if (unlabelled > 0)
    state.remarks.push_back(fmt::format("{}: {} of {} rows have no label and are left out.", source.file, unlabelled,
                                        unlabelled + state.rows));
  return DatasetBuilder::make(std::move(state));
}

Dataset Dataset::from_libsvm(const std::filesystem::path& path, const LibsvmOptions& options) try {
  const Source source("from_libsvm", path);
  return parse_libsvm(Text::read(path, source.call), source, options);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Dataset::from_libsvm");
}

Dataset Dataset::from_libsvm(const std::filesystem::path& path, const Schema& schema,
                             const LibsvmOptions& options) try {
  const Source source("from_libsvm", path);
  return parse_libsvm(Text::read(path, source.call), source, options, 0, &schema);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Dataset::from_libsvm");
}

}  // namespace linden
