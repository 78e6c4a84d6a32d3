#include <linden/data.hpp>

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "data/text/number.hpp"
#include "data/text/text_file.hpp"

namespace linden {
namespace {

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  line = line.substr(0, line.find('#'));
  constexpr const char* blanks = " \t\r";
  for (std::size_t first = line.find_first_not_of(blanks); first != std::string_view::npos;) {
    const std::size_t last = std::min(line.size(), line.find_first_of(blanks, first));
    words.push_back(line.substr(first, last - first));
    first = line.find_first_not_of(blanks, last);
  }
  return words;
}

// "index:value", or "qid:value".
bool is_pair(std::string_view word) {
  const std::size_t colon = word.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const std::string_view index = word.substr(0, colon);
  return (index == "qid" || std::all_of(index.begin(), index.end(), [](char c) { return c >= '0' && c <= '9'; })) &&
         parse_number(word.substr(colon + 1));
}

}  // namespace

bool looks_like_libsvm(const std::filesystem::path& path) try {
  const std::string ending = ending_of(path);
  if (ending == ".csv" || ending == ".tsv" || path == "-") return false;
  if (ending == ".libsvm" || ending == ".svm" || ending == ".svmlight") return true;
  std::error_code ignored;
  if (std::filesystem::is_fifo(path, ignored)) return false;  // what is read of a pipe is gone
  const Text text = Text::read_start(path, fmt::format("\"{}\"", path.string()), std::size_t{1} << 20);
  std::string_view rest(text.begin(), static_cast<std::size_t>(text.end() - text.begin()));
  while (!rest.empty()) {
    const std::size_t line_end = std::min(rest.size(), rest.find('\n'));
    const std::vector<std::string_view> words = words_of(rest.substr(0, line_end));
    if (words.size() > 1) return parse_number(words[0]) && std::all_of(words.begin() + 1, words.end(), is_pair);
    rest.remove_prefix(std::min(rest.size(), line_end + 1));
  }
  return false;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("looks_like_libsvm");
}

}  // namespace linden
