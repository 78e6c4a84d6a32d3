#include "linear/objective/hessian.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "linear/objective/inner_product.hpp"

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
  squares_ = penalty.squares;
  equations_ = penalty.equations;
  std::vector<double> diagonal(at(size_), ranks_.is_first() ? 1.0 : 0.0), coupling(at(width_), 0.0);
  for (std::int64_t j = 0; j < width_ && ranks_.is_first(); ++j) {  // one rank adds it
    if (!design_.is_free(j)) continue;
    for (std::int64_t i = j; i < size_; i += width_)
      diagonal[at(i)] = penalty.l2[at(j)] + (more.empty() ? 0 : more[at(j)]);
    // Softmax does not change when all scores of a row move together: where no penalty settles it, their sum stays.
    if (penalty.l1[at(j)] == 0 && penalty.l2[at(j)] == 0 && !penalty.sorted.has(at(j)))
      coupling[at(j)] = 1 / static_cast<double>(outputs_);
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
  if (!squares_.empty() || !equations_.empty()) add_sums();
}

// Of a matrix, on the host. Across equations the Hessian may have any curvature, as no step goes there: one of its own
// size keeps it definite where it is so along them.
void Hessian::add_sums() {
  std::vector<double> matrix = copy();
  double trace = 0;
  for (std::int64_t i = 0; i < size_; ++i) trace += matrix[at(i * size_ + i)];
  const double size = trace > 0 ? trace / static_cast<double>(size_) : 1;
  for (std::int64_t first = 0; first < size_; first += width_) {
    double* const block = &matrix[at(first * size_ + first)];
    squares_.add_to_matrix(block, at(size_));
    for (const std::vector<double>& row : equations_.rows)
      for (std::size_t i = 0; i < row.size(); ++i)
        for (std::size_t j = 0; j <= i && row[i] != 0; ++j) block[i * at(size_) + j] += size * row[i] * row[j];
  }
  matrix_.upload(matrix.data());
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

// The rows of the equations are made conjugate, n_a . H^-1 n_b = 0 and 1 for a = b: the step along the equations is
// then x - sum_a (n_a . x) H^-1 n_a for x = H^-1 g.
std::int64_t Hessian::factor() {
  const std::int64_t failed = backend_.tensor.cholesky(context_, DType::f64, matrix_.data(), size_);
  across_.clear();
  ways_.clear();
  for (std::int64_t first = 0; first < size_ && failed < 0; first += width_)
    for (const std::vector<double>& row : equations_.rows) {
      std::vector<double> n(at(size_)), way;
      std::ranges::copy(row, n.begin() + first);
      way = n;
      solve_freely(way);
      for (std::size_t e = 0; e < ways_.size(); ++e) {
        const double share = inner_product(across_[e], way);
        for (std::size_t i = 0; i < n.size(); ++i) {
          n[i] -= share * across_[e][i];
          way[i] -= share * ways_[e][i];
        }
      }
      const double length = std::sqrt(inner_product(n, way));
      for (std::size_t i = 0; i < n.size(); ++i) {
        n[i] /= length;
        way[i] /= length;
      }
      across_.push_back(std::move(n));
      ways_.push_back(std::move(way));
    }
  return failed;
}

void Hessian::solve(std::span<double> x) {
  solve_freely(x);
  for (std::size_t e = 0; e < ways_.size(); ++e) {
    const double share = inner_product(across_[e], x);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] -= share * ways_[e][i];
  }
  equations_.project(x);
}

void Hessian::solve_freely(std::span<double> x) {
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
