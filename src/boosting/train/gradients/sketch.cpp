#include "boosting/train/gradients/sketch.hpp"

#include <algorithm>
#include <numeric>

#include "backend/tree/growth_rules.hpp"

namespace linden {

Sketch::Sketch(const Backend& backend, Context& context, int outputs, int planes, std::int64_t rows)
    : backend_(backend),
      context_(context),
      planes_(backend, context, planes, rows),
      terms_(static_cast<std::size_t>(outputs)) {
  for (std::int32_t plane = 0; plane <= planes; ++plane)
    first_.push_back(static_cast<std::int32_t>(std::int64_t{plane} * outputs / planes));
  device_first_ = OnDevice<std::int32_t>(backend.memory, context, first_.data(), std::ssize(first_), "a sketch");
}

// The outputs in a random order, of which each plane has as many as the others, or one more; signs are further bits.
void Sketch::draw(std::uint64_t key) {
  std::vector<std::uint64_t> bits;
  for (std::size_t output = 0; output < terms_.size(); ++output)
    bits.push_back(drawn_bits(key, GrowthDraw::sketch, output));
  std::iota(terms_.begin(), terms_.end(), 0);
  std::ranges::stable_sort(terms_, {},
                           [&](std::int32_t output) { return bits[static_cast<std::size_t>(output)] >> 1; });
  for (std::int32_t& term : terms_)
    if ((bits[static_cast<std::size_t>(term)] & 1) != 0) term = ~term;
  device_terms_ = OnDevice<std::int32_t>(backend_.memory, context_, terms_.data(), std::ssize(terms_), "a sketch");
}

const Gradients& Sketch::of(const Gradients& all, std::uint64_t key) {
  draw(key);
  const GradientTask planes = planes_.on_device();
  backend_.tree.sketch(context_, {.rows = all.rows(),
                                  .outputs = static_cast<std::int32_t>(all.outputs()),
                                  .planes = static_cast<std::int32_t>(planes_.outputs()),
                                  .gradients = all.gradients(0),
                                  .curvatures = all.curvatures(0),
                                  .terms = device_terms_.data(),
                                  .first = device_first_.data(),
                                  .plane_gradients = planes.gradients,
                                  .plane_curvatures = planes.curvatures,
                                  .ranges = planes.ranges});
  return planes_;
}

}  // namespace linden
