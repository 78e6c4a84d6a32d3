#include "linear/objective/row_sample.hpp"

#include "linear/design/moments.hpp"

namespace linden {
namespace {

constexpr std::int64_t rows_a_column = 16;  // 1.2 digits a step of conjugate gradients
constexpr std::int64_t least_part = 4;      // of all rows, one in this many may be in the sample
constexpr std::int64_t most_parameters = 4096;
constexpr double too_few = 0.5;        // of a column's mean square
constexpr double least_shift = 1e-10;  // of the curvature: dependent columns stay apart from rounding

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

}  // namespace

std::int64_t RowSample::rows_for(const Objective& whole) noexcept {
  const std::int64_t wanted = rows_a_column * whole.width();
  if (!whole.rows().ranks.is_alone()) return 0;
  return whole.size() <= most_parameters && wanted * least_part <= whole.rows().rows() ? wanted : 0;
}

RowSample::RowSample(const Objective& whole)
    : whole_(whole),
      blocks_(RowBlocks::spread(whole.rows().rows(), rows_for(whole))),
      design_(whole.design().of_rows(blocks_, whole.rows().context.workers)),
      device_(whole.rows().backend, whole.rows().context, design_, false, {DeviceRows::whole, 0}),
      hessian_(whole.rows().backend, whole.rows().context, design_, device_, whole.outputs(), whole.is_softmax(),
               whole.rows().part_bytes) {
  const LinearRows& rows = whole.rows();
  for (std::int64_t i = 0; i < blocks_.rows() && !rows.weights.empty(); ++i)
    weights_.push_back(rows.weights[at(blocks_.row(i))]);
  total_ = rows.weights.empty() ? static_cast<double>(blocks_.rows()) : 0;
  for (const double w : weights_) total_ += w;
  ViewSource sampled(design_.view(), weights_);
  const std::vector<ColumnMoments> moments = column_moments(sampled, rows.context.workers);
  for (std::size_t j = 0; j < moments.size(); ++j) {
    const double mean = moments[j].mean - design_.shift()[j], deviation = moments[j].deviation;
    mean_squares_.push_back((mean * mean + deviation * deviation) * design_.factor()[j] * design_.factor()[j]);
  }
  mean_squares_.push_back(1);
  const MemoryKernels& memory = rows.backend.memory;
  curvatures_ = DeviceArray<double>(memory, rows.context, whole.outputs() * blocks_.rows(), "a sample of the rows");
  if (whole.curvature_weights().weights == nullptr) return;
  device_weights_ = DeviceArray<double>(memory, rows.context, blocks_.rows(), "a sample of the rows");
  device_weights_.upload(weights_.data());
}

bool RowSample::factor(const Point& point, double mean_curvature) {
  if (!(total_ > 0)) return false;
  const std::vector<double> all = point.curvatures();
  std::vector<double> curvatures;
  for (std::int64_t k = 0; k < whole_.outputs(); ++k)
    for (std::int64_t i = 0; i < blocks_.rows(); ++i)
      curvatures.push_back(all[at(k * whole_.rows().rows() + blocks_.row(i))]);
  curvatures_.upload(curvatures.data());
  std::vector<double> more;
  for (const double seen : mean_squares_) more.push_back(mean_curvature * (seen < too_few ? 1 - seen : least_shift));
  hessian_.set_diagonal(whole_.penalty(), more);
  hessian_.form(curvatures_.data(), {device_weights_.data(), 1 / total_});
  return hessian_.factor() < 0;
}

}  // namespace linden
