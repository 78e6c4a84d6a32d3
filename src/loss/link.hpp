// From scores to predictions: the one place where the link functions stand.
#pragma once

#include <cstdint>
#include <linden/loss.hpp>

namespace linden {

/// Turns the scores of `rows` rows into predictions, in place. Output k of row r is
/// scores[k * output_stride + r * row_stride]. A prediction does not depend on the strides or on other rows.
void apply_link(Link link, double* scores, std::int64_t rows, std::int64_t outputs, std::int64_t output_stride,
                std::int64_t row_stride);

/// The inverse of a link that goes score by score: the score of this prediction, which is not finite where there is
/// none.
double score_of_mean(Link link, double mean);

}  // namespace linden
