// What tells rows from others: their number and checksums of what is known of them, the same however they are shared
// among ranks.
#pragma once

#include <cstdint>
#include <functional>
#include <linden/data.hpp>
#include <span>
#include <string>

#include "backend/comms.hpp"
#include "base/parallel.hpp"
#include "ranks/agreement.hpp"

namespace linden {

/// 16 hexadecimal digits of these numbers, in this order.
std::string digits_of(std::span<const double> values);
std::string digits_of(std::span<const std::int64_t> values);

/// The same of the values of all columns. `data` are this rank's rows, the first of which is row `first` of all.
/// `after(column)` is called once all of a column was read.
std::string digits_of_columns(const Dataset& data, std::int64_t first, const Ranks& ranks, Workers& workers,
                              const std::function<void(std::int64_t)>& after = {});

}  // namespace linden
