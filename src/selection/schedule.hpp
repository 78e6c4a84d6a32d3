// The rungs of a search.
#pragma once

#include <linden/search.hpp>
#include <vector>

namespace linden {

/// With n trials and a factor of f the rungs are i = 0 .. s: floor(n / f^i) trials with floor(all / f^(s - i)) of the
/// budget each, where s is the largest with f^s <= n and all / f^s >= least. Without halving one rung with all.
std::vector<Rung> schedule(const SearchOptions& options, int rounds, std::int64_t rows);

/// Throws ArgumentError for options out of their range.
void check_schedule(const SearchOptions& options);

}  // namespace linden
