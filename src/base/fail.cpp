#include "base/fail.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace linden {
namespace {

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

}  // namespace

std::string nearest(std::string_view word, std::span<const std::string> words) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const std::string& candidate : words) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
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
  std::string text = fmt::format("{}", fmt::join(words.first(std::min(most, words.size())), ", "));
  if (words.size() > most) text += fmt::format(", ... ({} in all)", words.size());
  return text;
}

}  // namespace linden
