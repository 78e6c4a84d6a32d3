#include "loss/tape_groups.hpp"

#include <algorithm>
#include <linden/autograd.hpp>
#include <linden/ops.hpp>
#include <linden/threads.hpp>
#include <vector>

#include "backend/math/philox.hpp"
#include "base/fail.hpp"
#include "loss/custom.hpp"
#include "loss/definition.hpp"
#include "loss/tape_derivatives.hpp"
#include "tensor/node.hpp"

namespace linden {
namespace {

struct GroupTape {
  const Loss::Definition& loss;
  std::uint64_t seed;
  int round;

  /// 1 or -1 for each row, drawn.
  Tensor signs(std::int64_t first, std::int64_t rows, int product) const {
    Tensor signs = Tensor::empty({rows});
    for (std::int64_t row = 0; row < rows; ++row) {
      const PhiloxCounter drawn =
          random_words(seed, Draw::targets, static_cast<std::uint32_t>(round), static_cast<std::uint64_t>(first + row));
      signs.data<double>()[row] = (drawn.word[product / 32] >> (product % 32) & 1) != 0 ? 1 : -1;
    }
    return signs;
  }

  /// The diagonal of the Hessian, of which g is the gradient at x: row by row, or from products with random signs z,
  /// for the mean of z * (H z) is the diagonal.
  std::vector<double> diagonal(const Tensor& g, const Tensor& x, std::int64_t first) const {
    const std::int64_t rows = x.size(0);
    const int products = loss.custom->products;
    std::vector<double> diagonal(static_cast<std::size_t>(rows));
    if (!g.requires_grad()) return diagonal;
    const auto product = [&](const Tensor& along) {
      return grad(sum(g * along), {x}, {.retain_graph = true})[0].contiguous();
    };
    for (std::int64_t row = 0; row < rows && products == 0; ++row) {
      Tensor along = Tensor::zeros({rows});
      along.data<double>()[row] = 1;
      const Tensor column = product(along);
      diagonal[static_cast<std::size_t>(row)] = column.data<const double>()[row];
    }
    for (int k = 0; k < products; ++k) {
      const Tensor along = signs(first, rows, k), result = product(along);
      for (std::size_t row = 0; row < diagonal.size(); ++row)
        diagonal[row] += along.span<const double>()[row] * result.span<const double>()[row] / products;
    }
    return diagonal;
  }

  void derive(const GradientTask& task, std::int64_t first, std::int64_t rows, double* slopes,
              double* curvatures) const {
    const TapeScope scope(TapeMode::on);
    const auto part = [&](const double* values) {
      return Tensor::copy_of(std::span(values + first, static_cast<std::size_t>(rows)), {rows});
    };
    const Tensor x = part(task.scores).set_requires_grad();
    const Tensor y = loss.custom->function(x, part(task.labels), {});
    if (y.elements() != 1) fail<ShapeError>("it gives shape {}, but it must give one number, []", y.shape().text());
    std::vector<double> slope(static_cast<std::size_t>(rows)), curvature(slope.size());
    const bool takes_one = loss.spec.curvature == CurvatureRule::one;
    if (y.requires_grad()) {
      const Tensor g = grad(y, {x}, {.create_graph = !takes_one})[0], values = g.detach().contiguous();
      std::ranges::copy(values.span<const double>(), slope.begin());
      if (!takes_one) curvature = diagonal(g, x, first);
    }
    for (std::int64_t row = 0; row < rows; ++row) {
      const auto i = static_cast<std::size_t>(row);
      const double bend = ruled_curvature(loss.spec.curvature, curvature[i]);
      const double weight = task.weights == nullptr ? 1 : task.weights[first + row];
      slopes[first + row] = weight * slope[i];
      curvatures[first + row] = weight * (bend < 0 ? 0 : bend);
    }
  }
};

}  // namespace

void tape_group_gradients(const Loss::Definition& loss, const GradientTask& task, std::span<const std::int64_t> starts,
                          std::uint64_t seed, int round, Workers& workers) {
  std::vector<double> slopes(static_cast<std::size_t>(task.rows)), curvatures(slopes.size());
  const GroupTape tape{loss, seed, round};
  workers.each(std::ssize(starts) - 1, [&](std::int64_t g, int) {
    const Threads alone(1);
    const std::int64_t first = starts[static_cast<std::size_t>(g)];
    const std::int64_t rows = starts[static_cast<std::size_t>(g) + 1] - first;
    try {
      tape.derive(task, first, rows, slopes.data(), curvatures.data());
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception& error) {
      fail<ArgumentError>("fit_boosted: loss \"{}\" fails on group {}, scores and labels of {} rows: {}.", loss.name, g,
                          rows, error.what());
    }
  });
  store_derivatives(task, slopes, curvatures);
}

}  // namespace linden
