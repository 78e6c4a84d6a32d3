// What the ranks of a fit must have in common, and how all of them learn what one of them cannot go on with.
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backend/comms.hpp"

namespace linden {

/// The texts of all ranks, in their order; alone, this one.
std::vector<std::string> gather_texts(const Ranks& ranks, std::string_view mine);

/// Several texts as one, and back.
std::string packed(const std::vector<std::string>& texts);
std::vector<std::string> unpacked(std::string_view text);

/// Names and values of what ranks are given, in words: {"learning_rate", "0.1"}.
using Facts = std::vector<std::pair<std::string, std::string>>;

/// Throws ArgumentError on every rank, in the same words, where a rank has another value than the first: "fit_boosted:
/// learning_rate is 0.1 on rank 2 and 0.05 on rank 0. Hint: ...".
void agree(std::string_view where, const Ranks& ranks, const Facts& facts);

/// Throws on all ranks where there is an error on any: on this one its own, if it has one, else a DataError that says
/// whose it is and what.
void throw_together(std::string_view where, const Ranks& ranks, const std::exception_ptr& error);

/// Does what may throw on one rank alone, and throws on all where it did. `work` must not speak with other ranks.
template <class Work>
void together(std::string_view where, const Ranks& ranks, const Work& work) {
  if (ranks.is_alone()) return work();
  std::exception_ptr error;
  try {
    work();
  } catch (...) {
    error = std::current_exception();
  }
  throw_together(where, ranks, error);
}

}  // namespace linden
