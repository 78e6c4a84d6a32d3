// What a fit asks of a configuration beside its fields.
#pragma once

#include <linden/linear.hpp>
#include <span>
#include <string>
#include <vector>
#include <string_view>

namespace linden {

/// Why linear models do not take a loss, "whose labels are times"; empty where they do.
std::string why_no_linear_loss(const Loss& loss);
/// The losses of the list that they take.
std::vector<std::string> losses_of_linear_models();

/// Whether weights have bounds.
bool is_bounded(const LinearConfig& config) noexcept;

/// Whether there are equations between weights.
bool has_equations(const LinearConfig& config) noexcept;

/// Whether there are penalties, other than factors that multiply none.
bool is_penalised(const LinearConfig& config) noexcept;
/// Which, with their sizes: "l1 = 0.1 and l2 = 0".
std::string penalties_text(const LinearConfig& config);

/// Throws ArgumentError for a loss with corners, which goes with no such penalty: "there are groups".
void refuse_for_corners(const LinearConfig& config, std::string_view what);

/// The gamma of a shape that has one, where it is 0 the usual one.
double gamma_of(const ColumnPenalties& penalty) noexcept;

/// Throws ArgumentError for the first name in `penalty` or `constraints` that is none of these columns.
void check_names(const LinearConfig& config, std::span<const std::string> features);

}  // namespace linden
