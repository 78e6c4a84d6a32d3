// Dataset::from_libsvm: blocks of lines parsed in parallel into memory of their own, then put together in order.
#include "data/libsvm.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "base/fail.hpp"
#include "base/parallel.hpp"
#include "data/dataset_builder.hpp"
#include "data/number.hpp"

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
  std::vector<std::int64_t> lengths = {};  // entries of each row
  std::vector<std::int32_t> columns = {};  // counted from 0
  std::vector<double> values = {};
  std::int32_t last = -1;  // the largest column
  Trouble trouble = {};
};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

class LineParser {
 public:
  LineParser(Block& block, const LibsvmOptions& options)
      : block_(block), first_(options.zero_based ? 0 : 1), features_(options.features) {}

  // Parses the line [p, end) without its comment. Returns whether it is in order; else the block has the trouble.
  bool parse(const char* p, const char* end) {
    pair_ = 0;
    previous_ = -1;
    std::int64_t length = 0;
    for (p = skip(p, end); p < end; p = skip(p, end), ++pair_) {
      const char* word_end = p;
      while (word_end < end && !is_blank(*word_end)) ++word_end;
      const std::string_view word(p, static_cast<std::size_t>(word_end - p));
      if (pair_ == 0 ? !take_label(word) : !take_pair(word)) return false;
      length += pair_ == 0 ? 0 : 1;
      p = word_end;
    }
    if (pair_ > 0) block_.lengths.push_back(length);
    return true;
  }

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
    if (!number)
      return refuse(word, "the label {} is not a number. Hint: a line is \"label index:value index:value ...\".",
                    shown(word));
    if (std::isnan(*number)) return refuse(word, "the label is missing ({}). Hint: remove the line.", shown(word));
    if (std::isinf(*number))
      return refuse(word, "the label {} ({}). Hint: remove the line.", why_infinite(word), shown(word));
    block_.labels.push_back(*number);
    return true;
  }

  bool take_pair(std::string_view word) {
    const char* const end = word.data() + word.size();
    std::int64_t index = 0;
    const auto [colon, error] = std::from_chars(word.data(), end, index);
    if (word.starts_with("qid:"))
      return refuse(word, "{} belongs to a ranking file, and ranking is not supported. Hint: remove the qid: words.",
                    shown(word));
    if (colon == end || *colon != ':' || error == std::errc::invalid_argument)
      return refuse(word, "{} is not index:value.", shown(word));
    constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max() - 1;
    if (error == std::errc::result_out_of_range || index > most)
      return refuse(word, "the index of {} is above {}.", shown(word), most);
    if (index < first_)
      return refuse(word, "the index of {} is below {}.{}", shown(word), first_,
                    index == 0 ? " Hint: use .zero_based = true for indices that start at 0." : "");
    const std::int64_t column = index - first_;
    if (column <= previous_)
      return refuse(word, "the index of {} does not ascend: {} stands before it.", shown(word), previous_ + first_);
    if (features_ > 0 && column >= features_)
      return refuse(word, "the index of {} is above {}, the last of {} features.", shown(word), features_ - 1 + first_,
                    features_);
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
    block_.columns.push_back(static_cast<std::int32_t>(column));
    block_.values.push_back(value);
    block_.last = std::max(block_.last, static_cast<std::int32_t>(column));
    return true;
  }

  Block& block_;
  std::int64_t first_;
  std::int64_t features_;
  std::int64_t previous_ = -1;
  int pair_ = 0;
};

const char* find(char c, const char* p, const char* end) {
  const void* found = p < end ? std::memchr(p, c, static_cast<std::size_t>(end - p)) : nullptr;
  return found ? static_cast<const char*>(found) : end;
}

void parse_block(Block& block, const LibsvmOptions& options) {
  LineParser parser(block, options);
  for (const char* p = block.begin; p < block.end; ++p) {
    const char* const line_end = find('\n', p, block.end);
    if (const char* nul = find('\0', p, line_end); nul != line_end) {
      block.trouble = {nul, 0, "a NUL byte. Hint: the file must be text."};
      return;
    }
    if (!parser.parse(p, find('#', p, line_end))) return;
    p = line_end;
  }
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
Tensor join(std::span<const Block> blocks, Arena& arena, Part&& part) {
  std::vector<std::int64_t> starts{0};
  for (const Block& block : blocks) starts.push_back(starts.back() + static_cast<std::int64_t>(part(block).size()));
  Tensor all = Tensor::empty({starts.back()}, dtype_of<T>);
  T* const to = all.data<T>();
  arena.each(static_cast<std::int64_t>(blocks.size()), [&](std::int64_t task, int) {
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

}  // namespace

Dataset parse_libsvm(const Text& text, const Source& source, const LibsvmOptions& options, std::size_t block) {
  if (options.features < 0)
    fail<ArgumentError>("{}: .features is {}, but must be at least 0.", source.call, options.features);
  Arena arena(options.threads);
  std::vector<Block> blocks = cut(text, block ? block : std::size_t{512} << 10);
  arena.each(static_cast<std::int64_t>(blocks.size()),
             [&](std::int64_t b, int) { parse_block(blocks[static_cast<std::size_t>(b)], options); });
  std::int32_t last = -1;
  for (const Block& b : blocks) {
    if (b.trouble.where != nullptr)
      fail<DataError>("{}:{}: {}{}", source.file, line_of(text, b.trouble.where),
                      b.trouble.pair > 0 ? fmt::format("pair {}: ", b.trouble.pair) : "", b.trouble.what);
    last = std::max(last, b.last);
  }
  DatasetBuilder::State state;
  state.is_sparse = true;
  state.label = join<double>(
      blocks, arena, [](const Block& b) -> const auto& { return b.labels; });
  state.rows = state.label.elements();
  if (state.rows == 0) fail<DataError>("{}: the file has no rows.", source.call);
  state.sparse.offsets = offsets_of(blocks, state.rows);
  state.sparse.columns = join<std::int32_t>(
      blocks, arena, [](const Block& b) -> const auto& { return b.columns; });
  state.sparse.values = join<double>(
      blocks, arena, [](const Block& b) -> const auto& { return b.values; });
  const int features = options.features > 0 ? options.features : last + 1;
  for (int f = 0; f < features; ++f) state.sparse.names.push_back(std::to_string(f + (options.zero_based ? 0 : 1)));
  return DatasetBuilder::make(std::move(state));
}

Dataset Dataset::from_libsvm(const std::filesystem::path& path, const LibsvmOptions& options) {
  const Source source("from_libsvm", path);
  return parse_libsvm(Text::read(path, source.call), source, options);
}

}  // namespace linden
