#include "loss/probe.hpp"

#include <algorithm>
#include <cmath>
#include <linden/autograd.hpp>
#include <linden/ops.hpp>

#include "autograd/node.hpp"
#include "loss/program_rows.hpp"

namespace linden {
namespace {

/// Numbers between low and high, without a pattern.
Tensor scattered(const Shape& shape, double low, double high, int number) {
  Tensor t = Tensor::empty(shape);
  double place = 0.37 * number;
  for (double& x : t.span<double>()) {
    place = std::fmod(place + 0.6180339887498949, 1.0);
    x = low + (high - low) * place;
  }
  return t;
}

/// Equal but for roundings in float, which programs do not make; NaN is like NaN.
bool is_near(double a, double b) {
  if (std::isnan(a) || std::isnan(b) || a == b) return a == b || (std::isnan(a) && std::isnan(b));
  return std::abs(a - b) <= 1e-5 * std::max({1.0, std::abs(a), std::abs(b)});
}

std::vector<double> losses_of(const RowProgram& program, const Probe& probe) {
  const std::int64_t rows = probe.label.size(0);
  const Tensor scores = (program.outputs == 1 ? probe.score : probe.score.transpose(0, 1)).contiguous();
  std::vector<const double*> parameters;
  for (const Tensor& t : probe.parameters) parameters.push_back(t.data<double>());
  std::vector<double> losses;
  ProgramRows tile(program, rows, true);
  tile.load(scores.data<double>(), rows, probe.label.data<double>(), parameters.data(), 0, rows);
  tile.differentiate(0);
  for (std::int64_t row = 0; row < rows; ++row) losses.push_back(tile.loss(row));
  return losses;
}

}  // namespace

Probe make_probe(const TraceOptions& options, int number) {
  constexpr std::int64_t counts[most_probes] = {7, 13, 9};
  constexpr double spreads[most_probes] = {1, 3, 8};
  // So many rows that no other dimension is mistaken for them.
  const std::int64_t rows = counts[number] + (counts[number] == options.outputs ? 4 : 0);
  Probe p;
  p.score = scattered(options.outputs == 1 ? Shape{rows} : Shape{rows, options.outputs}, -spreads[number],
                      spreads[number], number);
  p.label = Tensor::empty({rows});
  const int kinds = options.labels == LabelKind::classes ? std::max(options.outputs, 2) : 7;
  int y = number;
  for (double& label : p.label.span<double>()) label = (y += number + 1) % kinds;
  for (std::int32_t i = 0; i < options.parameters; ++i)
    p.parameters.push_back(scattered({rows}, 0.5 + 0.1 * i, 0.7 + 0.1 * i, number + i));
  return p;
}

bool mixes_rows(const TensorLoss& loss, const TraceOptions& options) {
  const TapeScope scope(TapeMode::on);
  for (int number = 0; number < most_probes; ++number) {
    const Probe p = make_probe(options, number);
    const std::int64_t rows = p.label.size(0);
    const Tensor score = p.score.detach().set_requires_grad();
    const Tensor y = loss(score, p.label, p.parameters);
    if (y.shape() != Shape{rows}) return true;  // one loss in all
    if (!y.requires_grad()) continue;
    for (std::int64_t row = 0; row < rows; ++row) {
      const Tensor slope = grad(y.select(0, row), {score}, {.retain_graph = true})[0].reshape({rows, -1});
      for (std::int64_t other = 0; other < rows; ++other)
        if (other != row && sum(slope.select(0, other) != 0).item() > 0) return true;
    }
  }
  return false;
}

bool agrees(const RowProgram& program, const TensorLoss& loss, const TraceOptions& options) {
  const TapeScope scope(TapeMode::on);
  for (int number = 1; number < most_probes; ++number) {
    const Probe p = make_probe(options, number);
    const Tensor y = loss(p.score.detach().set_requires_grad(), p.label, p.parameters);
    if (y.shape() != p.label.shape()) return false;
    const Tensor values = cast(y.detach(), DType::f64).contiguous();
    if (!std::ranges::equal(losses_of(program, p), values.span<const double>(), is_near)) return false;
  }
  return true;
}

}  // namespace linden
