#include "ranks/agreement.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "backend/thread_ranks.hpp"
#include "base/fail.hpp"

namespace linden {
namespace {

// The bytes of a text as the doubles that ranks gather, of which nothing but copies are made.
std::vector<double> as_doubles(std::string_view text, std::size_t doubles) {
  std::vector<double> bits(doubles);
  if (!text.empty()) std::memcpy(bits.data(), text.data(), text.size());
  return bits;
}

std::vector<std::string> unpack_all(const std::vector<std::string>& texts, std::size_t rank) {
  return unpacked(texts[rank]);
}

// What an error says, even where it is none of ours.
std::string words_of(const std::exception_ptr& error) {
  if (!error) return {};
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    return *e.what() != '\0' ? e.what() : "an error without words";
  } catch (...) {
    return "an error without words";
  }
}

}  // namespace

std::vector<std::string> gather_texts(const Ranks& ranks, std::string_view mine) {
  if (ranks.is_alone()) return {std::string(mine)};
  const std::vector<double> sizes = ranks.gather(std::vector{static_cast<double>(mine.size())});
  const auto most = static_cast<std::size_t>(*std::ranges::max_element(sizes));
  const std::size_t doubles = (most + sizeof(double) - 1) / sizeof(double);
  const std::vector<double> all = ranks.gather(as_doubles(mine, doubles));
  std::vector<std::string> texts;
  for (std::size_t rank = 0; rank < sizes.size(); ++rank) {
    std::string& text = texts.emplace_back(static_cast<std::size_t>(sizes[rank]), '\0');
    if (!text.empty()) std::memcpy(text.data(), all.data() + rank * doubles, text.size());
  }
  return texts;
}

std::string packed(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) {
    const std::uint64_t size = text.size();
    all.append(reinterpret_cast<const char*>(&size), sizeof size);
    all.append(text);
  }
  return all;
}

std::vector<std::string> unpacked(std::string_view text) {
  std::vector<std::string> texts;
  for (std::uint64_t size = 0; text.size() >= sizeof size; text.remove_prefix(size)) {
    std::memcpy(&size, text.data(), sizeof size);
    text.remove_prefix(sizeof size);
    texts.emplace_back(text.substr(0, size));
  }
  return texts;
}

void agree(std::string_view where, const Ranks& ranks, const Facts& facts) {
  if (ranks.is_alone()) return;
  std::vector<std::string> mine;
  for (const auto& [name, value] : facts) {
    mine.push_back(name);
    mine.push_back(value);
  }
  const std::vector<std::string> all = gather_texts(ranks, packed(mine));
  const std::vector<std::string> first = unpack_all(all, 0);
  for (std::size_t rank = 1; rank < all.size(); ++rank) {
    const std::vector<std::string> other = unpack_all(all, rank);
    for (std::size_t i = 0; i + 1 < std::min(first.size(), other.size()); i += 2) {
      if (other[i] != first[i])
        fail<ArgumentError>(
            "{}: rank {} says what its {} is where rank 0 says that of its {}. Hint: the same program "
            "on all ranks.",
            where, rank, other[i], first[i]);
      if (other[i + 1] != first[i + 1])
        fail<ArgumentError>(
            "{}: {} is {} on rank {}, and {} on rank 0. Hint: pass the same to all ranks, but for rows.", where,
            first[i], other[i + 1], rank, first[i + 1]);
    }
    if (other.size() != first.size())
      fail<ArgumentError>("{}: rank {} has other settings than rank 0. Hint: the same program on all ranks.", where,
                          rank);
  }
}

void throw_together(std::string_view where, const Ranks& ranks, const std::exception_ptr& error) {
  const double is_bad = error ? 1 : 0;
  if (ranks.max(is_bad) == 0) return;
  const std::vector<std::string> all = gather_texts(ranks, words_of(error));
  if (error) std::rethrow_exception(error);
  for (std::size_t rank = 0; rank < all.size(); ++rank)
    if (!all[rank].empty()) fail<FailedElsewhere>("{}: rank {} cannot go on: {}", where, rank, all[rank]);
}

}  // namespace linden
