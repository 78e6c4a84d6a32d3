// One function of scores a link, over any layout.
#include "loss/link.hpp"

#include <cmath>

#include "backend/loss/row_losses.hpp"
#include "loss/distribution.hpp"
#include "loss/quantile_functions.hpp"

namespace linden {
namespace {

template <class F>
void map(double* scores, std::int64_t count, std::int64_t stride, F&& link) {
  for (std::int64_t i = 0; i < count; ++i) scores[i * stride] = link(scores[i * stride]);
}

// In the order that SoftmaxLoss documents, so that predictions are the p_k of its gradient.
void softmax(double* scores, std::int64_t outputs, std::int64_t stride) {
  double shift = scores[0];
  for (std::int64_t k = 1; k < outputs; ++k) shift = SoftmaxLoss::larger(shift, scores[k * stride]);
  double sum = 0;
  for (std::int64_t k = 0; k < outputs; ++k) sum += scores[k * stride] = SoftmaxLoss::term(scores[k * stride], shift);
  for (std::int64_t k = 0; k < outputs; ++k) scores[k * stride] /= sum;
}

/// By insertion: there are few, and hardly any stands in the wrong place.
void sort_scores(double* scores, std::int64_t outputs, std::int64_t stride) {
  for (std::int64_t k = 1; k < outputs; ++k) {
    const double score = scores[k * stride];
    std::int64_t place = k;
    for (; place > 0 && scores[(place - 1) * stride] > score; --place)
      scores[place * stride] = scores[(place - 1) * stride];
    scores[place * stride] = score;
  }
}

void to_moments(Link link, double* scores, std::int64_t stride) {
  const auto [mean, deviation] = moments_of(link, {scores[0], scores[stride]});
  scores[0] = mean;
  scores[stride] = deviation;
}

}  // namespace

const char* name_of(Link link) noexcept {
  constexpr const char* names[] = {"identity",   "sigmoid", "softmax", "exp",     "expm1", "sorted",  "normal",
                                   "log_normal", "gamma",   "probit",  "cloglog", "sqrt",  "inverse", "inverse_square"};
  return names[static_cast<int>(link)];
}

void apply_link(Link link, double* scores, std::int64_t rows, std::int64_t outputs, std::int64_t output_stride,
                std::int64_t row_stride) {
  if (link == Link::softmax || link == Link::sorted || is_of_distribution(link)) {  // of a row together
    for (std::int64_t row = 0; row < rows; ++row) {
      double* const of_row = scores + row * row_stride;
      if (link == Link::softmax) softmax(of_row, outputs, output_stride);
      if (link == Link::sorted) sort_scores(of_row, outputs, output_stride);
      if (is_of_distribution(link)) to_moments(link, of_row, output_stride);
    }
    return;
  }
  for (std::int64_t k = 0; k < outputs; ++k) {
    double* output = scores + k * output_stride;
    if (link == Link::sigmoid) map(output, rows, row_stride, [](double s) { return math::sigmoid(s); });
    if (link == Link::exp) map(output, rows, row_stride, [](double s) { return math::exp(s); });
    if (link == Link::expm1) map(output, rows, row_stride, [](double s) { return math::expm1(s); });
    if (link >= Link::probit) map(output, rows, row_stride, [link](double s) { return mean_of(link, s).value; });
  }
}

double score_of_mean(Link link, double mean) {
  switch (link) {
    case Link::sigmoid: return std::log(mean) - std::log1p(-mean);
    case Link::exp: return std::log(mean);
    case Link::expm1: return std::log1p(mean);
    case Link::probit:
      if (mean > 0 && mean < 1) return normal_quantile(mean);
      return mean == 0 ? -math::infinity : mean == 1 ? math::infinity : std::nan("");
    case Link::cloglog: return std::log(-std::log1p(-mean));
    case Link::sqrt: return std::sqrt(mean);
    case Link::inverse: return 1 / mean;
    case Link::inverse_square: return 1 / (mean * mean);
    default: return mean;
  }
}

}  // namespace linden
