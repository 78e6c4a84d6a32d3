// One function of scores a link, over any layout.
#include "loss/link.hpp"

#include "backend/loss/row_losses.hpp"

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

}  // namespace

const char* name_of(Link link) noexcept {
  constexpr const char* names[] = {"identity", "sigmoid", "softmax", "exp", "expm1"};
  return names[static_cast<int>(link)];
}

void apply_link(Link link, double* scores, std::int64_t rows, std::int64_t outputs, std::int64_t output_stride,
                std::int64_t row_stride) {
  if (link == Link::softmax) {
    for (std::int64_t row = 0; row < rows; ++row) softmax(scores + row * row_stride, outputs, output_stride);
    return;
  }
  for (std::int64_t k = 0; k < outputs; ++k) {
    double* output = scores + k * output_stride;
    if (link == Link::sigmoid) map(output, rows, row_stride, [](double s) { return math::sigmoid(s); });
    if (link == Link::exp) map(output, rows, row_stride, [](double s) { return math::exp(s); });
    if (link == Link::expm1) map(output, rows, row_stride, [](double s) { return math::expm1(s); });
  }
}

}  // namespace linden
