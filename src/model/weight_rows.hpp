// Sums of weights, equations and matrices of them: as text, and checked against the features of the data.
#pragma once

#include <linden/weight_rows.hpp>
#include <span>
#include <string>
#include <string_view>

namespace linden {

/// The texts that <linden/weight_rows.hpp> documents.
std::string text_of(const WeightSums& sums);
std::string text_of(const WeightMatrix& matrix);
std::string text_of(const WeightEquations& equations);

/// Read such texts. Throw ArgumentError, opening with `field`, for one that is none.
WeightSums weight_sums_of(std::string_view field, std::string_view text);
WeightMatrix weight_matrix_of(std::string_view field, std::string_view text);
WeightEquations weight_equations_of(std::string_view field, std::string_view text);

/// Throw ArgumentError, opening with `field`, for a sum of nothing or with a name twice, for numbers that are not
/// finite, and for a matrix that has another size than its columns or is not symmetric.
void check_sums(std::string_view field, const WeightSums& sums);
void check_matrix(std::string_view field, const WeightMatrix& matrix);
void check_equations(std::string_view field, const WeightEquations& equations);

/// The same for the first name that is none of the features, with the nearest one.
void check_features(std::string_view field, const WeightSums& sums, std::span<const std::string> features);
void check_features(std::string_view field, const WeightMatrix& matrix, std::span<const std::string> features);
void check_features(std::string_view field, const WeightEquations& equations, std::span<const std::string> features);

}  // namespace linden
