// Generated rows of any width for the GPU benchmarks, column by column as a GPU likes them, made by all threads.
//
// The first 28 features and the label are those of bench/higgs_like.hpp. Further features are copies of the first 28
// under noise of about their own size: wide data whose features all say a little. A value depends on the seed, its row
// and its feature alone.
#pragma once

#include <cstdint>
#include <linden/data.hpp>

#include "base/parallel.hpp"

namespace linden::bench {

/// Training rows have seed 1, those held out seed 2.
Dataset generated_rows(std::uint64_t seed, std::int64_t rows, int features, Workers& workers);

}  // namespace linden::bench
