#include "base/fail.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

namespace linden {
namespace {

const MemoryError wordless("Memory ran out.");  // copies share its text

// Levenshtein's distance, one row at a time.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

std::string lower(std::string_view word) {
  std::string text(word);
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

constexpr std::size_t too_many = std::numeric_limits<std::size_t>::max();

// Case is half a slip. A word that is cut short, or has not the name of its group before it, is one, however much is
// missing; else half of it must be left.
std::size_t slips(std::string_view word, std::string_view candidate) {
  const std::string a = lower(word), b = lower(candidate);
  if (a == b) return word == candidate ? 0 : 1;
  if (a.size() > 1 && (b.starts_with(a) || b.ends_with('.' + a))) return 2;
  const std::size_t distance = edit_distance(a, b);
  const std::size_t most = std::min(std::max<std::size_t>(2, a.size() / 3), std::max(a.size(), b.size()) / 2);
  return distance <= most ? 2 * distance + 1 : too_many;
}

}  // namespace

void fail_without_words() { throw wordless; }

std::string nearest(std::string_view word, std::span<const std::string> words) {
  std::string best;
  std::size_t fewest = too_many;
  for (const std::string& candidate : words) {
    const std::size_t count = slips(word, candidate);
    if (count < fewest) {
      fewest = count;
      best = candidate;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string> words) {
  const std::string best = nearest(word, words);
  return best.empty() ? "" : fmt::format("Did you mean \"{}\"? ", best);
}

std::string listing(std::span<const std::string> words, std::size_t most) {
  std::string text;
  for (const std::string& word : words.first(std::min(most, words.size())))
    text += (&word == words.data() ? "" : ", ") + (word.empty() ? "\"\"" : word);
  if (words.size() > most) text += fmt::format(", ... ({} in all)", words.size());
  return text;
}

}  // namespace linden
