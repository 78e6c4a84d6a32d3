#include "data/libsvm_lines.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>
#include <string_view>

#include "base/fail.hpp"
#include "data/text/number.hpp"

namespace linden {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

class LineParser {
 public:
  LineParser(LibsvmBlock& block, const LibsvmIndices& indices) : block_(block), indices_(indices) {}

  // Parses the line [p, end) without its comment. Returns whether it is in order; else the block has the trouble.
  bool parse(const char* p, const char* end) {
    pair_ = 0;
    previous_ = -1;
    unlabelled_ = false;
    has_qid_ = false;
    const std::size_t entries = block_.columns.size();
    const char* const row = p = skip(p, end);
    for (; p < end; p = skip(p, end)) {
      const char* word_end = p;
      while (word_end < end && !is_blank(*word_end)) ++word_end;
      const std::string_view word(p, static_cast<std::size_t>(word_end - p));
      const bool is_qid = *p == 'q' && word.starts_with("qid:");
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
      if (has_qid_) block_.qids.push_back(qid_);
      const char*& first = has_qid_ ? block_.first_qid : block_.first_without;
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
    if (pair_ > 0 || has_qid_) return refuse(word, "{} does not stand right behind the label.", shown(word));
    const char* const end = word.data() + word.size();
    const auto [stop, error] = std::from_chars(word.data() + 4, end, qid_);
    if (error != std::errc{} || stop != end)
      return refuse(word, "the group of {} is not a whole number. Hint: number the groups, as in qid:7.", shown(word));
    has_qid_ = true;
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

  LibsvmBlock& block_;
  const LibsvmIndices& indices_;
  LineStarts starts_;
  std::int64_t previous_ = -1;
  int pair_ = 0;
  bool unlabelled_ = false;
  bool has_qid_ = false;
  std::int64_t qid_ = 0;
};

const char* find(char c, const char* p, const char* end) {
  const void* found = p < end ? std::memchr(p, c, static_cast<std::size_t>(end - p)) : nullptr;
  return found ? static_cast<const char*>(found) : end;
}

void parse_block(LibsvmBlock& block, const LibsvmIndices& indices) {
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

std::vector<LibsvmBlock> cut(const Text& text, std::size_t size) {
  std::vector<LibsvmBlock> blocks;
  for (const char* p = text.begin(); p < text.end();) {
    const char* const target = p + std::min(size, static_cast<std::size_t>(text.end() - p)) - 1;
    const char* const end = std::min(text.end(), find('\n', target, text.end()) + 1);
    blocks.push_back({p, end});
    p = end;
  }
  return blocks;
}

void refuse_trouble(const Text& text, const Source& source, std::span<const LibsvmBlock> blocks) {
  for (const LibsvmBlock& block : blocks)
    if (block.trouble.where != nullptr)
      fail<DataError>("{}:{}: {}{}", source.file, line_of(text, block.trouble.where),
                      block.trouble.pair > 0 ? fmt::format("pair {}: ", block.trouble.pair) : "", block.trouble.what);
}

}  // namespace

std::vector<LibsvmBlock> parse_lines(const Text& text, const Source& source, LibsvmIndices& indices,
                                     std::optional<bool> zero_based, std::size_t size, Workers& workers) {
  std::atomic<bool> zero_found = false;
  indices.first = zero_based.value_or(false) ? 0 : 1;
  indices.zero_found = zero_based ? nullptr : &zero_found;
  std::vector<LibsvmBlock> blocks = cut(text, size);
  workers.each(static_cast<std::int64_t>(blocks.size()),
               [&](std::int64_t b, int) { parse_block(blocks[static_cast<std::size_t>(b)], indices); });
  indices.zero_found = nullptr;
  if (zero_found) return parse_lines(text, source, indices, true, size, workers);
  refuse_trouble(text, source, blocks);
  return blocks;
}

}  // namespace linden
