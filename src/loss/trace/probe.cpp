#include "loss/trace/probe.hpp"

#include <algorithm>
#include <cmath>
#include <linden/autograd.hpp>
#include <linden/ops.hpp>

#include "tensor/node.hpp"
#include "loss/trace/program_rows.hpp"

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
  for (double& label : p.label.span<double>())
    label = (y += number + 1) % kinds + (options.labels == LabelKind::positive ? 1 : 0);
  if (options.labels == LabelKind::share)
    for (double& label : p.label.span<double>()) label /= kinds;
  for (std::int32_t i = 0; i < options.parameters; ++i)
    p.parameters.push_back(scattered({rows}, 0.5 + 0.1 * i, 0.7 + 0.1 * i, number + i));
  return p;
}

bool mixes_rows_at(const TensorLoss& loss, const Tensor& scores, const Tensor& label,
                   std::span<const Tensor> parameters) {
  const TapeScope scope(TapeMode::on);
  const std::int64_t rows = label.size(0);
  const Tensor score = scores.detach().set_requires_grad();
  const Tensor y = loss(score, label, parameters);
  if (!y.requires_grad()) return false;
  // Two rows differ in some bit of their numbers. What those with the bit have is moved, and must leave the others
  // where they are: their losses, or of one loss in all their slopes.
  const bool is_total = y.shape() != Shape{rows};
  const Tensor values = is_total ? grad(y, {score}, {.create_graph = true})[0].reshape({rows, -1}) : y.unsqueeze(1);
  if (!values.requires_grad()) return false;
  for (std::int64_t bit = 1; bit < rows; bit *= 2) {
    for (const bool with : {true, false}) {
      Tensor mask = Tensor::zeros({rows, 1});
      const std::span<double> chosen = mask.span<double>();
      for (std::int64_t row = 0; row < rows; ++row)
        chosen[static_cast<std::size_t>(row)] =
            ((row & bit) != 0) == with ? 1 + 0.001 * static_cast<double>(row % 17) : 0;
      const Tensor moved = grad(sum(values * mask), {score}, {.retain_graph = true})[0].reshape({rows, -1});
      if (sum(where(mask == 0, abs(moved), Tensor(0.0))).item() > 0) return true;
    }
  }
  return false;
}

bool mixes_rows(const TensorLoss& loss, const TraceOptions& options) {
  for (int number = 0; number < most_probes; ++number) {
    const Probe p = make_probe(options, number);
    if (mixes_rows_at(loss, p.score, p.label, p.parameters)) return true;
  }
  return false;
}

bool agrees(const RowProgram& program, const TensorLoss& loss, const TraceOptions& options, Reduction reduction) {
  const TapeScope scope(TapeMode::on);
  for (int number = 1; number < most_probes; ++number) {
    const Probe p = make_probe(options, number);
    const Tensor y = loss(p.score.detach().set_requires_grad(), p.label, p.parameters);
    const std::vector<double> losses = losses_of(program, p);
    if (reduction != Reduction::none) {
      double total = 0;
      for (const double value : losses) total += value;
      if (reduction == Reduction::mean) total /= static_cast<double>(losses.size());
      if (y.elements() != 1 || !is_near(total, y.item())) return false;
      continue;
    }
    if (y.shape() != p.label.shape()) return false;
    const Tensor values = cast(y.detach(), DType::f64).contiguous();
    if (!std::ranges::equal(losses, values.span<const double>(), is_near)) return false;
  }
  return true;
}

}  // namespace linden
