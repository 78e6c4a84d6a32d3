// What a fit asks of a configuration beside its fields.
#pragma once

#include <linden/linear.hpp>
#include <span>
#include <string>

namespace linden {

/// Whether weights have bounds.
bool is_bounded(const LinearConfig& config) noexcept;

/// Throws ArgumentError for the first name in `penalty` or `constraints` that is none of these columns.
void check_names(const LinearConfig& config, std::span<const std::string> features);

}  // namespace linden
