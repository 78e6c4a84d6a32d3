#include "linear/objective/hessian.hpp"

#include <algorithm>

namespace linden {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

}  // namespace

Hessian::Hessian(const Backend& backend, Context& context, const Design& design, DeviceDesign& device,
                 std::int64_t outputs, bool softmax, std::int64_t part_bytes)
    : backend_(backend),
      context_(context),
      ranks_(backend.memory, context),
      design_(design),
      device_(device),
      outputs_(outputs),
      width_(device.width()),
      size_(outputs * width_),
      softmax_(softmax) {
  if (design.is_sparse() && !backend.linear.has_sparse_hessian)
    dense_ = std::make_unique<DeviceDesign>(
        backend, context, design, true,
        DeviceDesign::parts_of_fit(backend, context, design, true, part_bytes, bytes(size_)));
  const auto room = [&](std::int64_t count) {
    return DeviceArray<double>(backend.memory, context, count, "the Hessian");
  };
  matrix_ = room(size_ * size_);
  vector_ = room(size_);
  diagonal_ = room(size_);
  coupling_ = room(width_);
  scratch_ = rows().scratch(static_cast<std::int32_t>(outputs), true);
}

// The matrix, and the tiles that a GPU sums.
std::int64_t Hessian::bytes(std::int64_t size) noexcept { return 2 * 8 * size * size + (std::int64_t{48} << 20); }

void Hessian::set_diagonal(const Penalty& penalty, std::span<const double> more) {
  if (dense_) dense_->update();
  std::vector<double> diagonal(at(size_), ranks_.is_first() ? 1.0 : 0.0), coupling(at(width_), 0.0);
  for (std::int64_t j = 0; j < width_ && ranks_.is_first(); ++j) {  // one rank adds it
    if (!design_.is_free(j)) continue;
    for (std::int64_t i = j; i < size_; i += width_)
      diagonal[at(i)] = penalty.l2[at(j)] + (more.empty() ? 0 : more[at(j)]);
    // Softmax does not change when all scores of a row move together: where no penalty settles it, their sum stays.
    if (penalty.l1[at(j)] == 0 && penalty.l2[at(j)] == 0) coupling[at(j)] = 1 / static_cast<double>(outputs_);
  }
  diagonal_.upload(diagonal.data());
  coupling_.upload(coupling.data());
}

void Hessian::form(const double* curvatures, const DesignWeights& weights) {
  HessianTask task;
  task.weights = weights;
  task.softmax = softmax_;
  task.outputs = static_cast<std::int32_t>(outputs_);
  task.curvatures = curvatures;
  task.diagonal = diagonal_.data();
  task.coupling = softmax_ ? coupling_.data() : nullptr;
  task.out = matrix_.data();
  task.scratch = scratch_.data();
  rows().each_part([&](const DesignView& part) {
    task.design = part;
    backend_.linear.hessian(context_, task);
  });
  if (!ranks_.is_alone()) sum_over_ranks();
}

// Of the lower half, as no more is defined; so many numbers at once that what all ranks have stays small.
void Hessian::sum_over_ranks() {
  constexpr std::size_t at_once = std::size_t{1} << 20;
  std::vector<double> matrix = copy(), packed;
  for (std::int64_t begin = 0, end = 0; begin < size_; begin = end) {
    packed.clear();
    for (; end < size_ && (end == begin || packed.size() < at_once); ++end)
      packed.insert(packed.end(), &matrix[at(end * size_)], &matrix[at(end * size_ + end)] + 1);
    ranks_.sum(packed);
    auto from = packed.begin();
    for (std::int64_t i = begin; i < end; from += i + 1, ++i) std::copy_n(from, i + 1, &matrix[at(i * size_)]);
  }
  matrix_.upload(matrix.data());
}

std::int64_t Hessian::factor() { return backend_.tensor.cholesky(context_, DType::f64, matrix_.data(), size_); }

void Hessian::solve(std::span<double> x) {
  vector_.upload(x.data());
  TriangularTask task;
  task.n = size_;
  task.columns = 1;
  task.t = matrix_.data();
  task.x = vector_.data();
  task.t_row_stride = size_;
  task.t_column_stride = 1;
  backend_.tensor.solve_triangular(context_, task);
  task.upper = true;
  task.t_row_stride = 1;
  task.t_column_stride = size_;
  backend_.tensor.solve_triangular(context_, task);
  vector_.download(x.data());
}

std::vector<double> Hessian::copy() const {
  std::vector<double> copy(at(matrix_.size()));
  matrix_.download(copy.data());
  return copy;
}

}  // namespace linden
